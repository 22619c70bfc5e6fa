"""Making clean clips noisy: the paper's white noise, and faults as captures really have them.

White noise is what MotionMix uses: one noise level a clip, drawn once and fixed for all epochs, and one step of the
forward diffusion at that level (the signal is scaled down, too). Real captures err otherwise - correlated, biased, in
bursts - so there are motion-level faults besides, after StableMotion's list and what mocap conversions show: jittering
joints, over-smoothed motion, sliding feet, drift, dropped frames, twist flips.

Every corruption of a clip depends on (seed, clip id) alone: not on the order of clips, nor on a cache.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from ..diffusion.schedule import Schedule
from ..errors import RequestError
from ..motion.motion import Motion
from ..motion.rotations import axis_angle_to_quat, quat_inv, quat_mul, quat_normalise


def clip_generator(seed: int, clip_id: str) -> np.random.Generator:
    """The random generator of one clip."""
    digest = hashlib.sha256(clip_id.encode()).digest()
    return np.random.Generator(np.random.PCG64([seed, int.from_bytes(digest[:8], "little")]))


@dataclass(frozen=True)
class WhiteNoise:
    """The paper's corruption. low, high: T1 and T2, timesteps of `schedule`, T2 exclusive."""

    schedule: Schedule
    low: int
    high: int
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.low < self.high <= len(self.schedule):
            raise RequestError(
                f"the noise range must lie inside the {len(self.schedule)} timesteps, not {self.low}..{self.high}"
            )

    def timestep(self, clip_id: str) -> int:
        """The noise level s of a clip, T1 <= s < T2."""
        return int(clip_generator(self.seed, clip_id).integers(self.low, self.high))

    def noise_std(self, clip_id: str) -> float:
        """Standard deviation of the noise that the clip gets, in the units of the arrays."""
        return float(self.schedule.noise_std(self.timestep(clip_id)))

    def apply(self, clip_id: str, *arrays: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """The clip's arrays noised: one s for all of them, independent noise for each, of the arrays' own dtype.

        Give them in the space that the data set uses: z-normalised features for HumanML3D and KIT; raw axis-angles and
        joint positions for HumanAct12 and UESTC, raw axis-angles and root for AIST++ (derive contacts afterwards). Give
        whole clips, before cropping and padding.
        """
        generator = clip_generator(self.seed, clip_id)
        bar = float(self.schedule.alphas_cumprod[generator.integers(self.low, self.high)])
        noised = []
        for array in arrays:
            noise = generator.standard_normal(array.shape)
            noised.append((array * bar**0.5 + noise * (1 - bar) ** 0.5).astype(array.dtype))
        return tuple(noised)


class Fault(Protocol):
    """A capture fault; `strength`-like fields are documented on each."""

    kind: ClassVar[str]

    def apply(self, motion: Motion, generator: np.random.Generator) -> Motion:
        """The motion with the fault; as many frames at the same rate."""
        ...


@dataclass(frozen=True)
class JointJitter:
    """Joints that tremble: white rotation noise on some joints, each joint with a standard deviation of its own.

    share: of joints affected. low, high: radians.
    """

    kind: ClassVar[str] = "joint_jitter"
    share: float = 0.3
    low: float = 0.02
    high: float = 0.1

    def apply(self, motion: Motion, generator: np.random.Generator) -> Motion:
        """The motion with trembling joints."""
        joints = motion.skeleton.num_joints
        std = generator.uniform(self.low, self.high, joints) * (generator.random(joints) < self.share)
        turns = generator.standard_normal((motion.num_frames, joints, 3)) * std[:, None]
        return replace(motion, rotations=quat_mul(motion.rotations, axis_angle_to_quat(turns)))


@dataclass(frozen=True)
class OverSmoothing:
    """Detail lost to a filter: a Gaussian over time on root and rotations. seconds: its standard deviation."""

    kind: ClassVar[str] = "over_smoothing"
    seconds: float = 0.13

    def apply(self, motion: Motion, generator: np.random.Generator) -> Motion:
        """The motion, smoothed."""
        sigma = self.seconds * motion.fps
        return replace(
            motion,
            root_positions=_smoothed(motion.root_positions, sigma),
            rotations=quat_normalise(_smoothed(motion.rotations, sigma)),
        )


@dataclass(frozen=True)
class FootSlide:
    """Travel that doesn't fit the steps, so that feet slide: horizontal travel longer or shorter.

    least, amount: shares of the travel that it is at least and at most off by.
    """

    kind: ClassVar[str] = "foot_slide"
    amount: float = 0.1
    least: float = 0.0

    def apply(self, motion: Motion, generator: np.random.Generator) -> Motion:
        """The motion with scaled travel."""
        drawn = generator.uniform(-self.amount, self.amount)
        factor = 1 + np.sign(drawn) * max(self.least + (1 - self.least / self.amount) * abs(drawn), 0.0)
        root = motion.root_positions.copy()
        root[:, [0, 2]] = root[0, [0, 2]] + (root[:, [0, 2]] - root[0, [0, 2]]) * factor
        return replace(motion, root_positions=root)


@dataclass(frozen=True)
class Drift:
    """A root that wanders: a random walk of metres_per_second standard deviation per second^1/2, on all axes."""

    kind: ClassVar[str] = "drift"
    metres_per_second: float = 0.05

    def apply(self, motion: Motion, generator: np.random.Generator) -> Motion:
        """The motion with a wandering root; the first frame stays."""
        steps = generator.standard_normal((motion.num_frames, 3)) * (self.metres_per_second / motion.fps**0.5)
        steps[0] = 0
        return replace(motion, root_positions=motion.root_positions + np.cumsum(steps, axis=0))


@dataclass(frozen=True)
class DroppedFrames:
    """Frames lost, the last good one held. share: of frames lost; longest: of a gap, in seconds."""

    kind: ClassVar[str] = "dropped_frames"
    share: float = 0.1
    longest: float = 0.2

    def apply(self, motion: Motion, generator: np.random.Generator) -> Motion:
        """The motion with held frames; the first is never lost."""
        frames = motion.num_frames
        held = np.arange(frames)
        lost, longest = 0, max(1, round(self.longest * motion.fps))
        while lost < self.share * frames and frames > 1:
            start, length = int(generator.integers(1, frames)), int(generator.integers(1, longest + 1))
            held[start : start + length] = held[start - 1]
            lost += length
        return replace(motion, root_positions=motion.root_positions[held], rotations=motion.rotations[held])


@dataclass(frozen=True)
class TwistFlips:
    """Limb bones turned about their own axis for a while, their children untouched: positions can't show it.

    flips: number of bursts; degrees: of the turn; longest: of a burst, in seconds.
    """

    kind: ClassVar[str] = "twist_flips"
    flips: int = 2
    degrees: float = 180.0
    longest: float = 0.5

    def apply(self, motion: Motion, generator: np.random.Generator) -> Motion:
        """The motion with flipped twists."""
        parents = motion.skeleton.parents
        only_child = {p: j for j, p in enumerate(parents) if p >= 0 and parents.count(p) == 1 and parents[p] >= 0}
        rotations = motion.rotations.copy()
        longest = max(1, round(self.longest * motion.fps))
        for _ in range(self.flips if only_child else 0):
            joint = int(generator.choice(sorted(only_child)))
            child = only_child[joint]
            start = int(generator.integers(0, motion.num_frames))
            span = slice(start, start + int(generator.integers(1, longest + 1)))
            axis = motion.skeleton.offsets[child] / np.linalg.norm(motion.skeleton.offsets[child])
            twist = axis_angle_to_quat(axis * np.radians(self.degrees) * generator.choice([-1.0, 1.0]))
            rotations[span, joint] = quat_mul(rotations[span, joint], twist)
            rotations[span, child] = quat_mul(quat_inv(twist), rotations[span, child])
        return replace(motion, rotations=rotations)


FAULTS: Mapping[str, type[Any]] = {
    fault.kind: fault for fault in (JointJitter, OverSmoothing, FootSlide, Drift, DroppedFrames, TwistFlips)
}


@dataclass(frozen=True)
class CaptureFaults:
    """Several faults, one after the other, each with its probability. faults: (fault, probability)."""

    faults: tuple[tuple[Fault, float], ...]
    seed: int = 0

    @staticmethod
    def from_config(settings: Sequence[Mapping[str, Any]], seed: int = 0) -> CaptureFaults:
        """Build from config tables: [{kind = "drift", probability = 0.5, metres_per_second = 0.1}, ..].

        Raises RequestError for an unknown kind or setting.
        """
        faults = []
        for entry in settings:
            values = dict(entry)
            kind, probability = values.pop("kind", None), float(values.pop("probability", 1.0))
            if kind not in FAULTS:
                raise RequestError(f"unknown capture fault '{kind}': use one of {', '.join(sorted(FAULTS))}")
            known = {field.name for field in fields(FAULTS[kind])}
            if unknown := set(values) - known:
                raise RequestError(f"capture fault '{kind}' has no setting '{min(unknown)}': use {sorted(known)}")
            faults.append((FAULTS[kind](**values), probability))
        return CaptureFaults(tuple(faults), seed)

    def apply(self, clip_id: str, motion: Motion) -> Motion:
        """The clip with its faults: the same ones at every call."""
        generator = clip_generator(self.seed, clip_id)
        for fault, probability in self.faults:
            # Each fault draws from a stream of its own, so that one more at the end leaves the others as they were.
            hit, stream = generator.random() < probability, generator.spawn(1)[0]
            if hit:
                motion = fault.apply(motion, stream)
        return motion


Corruption = WhiteNoise | CaptureFaults
"""What makes a noisy clip: the paper's noise, or faults as captures have them."""


def _smoothed(values: NDArray[Any], sigma: float) -> NDArray[Any]:
    """A Gaussian filter along axis 0 with the end frames repeated; sigma in frames."""
    if sigma <= 0:
        return values
    reach = max(1, int(4 * sigma + 0.5))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    flat = values.reshape(len(values), -1)
    padded = np.concatenate([np.repeat(flat[:1], reach, 0), flat, np.repeat(flat[-1:], reach, 0)])
    out = np.stack([np.convolve(column, kernel, mode="valid") for column in padded.T], axis=1)
    return out.reshape(values.shape)
