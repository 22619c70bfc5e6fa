"""The memorisation check: how near, in joint positions, do samples come to training clips, beside real test clips.

Motions are cut into stretches of two seconds, ten poses a second, each turned and moved to start alike. The distance of
two stretches is the root mean square distance of their joints, in metres. A copy, turned or moved anywhere, comes out
near zero, and it is told of which clip it is one.

How near is too near depends on what is done: two people standing lie nearer to one another than two who dance. So each
distance is also told in units of the spacing there, the distance from the training clip that was found to the nearest
of the other takes (authenticity of Alaa et al. 2022, graded): a copy comes out near 0, a new performance near 1.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from motionmix_core.errors import DataError
from motionmix_core.metrics.sampling_rate import at_rate
from training.evaluation.shares import take_of
from training.evaluators.features import canonicalised

POSES, RATE = 20, 10.0
WINDOW_SECONDS = POSES / RATE
_BLOCK = 8192  # training stretches compared at once: 43 MB


@dataclass(frozen=True)
class Nearest:
    """Of one motion: metres to the nearest training stretch, the clip that it is in, and where in it (seconds).

    speed: the motion's mean over joints, in m/s. own_seconds: where in the motion. spacing: metres from what was found
    to the nearest stretch of another take.
    """

    metres: float
    clip: str
    at_seconds: float
    speed: float = 0.0
    own_seconds: float = 0.0
    spacing: float = float("inf")

    @property
    def in_spacings(self) -> float:
        """The distance in units of the spacing."""
        return self.metres / max(self.spacing, 1e-9)


def stretches_of(positions: NDArray, fps: float, every_seconds: float) -> NDArray[np.float32]:
    """(N, 20 * 22 * 3) two-second stretches, one every so many seconds; a shorter motion holds its last pose."""
    path = at_rate(np.asarray(positions, np.float64), fps, RATE)
    if len(path) < POSES:
        path = np.concatenate((path, np.repeat(path[-1:], POSES - len(path), axis=0)))
    step = max(1, round(every_seconds * RATE))
    starts = range(0, len(path) - POSES + 1, step)
    return np.stack([canonicalised(path[s : s + POSES]).reshape(-1) for s in starts]).astype(np.float32)


@dataclass(frozen=True)
class Library:
    """All training stretches: vectors (M, 1320), and of each the clip and the second in it."""

    vectors: NDArray[np.float32]
    clips: tuple[str, ...]
    seconds: NDArray[np.float64]

    @classmethod
    def of(cls, clips: Iterable[tuple[str, NDArray]], fps: float, every_seconds: float = 0.2) -> Library:
        """From (name, positions (T, 22, 3)) of clips of at least two frames."""
        vectors, names, seconds = [], [], []
        for name, positions in clips:
            cut = stretches_of(positions, fps, every_seconds)
            vectors.append(cut)
            names += [name] * len(cut)
            seconds += [n * every_seconds for n in range(len(cut))]
        return cls(np.concatenate(vectors), tuple(names), np.array(seconds))

    def part(self, kept: Callable[[str], bool]) -> Library:
        """The stretches of the clips that `kept` is true of. Raises DataError if that leaves none."""
        chosen = np.array([kept(clip) for clip in self.clips], bool)
        if not chosen.any():
            raise DataError("no training clip is left to compare with")
        return Library(self.vectors[chosen], tuple(itertools.compress(self.clips, chosen)), self.seconds[chosen])

    def nearest(
        self, vectors: NDArray[np.float32], not_of: Sequence[str] | None = None
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """(N,) metres to, and index of, the nearest of the library for each stretch.

        not_of: for each stretch a clip whose whole take doesn't count.
        """
        takes = {take: number for number, take in enumerate(dict.fromkeys(map(take_of, self.clips)))}
        own_take = None if not_of is None else np.array([takes.get(take_of(clip), -1) for clip in not_of])
        take_numbers = np.array([takes[take_of(clip)] for clip in self.clips])
        best = np.full(len(vectors), np.inf)
        index = np.zeros(len(vectors), np.int64)
        own = np.square(vectors).sum(axis=1)
        for start, block in self._blocks():
            squared = own[:, None] + np.square(block).sum(axis=1)[None] - 2 * vectors @ block.T
            if own_take is not None:
                squared[own_take[:, None] == take_numbers[None, start : start + len(block)]] = np.inf
            at = squared.argmin(axis=1)
            value = squared[np.arange(len(vectors)), at]
            better = value < best
            best[better], index[better] = value[better], at[better] + start
        joints = POSES * 22
        return np.sqrt(np.maximum(best, 0) / joints), index

    def _blocks(self) -> Iterator[tuple[int, NDArray[np.float32]]]:
        for start in range(0, len(self.vectors), _BLOCK):
            yield start, self.vectors[start : start + _BLOCK]


def nearest_of_each(
    library: Library,
    motions: Sequence[NDArray],
    fps: float,
    every_seconds: float = 0.5,
    not_of: Sequence[str] | None = None,
) -> list[Nearest]:
    """For each motion (T, 22, 3) its two seconds that are nearest to any training stretch: a copied part counts.

    not_of: for each motion the clip that it was cut from, whose whole take doesn't count; None for motions that are not
    in the library.
    """
    cuts = [stretches_of(m, fps, every_seconds) for m in motions]
    edges = np.cumsum([0, *map(len, cuts)])
    own = None if not_of is None else [clip for clip, cut in zip(not_of, cuts, strict=True) for _ in cut]
    metres, index = library.nearest(np.concatenate(cuts), own)
    best = [int(metres[a:b].argmin()) + a for a, b in itertools.pairwise(edges)]
    found = index[best]
    spacing, _ = library.nearest(library.vectors[found], [library.clips[i] for i in found])
    step = max(1, round(every_seconds * RATE)) / RATE
    return [
        Nearest(
            float(metres[at]),
            library.clips[i],
            float(library.seconds[i]),
            float(np.linalg.norm(np.diff(motion, axis=0), axis=-1).mean() * fps),
            float(at - first) * step,
            float(gap),
        )
        for motion, at, i, first, gap in zip(motions, best, found, edges[:-1], spacing, strict=True)
    ]
