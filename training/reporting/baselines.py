"""What a generator has to be better than: a search among the training clips, and captions dealt out at random."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .stretches import SIDES, StretchSet


def nearest_training_clips(
    wanted: Sequence[str], frames: Sequence[int], training: StretchSet, points: NDArray, wanted_points: NDArray
) -> list[NDArray[np.float32]]:
    """For each wanted caption the real motion of the training caption that is nearest to it.

    Args:
        wanted: captions; frames: the length that each is wanted in (the clip is cut, or ends earlier if it is shorter).
        training: stretches of the training split; points: (M, D) unit rows for its captions as `labels` lists them.
        wanted_points: (N, D) unit rows of the wanted captions, from the same sentence encoder.
    """
    owners = [owner for owner, _ in labels(training)]
    best = (wanted_points @ points.T).argmax(axis=1)
    clip_ends = {pair.start: pair.last for pair in training.data.pairs}
    found = []
    for number, length in zip(best, frames, strict=True):
        stretch, mirror = owners[number]
        source = training.stretches[stretch]
        stop = min(source.start + length, clip_ends[source.start])
        found.append(training.data.positions(source.start, stop, mirror))
    return found


def labels(training: StretchSet) -> list[tuple[tuple[int, bool], str]]:
    """((stretch, mirrored), caption) of every caption of every stretch, as recorded and mirrored."""
    return [
        ((number, mirror), text)
        for number, stretch in enumerate(training.stretches)
        for mirror in SIDES
        for text in (stretch.mirrored if mirror else stretch.captions)
    ]


def derangement(count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """(count,) a random order in which nobody keeps its place: one long cycle."""
    order = rng.permutation(count)
    shuffled = np.empty(count, np.int64)
    shuffled[order] = np.roll(order, 1)
    return shuffled
