"""The memorisation check: how near, in joint positions, do samples come to training clips, beside real test clips.

Motions are cut into stretches of two seconds, ten poses a second, each turned and moved to start alike. The distance of
two stretches is the root mean square distance of their joints, in metres. A copy, turned or moved anywhere, comes out
near zero, and it is told of which clip it is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from motionmix_core.metrics.sampling_rate import at_rate
from training.evaluators.features import canonicalised

POSES, RATE = 20, 10.0
WINDOW_SECONDS = POSES / RATE
_BLOCK = 8192  # training stretches compared at once: 43 MB


@dataclass(frozen=True)
class Nearest:
    """Of one motion: metres to the nearest training stretch, the clip that it is in, and where in it (seconds); speed:
    the motion's mean over joints, in m/s.
    """

    metres: float
    clip: str
    at_seconds: float
    speed: float = 0.0


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

    def nearest(self, vectors: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """(N,) metres to, and index of, the nearest of the library for each stretch."""
        best = np.full(len(vectors), np.inf)
        index = np.zeros(len(vectors), np.int64)
        own = np.square(vectors).sum(axis=1)
        for start, block in self._blocks():
            squared = own[:, None] + np.square(block).sum(axis=1)[None] - 2 * vectors @ block.T
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
    library: Library, motions: Sequence[NDArray], fps: float, every_seconds: float = 0.5
) -> list[Nearest]:
    """For each motion (T, 22, 3) its two seconds that are nearest to any training stretch: a copied part counts."""
    cuts = [stretches_of(m, fps, every_seconds) for m in motions]
    metres, index = library.nearest(np.concatenate(cuts))
    out, start = [], 0
    for motion, cut in zip(motions, cuts, strict=True):
        here = slice(start, start + len(cut))
        start += len(cut)
        at = int(metres[here].argmin()) + here.start
        speed = float(np.linalg.norm(np.diff(motion, axis=0), axis=-1).mean() * fps)
        out.append(Nearest(float(metres[at]), library.clips[index[at]], float(library.seconds[index[at]]), speed))
    return out
