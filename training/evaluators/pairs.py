"""Pairs of caption and motion out of the motion cache, and batches of them, varied for training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from motionmix_core.errors import DataError
from motionmix_core.mixed_data.cache import MotionCache, load_cache
from motionmix_core.representation import default as R

from .bank import FeatureBank
from .duplicates import caption_vectors, near_duplicates
from .features import motion_features

CAPTION_SOURCES = ("*", "!action-label")
"""A judge never ships, so it may read every caption of the training split; labels are no sentences."""

MAX_SECONDS = 8.0
MIN_SECONDS = 1.0
SPEEDS = (0.87, 1.0, 1.15)


@dataclass(frozen=True)
class Pair:
    """A caption and the frames start <= t < stop of the cache's arrays that it is about.

    span: the same for captions of one stretch of one clip. whole: the caption is about a whole long trial.
    """

    clip: str
    text: str
    mirrored: str
    start: int
    stop: int
    first: int  # rows of the clip, which a varied window may not leave
    last: int
    whole: bool

    @property
    def span(self) -> tuple[str, int, int]:
        """What it is about."""
        return self.clip, self.start, self.stop


@dataclass(frozen=True)
class PairSet:
    """Pairs over one cache. frames: (N, 207) features as cached."""

    pairs: tuple[Pair, ...]
    frames: NDArray[np.float32]
    fps: float

    def positions(self, start: int, stop: int, mirror: bool = False) -> NDArray[np.float32]:
        """(T, 22, 3) metres of frames start <= t < stop, of the mirrored motion on demand."""
        rows = np.asarray(self.frames[start:stop])
        rows = R.mirrored(rows) if mirror else rows
        world = rows[:, R.POSITIONS].reshape(len(rows), R.JOINTS, 3).copy()
        world[..., (0, 2)] += rows[:, None, R.ROOT_XZ]
        return world


def read_pairs(cache_folder: Path, split: str, sources: Sequence[str] = CAPTION_SOURCES) -> PairSet:
    """All captioned stretches of one split of at least a second. Raises DataError if there are none."""
    cache = load_cache(cache_folder, tuple(sources))
    return PairSet(_pairs(cache, split), cache.features, cache.fps)


def _pairs(cache: MotionCache, split: str) -> tuple[Pair, ...]:
    found = []
    for clip in cache.select(split, shippable_only=False):
        for caption in clip.captions:
            if caption.stop - caption.start < MIN_SECONDS * cache.fps:
                continue
            whole = caption.stop - caption.start > MAX_SECONDS * cache.fps
            rows = (clip.start + caption.start, clip.start + caption.stop, clip.start, clip.start + clip.frames)
            found.append(Pair(clip.id, caption.text, caption.mirrored, *rows, whole))
    if not found:
        hint = "; training.prepare --test-share 0.1 holds some files out for it" if split == "test" else ""
        raise DataError(f"{cache.folder} has no captioned motion of at least a second in its split {split!r}{hint}")
    return tuple(found)


@dataclass(frozen=True)
class PairBatch:
    """texts: B captions. motions: B feature arrays (T, 139). same: (B, B) True where i and j are no fair negatives."""

    texts: list[str]
    motions: list[NDArray[np.float32]]
    same: NDArray[np.bool_]


class PairSampler:
    """Draws training batches: every stretch alike, one of its captions; mirrored, shifted, at other speeds."""

    def __init__(self, data: PairSet, batch: int, seed: int, duplicate: float, whole_share: float = 0.12) -> None:
        self._data, self._batch, self._seed = data, batch, seed
        self._vectors = caption_vectors([pair.text for pair in data.pairs])
        self._duplicate = duplicate
        self._bank = FeatureBank(data.positions, data.fps)
        spans: dict[tuple[str, int, int], list[int]] = {}
        for number, pair in enumerate(data.pairs):
            spans.setdefault(pair.span, []).append(number)
        self._spans = list(spans.values())
        whole = np.array([data.pairs[members[0]].whole for members in self._spans])
        weights = np.where(whole, whole_share / max(whole.sum(), 1), (1 - whole_share) / max((~whole).sum(), 1))
        self._weights = weights / weights.sum()

    def batch(self, step: int) -> PairBatch:
        """The batch of one step; it follows from the seed and the step alone."""
        rng = np.random.default_rng((self._seed, step))
        count = min(self._batch, len(self._spans))
        spans = rng.choice(len(self._spans), size=count, replace=False, p=self._weights)
        chosen = [self._spans[i][rng.integers(len(self._spans[i]))] for i in spans]
        texts, motions = [], []
        for number in chosen:
            pair = self._data.pairs[number]
            mirror = bool(rng.random() < 0.5)
            texts.append(pair.mirrored if mirror else pair.text)
            motions.append(self._varied(pair, mirror, rng))
        return PairBatch(texts, motions, self._same(chosen))

    def _varied(self, pair: Pair, mirror: bool, rng: np.random.Generator) -> NDArray[np.float32]:
        fps = self._data.fps
        length = pair.stop - pair.start
        start = pair.start
        if pair.whole:
            length = round(rng.uniform(4.0, MAX_SECONDS) * fps)
            start += int(rng.integers(pair.stop - pair.start - length + 1))
        else:
            start += round(rng.uniform(-0.1, 0.1) * length)
            length = round(length * rng.uniform(0.85, 1.1))
        start = max(pair.first, start)
        stop = min(pair.last, start + max(length, round(0.8 * MIN_SECONDS * fps)))
        speed = float(rng.choice(SPEEDS))
        return self._bank.window(pair.first, pair.last, start, stop, mirror, speed)

    def _same(self, chosen: Sequence[int]) -> NDArray[np.bool_]:
        pairs = [self._data.pairs[i] for i in chosen]
        same = near_duplicates(self._vectors[list(chosen)], self._duplicate)
        clips = np.array([pair.clip for pair in pairs])
        start, stop = (np.array([getattr(pair, end) for pair in pairs]) for end in ("start", "stop"))
        overlap = (start[:, None] < stop[None]) & (start[None] < stop[:, None])
        return same | (overlap & (clips[:, None] == clips[None]))


def fixed_pairs(data: PairSet) -> tuple[list[str], list[NDArray[np.float32]], NDArray[np.int64]]:
    """All pairs as they are, for validation: captions, the features of each stretch once, and each caption's stretch.

    Captions of whole long trials are left out: which part of the trial they mean isn't known.
    """
    pairs = [pair for pair in data.pairs if not pair.whole]
    spans = {span: number for number, span in enumerate(dict.fromkeys(pair.span for pair in pairs))}
    motions = [motion_features(data.positions(start, stop), data.fps) for _, start, stop in spans]
    return [pair.text for pair in pairs], motions, np.array([spans[pair.span] for pair in pairs], np.int64)
