"""Windows of real clips that a task is measured on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from motionmix_core.errors import DataError
from motionmix_core.motion.motion import Motion
from training.evaluation.clip_cache import ClipCache


@dataclass(frozen=True, eq=False)
class Window:
    """A stretch of a real clip. clip: its id; start: first frame; motion: the frames, as captured."""

    clip: str
    start: int
    motion: Motion


def windows(cache: ClipCache, split: str, frames: int, step: int, clean_only: bool = True) -> list[Window]:
    """All windows of so many frames, `step` apart, of a split's clips. DataError if there are none."""
    found = list(_windows(cache, split, frames, step, clean_only))
    if not found:
        raise DataError(f"{cache.folder} has no clip of {frames} frames in the split {split!r}")
    return found


def _windows(cache: ClipCache, split: str, frames: int, step: int, clean_only: bool) -> Iterator[Window]:
    for clip_id in cache.ids(split):
        clip = cache.clips[clip_id]
        if clip["frames"] < frames or (clean_only and not clip["clean"]):
            continue
        motion = cache.motion(clip_id)
        for start in range(0, motion.num_frames - frames + 1, step):
            yield Window(clip_id, start, motion.crop(start, start + frames))


def thinned(found: list[Window], limit: int | None) -> list[Window]:
    """At most `limit` of the windows, evenly spread over them."""
    if limit is None or len(found) <= limit:
        return found
    return [found[i] for i in np.linspace(0, len(found) - 1, limit).round().astype(int)]
