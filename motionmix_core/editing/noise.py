"""How noisy a capture is, told from the motion alone: shaking, frames lost, pops.

White noise stands out in high differences: the fourth difference of a smooth motion is small, and that of noise of
standard deviation s has sqrt(70) s. The median over frames is taken, so that a punch or a landing doesn't count as
noise. Frames that repeat the one before while the body moves on either side are lost ones; frames that jump away and
back are pops.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..motion.motion import Motion
from ..motion.rotations import quat_inv, quat_mul, quat_to_axis_angle

_FOURTH = np.array([1.0, -4.0, 6.0, -4.0, 1.0])
_GAIN = float(np.sqrt(np.sum(_FOURTH**2)))
_TO_SIGMA = 1.4826  # of a median absolute value
TYPICAL_SPREAD = 0.35  # radians that a joint's rotation varies by, against which noise is weighed
POP_RADIANS, POP_METRES, POP_RATIO = 0.15, 0.05, 10.0
"""A pop is farther off than this, and than so many times the usual distance."""

STILL = 1e-4  # radians and metres a frame: a joint or a root that moves by less doesn't move


@dataclass(frozen=True, eq=False)
class NoiseEstimate:
    """How noisy a motion is.

    Args:
        level: the noise level (as `GenerationRequest.start_level`) at which diffusion noise is as strong: the pivot
            that clean-up starts from.
        joints: (22,) standard deviation of each joint's rotation noise, radians.
        root: standard deviation of the root's noise, metres.
        dropped: (T,) bool: frames that repeat the one before.
        pops: (T,) bool: frames that jump away from their neighbours and back.
    """

    level: float
    joints: NDArray[np.float64]
    root: float
    dropped: NDArray[np.bool_]
    pops: NDArray[np.bool_]

    @property
    def degrees(self) -> float:
        """Mean over the joints."""
        return float(np.degrees(self.joints.mean()))

    @property
    def summary(self) -> str:
        """One line for the panel."""
        parts = [f"shaking {self.degrees:.2f}°, root {1000 * self.root:.1f} mm"]
        for mask, what in ((self.dropped, "lost"), (self.pops, "popping")):
            if mask.any():
                parts.append(f"{int(mask.sum())} {what} frame{'s' if mask.sum() > 1 else ''}")
        return ", ".join(parts)


def estimate_noise(motion: Motion) -> NoiseEstimate:
    """How noisy a motion is, from itself. Motions under 5 frames count as clean."""
    frames, joints = motion.num_frames, motion.skeleton.num_joints
    none = np.zeros(frames, bool)
    if frames < 5:
        return NoiseEstimate(0.0, np.zeros(joints), 0.0, none, none)
    dropped = dropped_frames(motion)
    course = rotation_course(motion)
    alive = np.flatnonzero(~dropped)
    if len(alive) < 5:
        return NoiseEstimate(0.0, np.zeros(joints), 0.0, dropped, none)
    sigma = noise_of(course[alive]).mean(axis=-1)
    root = float(noise_of(motion.root_positions[alive]).mean())
    pops = none.copy()
    pops[alive] = popping_frames(course[alive], motion.root_positions[alive])
    ratio = float(np.sqrt(np.mean(sigma**2))) / TYPICAL_SPREAD
    return NoiseEstimate(ratio / np.sqrt(1 + ratio * ratio), sigma, root, dropped, pops)


def rotation_course(motion: Motion) -> NDArray[np.float64]:
    """(T, 22, 3) local rotations as rotation vectors that go on smoothly: the steps between frames, added up."""
    q = motion.rotations
    steps = np.zeros((*q.shape[:2], 3))
    steps[1:] = quat_to_axis_angle(quat_mul(quat_inv(q[:-1]), q[1:]))
    return np.cumsum(steps, axis=0)


def noise_of(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """(T, ...) -> (...) standard deviation of the white noise in each channel, robustly. T >= 5."""
    return np.asarray(_TO_SIGMA * np.median(np.abs(_fourth(values)), axis=0) / _GAIN)


def dropped_frames(motion: Motion) -> NDArray[np.bool_]:
    """(T,) bool: frames in which nothing at all moves since the frame before, beside frames in which much does."""
    turn = np.abs(np.diff(rotation_course(motion), axis=0)).max(axis=(1, 2))
    move = np.abs(np.diff(motion.root_positions, axis=0)).max(axis=1)
    still = np.concatenate(([False], (turn < STILL) & (move < STILL)))
    if still[1:].all():
        return np.zeros_like(still)  # it isn't a capture that lost frames, it stands
    speed = np.concatenate(([0.0], turn + move))
    moving = speed > 20 * STILL
    near = np.convolve(moving, np.ones(15), mode="same") > 0
    return still & near


def popping_frames(course: NDArray[np.float64], root: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(T,) bool: frames that lie far off the curve through the two before and the two after, alone in doing so."""
    frames = len(course)
    out = np.zeros(frames, bool)
    values = np.concatenate((course.reshape(frames, -1), root), axis=1)
    floor = np.concatenate((np.full(course[0].size, POP_RADIANS), np.full(3, POP_METRES)))
    expected = (4 * (values[1:-3] + values[3:-1]) - (values[:-4] + values[4:])) / 6
    off = np.abs(values[2:-2] - expected)
    usual = _TO_SIGMA * np.median(off, axis=0)
    far = off > np.maximum(POP_RATIO * usual, floor)
    # a blow bends the curve for some frames; a pop is out by itself: 2/3 of it shows beside it, a sixth two off
    around = np.pad(off, ((2, 2), (0, 0)))
    alone = off > 1.3 * np.maximum.reduce([around[:-4], around[1:-3], around[3:-1], around[4:]])
    out[2:-2] = (far & alone).any(axis=1)
    return out


def _fourth(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.diff(values, n=4, axis=0))
