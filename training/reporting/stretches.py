"""The captioned stretches of a split: what a model is asked for, and what the real motion looks like."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from motionmix_core.mixed_data.cache import load_cache
from motionmix_core.mixed_data.caption_sources import ABOUT_STRETCHES
from training.evaluators.pairs import PairSet, read_pairs

SIDES = (False, True)  # as recorded, mirrored


@dataclass(frozen=True)
class Stretch:
    """Frames start <= t < stop of the cache, and the captions about them (as recorded, mirrored)."""

    clip: str
    start: int
    stop: int
    captions: tuple[str, ...]
    mirrored: tuple[str, ...]

    @property
    def frames(self) -> int:
        """Length."""
        return self.stop - self.start

    def caption(self, number: int, mirror: bool) -> str:
        """Caption `number`, counted round, as said of the recorded or of the mirrored motion."""
        texts = self.mirrored if mirror else self.captions
        return texts[number % len(texts)]


@dataclass(frozen=True)
class StretchSet:
    """All captioned stretches of one split of one cache."""

    split: str
    stretches: tuple[Stretch, ...]
    data: PairSet

    def __len__(self) -> int:
        return len(self.stretches)

    def captions(self, count: int) -> list[str]:
        """Captions by (stretch, side, number), flat, `count` to a stretch and side."""
        return [s.caption(k, mirror) for s in self.stretches for mirror in SIDES for k in range(count)]

    def positions(self) -> list[NDArray[np.float32]]:
        """Real joint positions (T, 22, 3) by (stretch, side), flat."""
        return [self.data.positions(s.start, s.stop, mirror) for s in self.stretches for mirror in SIDES]

    def spread(self, count: int) -> StretchSet:
        """At most `count` stretches, evenly out of all (neighbours of one clip are alike)."""
        if count >= len(self):
            return self
        chosen = np.linspace(0, len(self) - 1, count).round().astype(int)
        return StretchSet(self.split, tuple(self.stretches[i] for i in chosen), self.data)


def read_stretches(cache: Path, split: str, sources: Sequence[str] = ABOUT_STRETCHES) -> StretchSet:
    """Stretches of at least a second whose captions were written for them. Raises DataError if there are none."""
    data = read_pairs(cache, split, sources)
    grouped: dict[tuple[str, int, int], tuple[list[str], list[str]]] = {}
    for pair in data.pairs:
        plain, mirrored = grouped.setdefault(pair.span, ([], []))
        plain.append(pair.text)
        mirrored.append(pair.mirrored)
    stretches = tuple(
        Stretch(clip, start, stop, tuple(plain), tuple(mirrored))
        for (clip, start, stop), (plain, mirrored) in grouped.items()
    )
    return StretchSet(split, stretches, data)


def training_clips(cache: Path, data: PairSet, shippable_only: bool = True) -> Iterator[tuple[str, NDArray]]:
    """(id, positions) of every training clip, captioned or not, as recorded and mirrored.

    data: pairs of any split of the same cache. shippable_only: without those that may not be learned from for a model
    that ships.
    """
    for clip in load_cache(cache, ()).select("train", shippable_only):
        for mirror in SIDES if clip.frames >= 2 else ():
            yield clip.id, data.positions(clip.start, clip.start + clip.frames, mirror)
