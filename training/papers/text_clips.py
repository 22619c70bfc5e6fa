"""HumanML3D and KIT-ML as a trainer sees them: z-scores of 263 or 251 numbers, one of a clip's captions at random."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from motionmix_core.formats.published import Skipped
from motionmix_core.formats.text_motion import MAX_FRAMES, Statistics, TextClip, TextMotionSet, training_sample
from motionmix_core.mixed_data.corruption import CaptureFaults, Corruption
from motionmix_core.representation.guo_layout import GuoLayout

from .clips import Drawn
from .faults import faulty_features
from .space import TextSpace

ROOT_WEIGHT = 25.0  # MotionDiffuse divides the standard deviation of root and contacts by it


@dataclass(frozen=True)
class TextClips:
    """The clips of one split. statistics: what the network's z-scores are taken with."""

    clips: tuple[TextClip, ...]
    statistics: Statistics
    layout: GuoLayout
    skipped: Sequence[Skipped] = ()
    frames: int = MAX_FRAMES
    strata: None = None

    @staticmethod
    def of(data: TextMotionSet, split: str = "train", *, weighted_root: bool = False) -> TextClips:
        """The clips of an opened data set. weighted_root: MotionDiffuse's statistics. Raises DataError."""
        found = list(data.clips(split))
        statistics = data.statistics()
        if weighted_root:
            statistics = Statistics(statistics.mean, with_weighted_root(statistics.std, data.layout))
        return TextClips(
            tuple(clip for clip in found if isinstance(clip, TextClip)),
            statistics,
            data.layout,
            tuple(clip for clip in found if isinstance(clip, Skipped)),
        )

    @property
    def space(self) -> TextSpace:
        """z-scores of the layout's numbers."""
        return TextSpace(self.statistics, self.layout)

    @property
    def ids(self) -> list[str]:
        """Ids of the clips."""
        return [clip.id for clip in self.clips]

    @property
    def families(self) -> dict[str, str]:
        """Clip id -> the motion that it is a part or the mirror image of: those share a role."""
        return {clip.id: clip.motion.removeprefix("M") for clip in self.clips}

    def corrupted(self, noise: Corruption, noisy: Collection[str]) -> TextClips:
        """Noise on the whole clip's z-scores, before it is cropped and padded (MotionMix on HumanML3D and KIT)."""
        chosen = set(noisy)

        def worse(clip: TextClip) -> TextClip:
            if clip.id not in chosen:
                return clip
            if isinstance(noise, CaptureFaults):
                return replace(clip, features=faulty_features(noise, clip.id, clip.features, self.layout))
            (scores,) = noise.apply(clip.id, self.statistics.normalise(clip.features))
            return replace(clip, features=self.statistics.denormalise(scores))

        return replace(self, clips=tuple(map(worse, self.clips)))

    def draw(self, place: int, generator: np.random.Generator) -> Drawn:
        """By the published loader's rules: length, crop, caption, z-scores, zeros behind."""
        sample = training_sample(self.clips[place], self.statistics, generator)
        return Drawn(sample.motion[: self.frames], min(sample.length, self.frames), sample.caption.text)

    def captions(self) -> list[str]:
        """All captions of all clips."""
        return sorted({caption.text for clip in self.clips for caption in clip.captions})


def with_weighted_root(std: NDArray[np.float32], layout: GuoLayout) -> NDArray[np.float32]:
    """MotionDiffuse's standard deviations: those of root and contacts 25 times smaller, so that they weigh more."""
    out = std.copy()
    for block in ("root_yaw", "root_velocity", "root_height", "contacts"):
        out[layout.blocks[block]] /= ROOT_WEIGHT
    return out
