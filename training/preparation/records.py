"""What preparation passes along: captions, finished clips, and the files it had to leave out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from motionmix_core.motion.motion import Motion
from motionmix_core.motion.skeleton import canonical_skeleton

QUATERNION_SCALE = 32767


@dataclass(frozen=True)
class Caption:
    """A sentence for a stretch of a clip, in seconds from its first frame; mirrored_text is for the mirrored motion."""

    text: str
    mirrored_text: str
    start_s: float
    end_s: float
    source: str


@dataclass(frozen=True)
class Frames:
    """A canonical motion as the cache stores it: root (T, 3) float32 metres, rotations (T, 22, 4) int16 (times 32767).

    A fifth of a Motion's size, so that 40 hours of it fit in memory and travel between processes.
    """

    root: np.ndarray
    rotations: np.ndarray
    fps: float

    @classmethod
    def pack(cls, motion: Motion) -> Frames:
        """Round a motion to what the cache keeps (rotations to 6e-5 rad)."""
        rotations = np.round(motion.rotations * QUATERNION_SCALE).astype(np.int16)
        return cls(motion.root_positions.astype(np.float32), rotations, motion.fps)

    def unpack(self) -> Motion:
        """The motion again."""
        return Motion(canonical_skeleton(), self.root, self.rotations / QUATERNION_SCALE, self.fps)

    def raised(self, height: float) -> Frames:
        """Moved up by so many metres."""
        return replace(self, root=self.root + np.array([0, height, 0], np.float32))

    @property
    def num_frames(self) -> int:
        """T."""
        return len(self.root)

    @property
    def seconds(self) -> float:
        """Length as played."""
        return self.num_frames / self.fps


@dataclass(frozen=True)
class Clip:
    """One stretch of motion on the canonical skeleton with all that the trainer may want to know of it.

    clean and annotated are its role in mixed-data training (design 5); noise_level is the estimated share of noise in
    it (the sqrt(1 - alpha_bar) at which diffusion noise hides its faults), None where it is taken as exact.
    group keeps clips together when a validation part is split off. captured: a recording, not a hand-made animation.
    labels: classes of an action data set, if it comes from one.
    """

    id: str
    dataset: str
    source: str
    licence: str
    subject: str
    split: str
    frames: Frames
    clean: bool = True
    noise_level: float | None = None
    flags: tuple[str, ...] = ()
    captions: tuple[Caption, ...] = ()
    shippable: bool = True
    group: str = ""
    captured: bool = True
    labels: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = field(default=())

    @property
    def annotated(self) -> bool:
        """Whether it has at least one caption."""
        return bool(self.captions)

    @property
    def seconds(self) -> float:
        """Length as played."""
        return self.frames.seconds

    def with_split(self, split: str) -> Clip:
        """The same clip in another split."""
        return replace(self, split=split)


@dataclass(frozen=True)
class Skipped:
    """A file or clip that was left out, and why, in one line."""

    name: str
    reason: str
    dataset: str = ""
    broken: bool = True  # False: left out on purpose (a duplicate, a licence), nothing is wrong with the file
