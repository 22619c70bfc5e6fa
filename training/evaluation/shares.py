"""Shares of the training data by whole takes, each smaller share a part of every larger one."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from training.preparation.body_tasks import DATASET as BODY_TASKS
from training.preparation.gait_loops import SUFFIX as LOOP
from training.preparation.hand_tasks import DATASET as HAND_TASKS


def take_of(clip_id: str) -> str:
    """The recording that a clip was cut from: pieces "a@0" and "a@73", and "a+loop", are of one take."""
    return clip_id.split("@")[0].split(LOOP)[0]


def is_made(clip_id: str) -> bool:
    """Whether training.prepare made the clip, by formula, by keyed poses or by repeating a captured gait."""
    return LOOP in clip_id or clip_id.split("/")[0] in (HAND_TASKS, BODY_TASKS)


def first_share(clips: Iterable[tuple[str, int]], share: float, seed: int = 0) -> set[str]:
    """Takes that together make up `share` of the frames of (clip id, frames), drawn by the seed; all for 1."""
    lengths: dict[str, int] = {}
    for clip_id, frames in clips:
        lengths[take_of(clip_id)] = lengths.get(take_of(clip_id), 0) + frames
    names = sorted(lengths)
    order = [names[i] for i in np.random.default_rng(seed).permutation(len(names))]
    total = np.cumsum([lengths[name] for name in order])
    return set(order[: int(np.searchsorted(total, share * total[-1])) + 1])
