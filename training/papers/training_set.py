"""Who trains what: the roles of a data set's clips, their fixed corruption and their timesteps (MotionMix)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from motionmix_core.mixed_data.paper_config import PaperConfig
from motionmix_core.mixed_data.roles import RoleSplit, split_roles
from motionmix_core.mixed_data.timestep_ranges import TimestepRanges

from .clips import Clips


@dataclass(frozen=True)
class TrainingSet:
    """clips: the noisy ones already corrupted. clean, annotated: (N,) bool. ranges: the timesteps of each role.

    split: the roles as drawn, None with the mix off.
    """

    clips: Clips
    clean: NDArray[np.bool_]
    annotated: NDArray[np.bool_]
    ranges: TimestepRanges
    split: RoleSplit | None = None

    def __len__(self) -> int:
        return len(self.clean)


def fully_supervised(config: PaperConfig, clips: Clips) -> TrainingSet:
    """Every clip as it is, with its annotation, at every timestep: the backbone's own paper."""
    everything = np.ones(len(clips.ids), bool)
    return TrainingSet(clips, everything, everything, TimestepRanges(config.diffusion.steps, 0))


def mixed(config: PaperConfig, clips: Clips, seed: int, stored: RoleSplit | None = None) -> TrainingSet:
    """MotionMix's data: noisy clips keep their annotation, clean ones lose it. With the mix off, `fully_supervised`.

    seed: of roles and noise. stored: roles of an earlier run, to be kept; DataError if they know other clips.
    """
    noise = config.corruption(seed)
    if noise is None:
        return fully_supervised(config, clips)
    split = stored or split_roles(clips.ids, config.mix.noisy_ratio, seed, strata=clips.strata, families=clips.families)
    clean = split.is_clean(clips.ids)
    return TrainingSet(clips.corrupted(noise, split.noisy), clean, ~clean, config.ranges(), split)
