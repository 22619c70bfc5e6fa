"""Bodies that hang in the air: let down on the ground, while jumps, runs and what is climbed keep their height.

In the air a body falls. Where none of it touches the ground, nothing holds it, and the hips don't fall as they must,
the network has lost the ground (a boxer 5 cm over it, a walker between two steps, a jump that never comes down); the
whole body sinks until it stands, eased in and out. Feet or hands that keep still in the air hold something: a rung, a
step, a bar.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..motion.motion import Motion
from ..motion.rotations import quat_apply
from ..motion.skeleton import JOINT_NAMES, SOLE_THICKNESS, rest_height
from ..representation.default import ROOT_XZ
from ..retarget.leg_ik import smooth_cover
from ..retarget.planting import runs

GRAVITY = 9.81
IN_THE_AIR = 0.03  # metres between the soles and the ground
SHORTEST_SECONDS = 0.07
FALLING = 2.5  # metres a second squared: whose hips fall so on the mean is in flight
TOO_LONG = 2.0  # times as long as a fall from there takes: nobody stays up so long, in hand-made animation either
RUNNING = 2.2  # metres a second: runners fly, even those whose hips a network keeps level
HELD_SPEED, HELD_SHARE = 0.3, 0.75  # metres a second of a foot or hand that holds something, in most frames
SITTING = 0.75  # of the hips' height over the feet when standing: who has less of it and doesn't move sits
PLANTED = 0.06  # metres up to which the foot lock brings a foot down that is said to stand
LOWEST_STEP = 0.06  # metres: nothing that one stands on is lower
RISING = 0.1  # metres a second: a jump whose feet rise less is at its top
CLIMBED, CLIMBING_SHARE = 0.3, 0.55  # metres; who gets so high holds on between one grip or step and the next
EASE_SECONDS = 0.1

_HEEL_BEHIND = 0.04  # metres from the ankle
_FEET = [[JOINT_NAMES.index(f"{side}_{part}") for part in ("ankle", "foot")] for side in ("left", "right")]
_WRISTS = [JOINT_NAMES.index("left_wrist"), JOINT_NAMES.index("right_wrist")]
_HEAD = JOINT_NAMES.index("head")

Curve = NDArray[np.float64]


def poses_given(observed_mask: NDArray[np.float32] | None) -> bool:
    """Whether the animator gave more than a path over the ground, and with it how high the body is.

    observed_mask: (T,207), above 0 = given; None = nothing was.
    """
    if observed_mask is None:
        return False
    return bool((np.delete(observed_mask, np.arange(ROOT_XZ.start, ROOT_XZ.stop), axis=1) > 0).any())


def let_down(
    motion: Motion,
    contacts: NDArray[np.bool_] | None = None,
    observed_mask: NDArray[np.float32] | None = None,
    loop: bool = False,
) -> Motion:
    """The motion without what hangs in the air; the motion itself where nothing does. Poses stay as they are.

    Args:
        motion: T frames on the canonical skeleton, Y up, the ground at 0.
        contacts: (T,4) bool, the network's labels: a foot that is said to stand, a little over the ground, will be
            planted by the foot lock, which needs no help.
        observed_mask: (T,207), above 0 = given; what is given but a path over the ground says how high it is.
        loop: the first frame follows the last one, so neither moves.
    """
    if poses_given(observed_mask):
        return motion
    clearance = clearance_of(motion)
    if contacts is not None:
        clearance[contacts.any(axis=1) & (clearance < PLANTED)] = 0
    needed = np.zeros(motion.num_frames)
    for start, stop in runs(clearance > IN_THE_AIR):
        if stop - start >= max(2, round(SHORTEST_SECONDS * motion.fps)):
            needed[start:stop] = clearance[start:stop] - _flight(motion, clearance, start, stop)
    if not needed.any():
        return motion
    frames = max(1, round(EASE_SECONDS * motion.fps))
    drop = smooth_cover(needed, frames)
    if loop:
        seam = np.minimum(np.arange(len(drop)), np.arange(len(drop))[::-1]) / (3 * frames)
        drop *= np.clip(seam, 0.0, 1.0)
    return replace(motion, root_positions=motion.root_positions - drop[:, None] * np.array([0.0, 1.0, 0.0]))


def clearance_of(motion: Motion) -> Curve:
    """(T,) metres between the ground and the lowest part of the body: soles, the ends of hands and head, joints."""
    positions, rotations, skeleton = motion.positions(), motion.global_rotations(), motion.skeleton
    sole = np.array([0.0, -SOLE_THICKNESS, 0.0])
    points = [(skeleton.index(name), np.asarray(end) + sole) for name, end in skeleton.end_offsets.items()]
    for ankle, toe in _FEET:
        below = SOLE_THICKNESS - min(float(skeleton.offsets[toe, 1]), 0.0)
        points += [(ankle, np.array([0.0, -below, -_HEEL_BEHIND])), (toe, sole)]
    ends = [(positions[:, joint] + quat_apply(rotations[:, joint], offset))[:, 1] for joint, offset in points]
    lowest = np.min([positions[..., 1].min(axis=1) - SOLE_THICKNESS, *ends], axis=0)
    return np.asarray(np.maximum(lowest, 0.0))


def _flight(motion: Motion, clearance: Curve, start: int, stop: int) -> Curve:
    """(stop - start,) how high the body may be over the ground in a stretch in which nothing of it touches it."""
    height, seconds = clearance[start:stop], (stop - start) / motion.fps
    high = float(height.max())
    fall = 2 * np.sqrt(2 * high / GRAVITY)
    if high > LOWEST_STEP and _held(motion, start, stop) >= (HELD_SHARE if high < CLIMBED else CLIMBING_SHARE):
        return height
    falling = _falling(motion, start, stop)
    path = motion.root_positions[start:stop, [0, 2]]
    pace = float(np.linalg.norm(np.diff(path, axis=0), axis=1).sum() / seconds)
    if seconds <= TOO_LONG * fall and (falling > FALLING or pace > RUNNING):
        return height
    arc = _arc(height, motion.fps, start == 0)
    fallen = int(np.flatnonzero(arc)[-1]) + 1 if arc.any() else 0
    if fallen > 1 and _falling(motion, start, start + fallen) > FALLING:
        return arc
    return np.zeros(len(height))


def _falling(motion: Motion, start: int, stop: int) -> float:
    """Metres a second squared by which the hips are pulled down from one frame to another, on the mean."""
    rising = np.gradient(motion.root_positions[:, 1]) * motion.fps
    return float((rising[start] - rising[stop - 1]) / max((stop - 1 - start) / motion.fps, 1e-6))


def _arc(height: Curve, fps: float, begins: bool) -> Curve:
    """The jump with which a stretch begins, and its fall; zeros where it begins with none."""
    peak = _first_peak(height, fps)
    top = float(height[peak])
    rise = np.sqrt(2 * top / GRAVITY) * fps
    if top < 2 * IN_THE_AIR or (peak > TOO_LONG * rise + 2) or (peak < 2 and not begins):
        return np.zeros(len(height))
    after = np.maximum(np.arange(len(height)) - peak, 0) / fps
    return np.asarray(np.clip(np.minimum(height, top - GRAVITY / 2 * after**2), 0.0, None))


def _first_peak(height: Curve, fps: float) -> int:
    """The frame from which on the height doesn't rise any more, for the first time."""
    slow = np.flatnonzero(np.diff(height) * fps < RISING)
    return int(slow[0]) if len(slow) else len(height) - 1


def _held(motion: Motion, start: int, stop: int) -> float:
    """Share of the time in which a foot, a hand over the head or the hips of somebody who sits are still."""
    positions = motion.positions()
    speed = np.linalg.norm(np.gradient(positions, axis=0), axis=-1)[start:stop] * motion.fps
    height = positions[start:stop, :, 1]
    held = (np.stack([speed[:, pair].min(axis=1) for pair in _FEET], axis=1) < HELD_SPEED).any(axis=1)
    held |= ((speed[:, _WRISTS] < HELD_SPEED) & (height[:, _WRISTS] > height[:, [_HEAD]])).any(axis=1)
    legs = height[:, 0] - height[:, [ankle for ankle, _ in _FEET]].min(axis=1)
    held |= (speed[:, 0] < HELD_SPEED / 2) & (legs < SITTING * rest_height(motion.skeleton))
    return float(held.mean())
