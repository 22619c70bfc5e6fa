"""Why do samples lie as near to the training clips as they do? Fresh draws, speed and the number of takes.

Test clips are one sort of new performance. Another is any training clip held against all OTHER takes: a fresh draw of
what the model was taught, and the distance that a sample has that follows the training clips without copying one. What
moves little lies near to something whoever makes it, so distances are also given over those of fresh draws that move
as fast. And since a bar made of distances falls when clips are added, all of them are taken over shares of the takes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from motionmix_core.metrics.report import Estimate
from training.evaluation.shares import first_share, is_made, take_of

from .memory import POSES, Library, stretches_of
from .uncertainty import over_groups

SHARES = (0.25, 0.5, 0.75, 1.0)
DRAWS = 20  # of the takes that make up a share
AS_FAST = 40  # fresh draws of nearest speed
_STILL = 0.02  # m/s, so that the logarithm of standing still is a number
_LEAST = 1e-4  # metres, so that the logarithm of a copy's distance is one
_BLOCK = 512


@dataclass(frozen=True)
class Reach:
    """How far each of N motions lies from each of T takes.

    takes: names. metres (N, T): to the nearest two seconds of the take; infinite for the motion's own. made (T,):
    whether training.prepare made the take's clips (then it is held apart from what was captured). clips: of each motion
    the clip that it is, or whose captions it was made for. speeds (N,): mean of its joints, m/s.
    """

    takes: tuple[str, ...]
    metres: NDArray[np.float64]
    made: NDArray[np.bool_]
    clips: tuple[str, ...]
    speeds: NDArray[np.float64]

    def nearest(self, kept: set[str] | None = None, made: bool = False) -> NDArray[np.float64]:
        """(N,) metres to the nearest of the takes `kept` (None = all); `made`: clips that were made count, too."""
        columns = np.array([kept is None or take in kept for take in self.takes]) & (made | ~self.made)
        return self.metres[:, columns].min(axis=1, initial=np.inf)

    def median(self, made: bool = False) -> Estimate:
        """Median over the motions of `nearest`; the interval is over clips."""
        return _median(self.nearest(made=made), self.clips)

    def of_kind(self, made: bool) -> Reach:
        """Only motions that are of made clips, or only of captured ones."""
        chosen = np.array([is_made(clip) == made for clip in self.clips])
        clips = tuple(clip for clip in self.clips if is_made(clip) == made)
        return Reach(self.takes, self.metres[chosen], self.made, clips, self.speeds[chosen])


def reach_of(
    library: Library, motions: Sequence[NDArray], fps: float, clips: Sequence[str], every_seconds: float = 0.5
) -> Reach:
    """Of motions (T, 22, 3); a motion of one of the library's takes isn't held against that take."""
    columns = [(take_of(clip), is_made(clip)) for clip in library.clips]
    kinds = list(dict.fromkeys(columns))
    number = {kind: n for n, kind in enumerate(kinds)}
    numbers = np.array([number[column] for column in columns])
    order = np.argsort(numbers, kind="stable")
    vectors, starts = library.vectors[order], np.searchsorted(numbers[order], np.arange(len(kinds)))
    lengths = np.square(vectors).sum(axis=1)
    cuts = [stretches_of(motion, fps, every_seconds) for motion in motions]
    edges = np.cumsum([0, *map(len, cuts)])
    wanted = np.concatenate(cuts)
    squared = np.concatenate(
        [
            np.minimum.reduceat(np.square(block).sum(axis=1)[:, None] + lengths - 2 * block @ vectors.T, starts, axis=1)
            for block in (wanted[i : i + _BLOCK] for i in range(0, len(wanted), _BLOCK))
        ]
    )
    metres = np.sqrt(np.maximum(np.minimum.reduceat(squared, edges[:-1], axis=0), 0) / (POSES * 22)).astype(float)
    metres = np.maximum(metres, _LEAST)
    takes = np.array([take for take, _ in kinds])
    metres[np.array([take_of(clip) for clip in clips])[:, None] == takes] = np.inf
    speeds = [float(np.linalg.norm(np.diff(motion, axis=0), axis=-1).mean() * fps) for motion in motions]
    return Reach(tuple(takes), metres, np.array([made for _, made in kinds]), tuple(clips), np.array(speeds))


def as_fast(fresh: Reach, speeds: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N,) median metres of the captured fresh draws whose speeds come nearest to each of `speeds`."""
    known = fresh.of_kind(False)
    metres, at = known.nearest(), np.log(known.speeds + _STILL)
    apart = np.abs(np.log(speeds + _STILL)[:, None] - at)
    return np.median(metres[np.argsort(apart, axis=1)[:, :AS_FAST]], axis=1)


def over_as_fast(reach: Reach, fresh: Reach) -> Estimate:
    """Median of the distances over those of fresh draws as fast: 1 for fresh draws, near 0 for copies."""
    return _median(reach.nearest() / as_fast(fresh, reach.speeds), reach.clips)


def chance_of_reaching(fresh: Reach, bar: float, clips: int, draws: int = 1000, seed: int = 0) -> float:
    """How often real motion of so many captured training takes, held against all others, has its median at the bar."""
    known = fresh.of_kind(False)
    metres, takes = known.nearest(), [take_of(clip) for clip in known.clips]
    members = [np.flatnonzero(np.array(takes) == take) for take in dict.fromkeys(takes)]
    rng = np.random.default_rng(seed)
    drawn = [rng.choice(len(members), min(clips, len(members)), replace=False) for _ in range(draws)]
    return float(np.mean([np.median(metres[np.concatenate([members[i] for i in some])]) >= bar for some in drawn]))


@dataclass(frozen=True)
class Curve:
    """Medians over shares of the takes (mean and 95 % spread of DRAWS draws), and a power law.

    doubling: what twice the takes multiply the distance by, with an interval over clips.
    """

    metres: tuple[Estimate, ...]
    doubling: Estimate

    def at(self, share: float) -> float:
        """By the law, through the value at all takes."""
        return self.metres[-1].mean * self.doubling.mean ** float(np.log2(share))

    def share_for(self, metres: float) -> float:
        """How many times the takes bring the distance down to so many metres, by the law; infinite if none do."""
        if self.doubling.mean >= 1:
            return np.inf
        return float(2 ** (np.log(metres / self.metres[-1].mean) / np.log(self.doubling.mean)))


def curve_of(reach: Reach, lengths: Sequence[tuple[str, int]]) -> Curve:
    """lengths: (clip, frames) of the captured training clips, whose takes are drawn as for the arms of an ablation."""
    nearest = [
        np.stack([reach.nearest(first_share(lengths, share, seed)) for seed in range(1 if share == 1 else DRAWS)])
        for share in SHARES
    ]

    def medians(chosen: NDArray[np.int64]) -> list[NDArray[np.float64]]:
        return [np.median(values[:, chosen], axis=1) for values in nearest]

    def doubling(chosen: NDArray[np.int64]) -> float:
        values = [np.log(drawn.mean()) for drawn in medians(chosen)]
        return float(np.exp(np.polyfit(np.log2(SHARES), values, 1)[0]))

    spread = [Estimate(float(m.mean()), float(1.96 * m.std()), len(m)) for m in medians(np.arange(len(reach.clips)))]
    return Curve(tuple(spread), over_groups(doubling, reach.clips, resamples=200))


@dataclass(frozen=True)
class Density:
    """fresh: training stretches from all other takes. others: what is held against them, by name (real and made)."""

    fresh: Reach
    others: Mapping[str, Reach]
    lengths: tuple[tuple[str, int], ...]

    def curves(self) -> dict[str, Curve]:
        """One of each row, fresh draws (captured) last."""
        rows = {**self.others, FRESH: self.fresh.of_kind(False)}
        return {name: curve_of(reach, self.lengths) for name, reach in rows.items()}


FRESH = "fresh draws: training clips, from all other takes"


def _median(values: NDArray[np.float64], clips: Sequence[str]) -> Estimate:
    return over_groups(lambda chosen: float(np.median(values[chosen])), [take_of(clip) for clip in clips])
