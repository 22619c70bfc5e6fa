"""How noisy a capture is, told from the motion alone: shaking, frames lost, pops.

White noise stands out in high differences: the fourth difference of a smooth motion is small, and that of noise of
standard deviation s has sqrt(70) s. It is measured in the quieter stretches, so that a punch or a landing doesn't count
as noise. Frames that repeat the one before while the body moves on either side are lost ones; joints that jump away and
back are pops (see `pops`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..motion.motion import Motion
from ..motion.rotations import quat_inv, quat_mul, quat_to_axis_angle
from ..motion.skeleton import JOINT_NAMES
from .interpolation import interpolated
from .keys import Held
from .made_up import made_up_for
from .pops import popping

_FOURTH = np.array([1.0, -4.0, 6.0, -4.0, 1.0])
_GAIN = float(np.sqrt(np.sum(_FOURTH**2)))
WALK_POWER = 70.0 / 20.0  # fourth differences: 70 times the variance of white noise, 20 times that of a walk's steps
_TO_SIGMA = 1.4826  # of a median absolute value
WINDOW_FRAMES, QUIET_SHARE, QUIET_BIAS = 12, 0.25, 0.9  # the quieter stretches of white noise have so much of it
LIVELY, WHITE = -0.5, -0.7  # correlations of neighbouring fourth differences
PLAIN, PLAINER, PLAIN_LIVELY = 2.0, 3.0, 0.08
"""Times its roughness, from which on and up to which a root's trembling is less and less likely to be liveliness, and
what its correlations may then be above those. Of 485 clean windows none with more than twice the roughness has one
between -0.7 and -0.4, and chance brings a random walk's there so often that one in thirteen was taken for less than 0.7
of itself. Joints don't tell: lively ones are there at any strength."""

WHITE_RATIO, WALK_RATIO = 1.2, 1.55  # nearly all measured ratios of white noise are below, of walks above
TYPICAL_SPREAD = 0.35  # radians that a joint's rotation varies by, against which noise is weighed
ROUGHNESS = np.radians(
    (0.27, 0.36, 0.40, 0.28, 0.09, 0.07, 0.18, 0.45, 0.36, 0.21, 1.40, 1.35, 0.30, 0.05, 0.05, 0.34, 0.44, 0.40, 0.15,
     0.15, 0.35, 0.30)
)  # fmt: skip
ROOT_ROUGHNESS = 0.0007
"""What the same measure finds in clean captures, joint by joint, at 30 fps: a third more than what nine of ten of the
training clips that count as clean have (radians, metres). It is liveliness, not noise."""

SURE_ROUGHNESS = 2.0
"""Times that, from where on it is noise for sure."""

QUIET_DEGREES, SHAKING_DEGREES = 0.13, 0.5
UNCLEAN_BY_LOSS = 0.25
CARRYING = [i for i, name in enumerate(JOINT_NAMES) if name.endswith(("pelvis", "hip", "knee", "ankle", "foot"))]

STILL = 1e-4  # radians and metres a frame: a joint or a root that moves by less doesn't move


@dataclass(frozen=True, eq=False)
class NoiseEstimate:
    """How noisy a motion is.

    Args:
        level: the noise level (as `GenerationRequest.start_level`) at which diffusion noise is as strong: the pivot
            that clean-up starts from.
        joints: (22,) standard deviation of each joint's rotation noise, radians.
        root: standard deviation of the root's noise, metres, were it white.
        wanders: 0 if the root shakes about its course (white noise), 1 if it wanders off (a random walk).
        dropped: (T,) bool: frames that repeat the one before.
        popping: what jumps away and back: True in the frames that are off.
    """

    level: float
    joints: NDArray[np.float64]
    root: float
    dropped: NDArray[np.bool_]
    popping: Held
    wanders: float = 1.0
    made_up: NDArray[np.bool_] | None = None
    fps: float = 30.0

    @property
    def pops(self) -> NDArray[np.bool_]:
        """(T,) bool: frames in which anything pops."""
        return self.popping.frames

    @property
    def bad(self) -> Held:
        """What has to be filled: lost frames whole, pops where they are."""
        return Held(self.popping.rotations | self.dropped[:, None], self.popping.root | self.dropped)

    @property
    def excess(self) -> NDArray[np.float64]:
        """(22,) what the joints shake by beyond what clean captures do, radians; 0 where the others make up for it."""
        return _beyond(self.joints, ROUGHNESS * rate(self.fps)) * (1.0 if self.made_up is None else ~self.made_up[:-1])

    @property
    def root_excess(self) -> float:
        """The same for the root, metres."""
        if self.made_up is not None and self.made_up[-1]:
            return 0.0
        return float(_beyond(np.array(self.root), ROOT_ROUGHNESS * rate(self.fps)))

    @property
    def root_steps(self) -> float:
        """Standard deviation of a frame's step of the root's random walk, metres: 0 if it doesn't wander."""
        return self.root_excess * float(np.sqrt(self.wanders * WALK_POWER))

    @property
    def evidence(self) -> float:
        """0 for joints that are as smooth as a clean capture's, 1 for ones that clearly aren't."""
        return _evidence(self.excess)

    @property
    def leg_evidence(self) -> float:
        """The same of what carries the feet: the hips and the legs."""
        return _evidence(self.excess[CARRYING])

    @property
    def unclean(self) -> float:
        """0 if neither what carries the feet nor the root shakes beyond what clean captures do, 1 if clearly one does.

        That is less than `leg_evidence` asks for. A capture that lost frames isn't quite clean either.
        """
        legs = float(np.degrees(np.sqrt(np.mean(self.excess[CARRYING] ** 2)))) / QUIET_DEGREES
        lost = UNCLEAN_BY_LOSS * bool(self.dropped.any())
        return float(np.clip(max(legs, self.root_excess / (ROOT_ROUGHNESS * rate(self.fps)), lost), 0.0, 1.0))

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


def _beyond(found: NDArray[np.float64], roughness: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """Standard deviations without those of clean captures; less of it where it might be a lively one."""
    sure = np.clip((found / roughness - 1) / (SURE_ROUGHNESS - 1), 0.0, 1.0)
    return np.asarray(sure * np.sqrt(np.maximum(found**2 - roughness**2, 0.0)))


def rate(fps: float) -> float:
    """What liveliness is at another rate, times what it is at 30 frames a second: the closer the frames the less."""
    return float(np.sqrt(30 / fps))


def _evidence(excess: NDArray[np.float64]) -> float:
    shaking = float(np.degrees(np.sqrt(np.mean(excess**2))))
    return float(np.clip((shaking - QUIET_DEGREES) / (SHAKING_DEGREES - QUIET_DEGREES), 0.0, 1.0))


def estimate_noise(motion: Motion) -> NoiseEstimate:
    """How noisy a motion is, from itself. Motions under 5 frames count as clean."""
    frames, joints = motion.num_frames, motion.skeleton.num_joints
    none = np.zeros(frames, bool)
    steady = Held(np.zeros((frames, joints), bool), none)
    if frames < 5:
        return NoiseEstimate(0.0, np.zeros(joints), 0.0, none, steady)
    dropped = dropped_frames(motion)
    if dropped.all() or (~dropped).sum() < 5:
        return NoiseEstimate(0.0, np.zeros(joints), 0.0, dropped, steady)
    whole = without_bad(motion, Held(np.repeat(dropped[:, None], joints, axis=1), dropped))
    pops = popping(whole)
    pops = Held(pops.rotations & ~dropped[:, None], pops.root & ~dropped)
    whole = without_bad(whole, pops)
    rough, root_rough = ROUGHNESS * rate(motion.fps), ROOT_ROUGHNESS * rate(motion.fps)
    sigma = _without_fillings(rotation_course(whole), dropped, rough)
    root = float(_without_fillings(whole.root_positions, dropped, root_rough, plain=root_rough))
    ratio = float(np.sqrt(np.mean(sigma**2))) / TYPICAL_SPREAD
    wanders = wandering(whole.root_positions, dropped)
    made_up = made_up_for(whole, np.append(_beyond(sigma, rough) > 0, root > root_rough))
    return NoiseEstimate(ratio / np.sqrt(1 + ratio * ratio), sigma, root, dropped, pops, wanders, made_up, motion.fps)


def without_bad(motion: Motion, bad: Held) -> Motion:
    """The motion with what is bad filled from the frames beside it."""
    if not bad.frames.any():
        return motion
    return interpolated(motion, Held(~bad.rotations, ~bad.root))


def rotation_course(motion: Motion) -> NDArray[np.float64]:
    """(T, 22, 3) local rotations as rotation vectors that go on smoothly: the steps between frames, added up."""
    q = motion.rotations
    steps = np.zeros((*q.shape[:2], 3))
    steps[1:] = quat_to_axis_angle(quat_mul(quat_inv(q[:-1]), q[1:]))
    return np.cumsum(steps, axis=0)


def noise_of(
    values: NDArray[np.float64], filled: NDArray[np.bool_] | None = None, plain: float = np.inf
) -> NDArray[np.float64]:
    """(T, ..., C) -> (...) standard deviation of the white noise in C channels together. T >= 5.

    filled: (T,) frames that aren't the capture's own, and so too smooth to tell.
    plain: roughness of clean captures, times of which are noise even where chance makes them look lively.

    Noise is there all the time, and blows come and go: so it is what the quieter stretches of a motion have. And noise
    is as strong at every pitch, so that its fourth differences change sign from frame to frame (their correlation is
    -0.8); what is lively changes it more slowly, and counts for less or nothing.
    """
    fourth = np.diff(values, n=4, axis=0)
    power = np.square(fourth).mean(axis=-1) / _GAIN**2
    turning = (fourth[1:] * fourth[:-1]).mean(axis=-1) / _GAIN**2
    size = min(WINDOW_FRAMES, len(turning))
    if size < 1:
        return np.asarray(np.sqrt(power.mean(axis=0)))
    told = _told(filled, len(values), size + 5, len(turning) - size + 1)
    means, products = _windowed(power[: len(turning)], size)[told], _windowed(turning, size)[told]
    quiet = means <= np.quantile(means, 2 * QUIET_SHARE, axis=0)
    correlation = (products * quiet).sum(axis=0) / np.maximum((means * quiet).sum(axis=0), 1e-30)
    strength = np.sqrt(np.quantile(means, QUIET_SHARE, axis=0)) / QUIET_BIAS
    allowed = PLAIN_LIVELY * np.clip((strength / plain - PLAIN) / (PLAINER - PLAIN), 0.0, 1.0)
    white = np.clip((LIVELY + allowed - correlation) / (LIVELY - WHITE), 0.0, 1.0)
    return np.asarray(strength * white)


def _without_fillings(
    values: NDArray[np.float64],
    filled: NDArray[np.bool_],
    roughness: NDArray[np.float64] | float,
    plain: float = np.inf,
) -> NDArray[np.float64]:
    """`noise_of`, and of what is noisy again without filled frames: fewer windows tell less surely what is clean."""
    every = noise_of(values, None, plain)
    return np.asarray(np.where(every > roughness, noise_of(values, filled, plain), every)) if filled.any() else every


def wandering(values: NDArray[np.float64], filled: NDArray[np.bool_] | None = None) -> float:
    """(T, C) -> 0 if the noise of the values is white, 1 if it is a random walk, or if that can't be told.

    Fourth differences over every second frame have the same power as over every frame if the noise is white, and twice
    as much if it is a walk.
    """
    if len(values) < 2 * WINDOW_FRAMES:
        return 1.0
    middle = []
    for stride in (1, 2):
        fourth = values[4 * stride :] - 4 * values[3 * stride : -stride] + 6 * values[2 * stride : -2 * stride]
        fourth = fourth - 4 * values[stride : -3 * stride] + values[: -4 * stride]
        power = np.square(fourth).mean(axis=-1)
        size = min(WINDOW_FRAMES, len(power))
        means = _windowed(power, size)
        told = _told(filled, len(values), size + 4 * stride, len(means))
        middle.append(float(np.median(means[told])))
    ratio = middle[1] / max(middle[0], 1e-30)
    return float(np.clip((ratio - WHITE_RATIO) / (WALK_RATIO - WHITE_RATIO), 0.0, 1.0))


def _told(filled: NDArray[np.bool_] | None, frames: int, reach: int, count: int) -> NDArray[np.bool_]:
    """(count,) which windows of `reach` frames hold the fewest filled ones: those without, or else the best quarter."""
    if filled is None or not filled.any():
        return np.ones(count, bool)
    total = np.cumsum(np.concatenate(([0], filled)))
    starts = np.arange(count)
    inside = total[np.minimum(starts + reach, frames)] - total[starts]
    return np.asarray(inside <= max(0.0, float(np.quantile(inside, QUIET_SHARE))))


def _windowed(values: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """Means of `values` over every stretch of `size` frames."""
    total = np.cumsum(np.concatenate((np.zeros((1, *values.shape[1:])), values)), axis=0)
    return np.asarray((total[size:] - total[:-size]) / size)


def dropped_frames(motion: Motion) -> NDArray[np.bool_]:
    """(T,) bool: frames in which nothing at all moves since the frame before, beside frames in which much does."""
    turn = np.abs(np.diff(rotation_course(motion), axis=0)).max(axis=(1, 2))
    move = np.abs(np.diff(motion.root_positions, axis=0)).max(axis=1)
    still = np.concatenate(([False], (turn < STILL) & (move < STILL)))
    if still[1:].all():
        return np.zeros_like(still)  # it isn't a capture that lost frames, it stands
    speed = np.concatenate(([0.0], turn + move))
    moving = speed > 20 * STILL
    near = np.convolve(moving, np.ones(15))[7:-7] > 0
    return still & near
