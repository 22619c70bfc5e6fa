"""LAFAN1's measures of many gaps: over a baseline's, how sure that ratio is, and where it comes from.

NPSS weighs by power, so that a few bodies that spin may decide it: ratios come with intervals over clips, and apart for
gaps in which the hips turn little and much.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from motionmix_core.metrics.inbetween import l2p_of_each, l2q_of_each, npss_of_each
from motionmix_core.metrics.report import Estimate
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import quat_inv, quat_mul, quat_to_axis_angle

RESAMPLES = 1000
TURNS = {"under 90 degrees": (0.0, 90.0), "90 to 180": (90.0, 180.0), "more than half a circle": (180.0, np.inf)}


@dataclass(frozen=True, eq=False)
class Frames:
    """The missing frames of B windows: positions (B, n, J, 3) metres, world rotations (B, n, J, 4)."""

    positions: NDArray[np.floating]
    rotations: NDArray[np.floating]

    @classmethod
    def of(cls, motions: Sequence[Motion], first: int, stop: int) -> Frames:
        """Frames first..stop - 1 of motions of one length."""
        inside = slice(first, stop)
        return cls(
            np.stack([motion.positions()[inside] for motion in motions]),
            np.stack([motion.global_rotations()[inside] for motion in motions]),
        )


@dataclass(frozen=True, eq=False)
class Scores:
    """What each of B windows adds. l2p, l2q: (B,) its distances. npss: (B,) its spectra's, times its power."""

    l2p: NDArray[np.floating]
    l2q: NDArray[np.floating]
    npss: NDArray[np.floating]
    power: NDArray[np.floating]

    def over(self, which: NDArray[np.integer]) -> dict[str, float]:
        """L2P, L2Q and NPSS over some windows, which may come more than once."""
        return {
            "L2P": float(self.l2p[which].mean()),
            "L2Q": float(self.l2q[which].mean()),
            "NPSS": float(self.npss[which].sum() / max(self.power[which].sum(), 1e-12)),
        }


@dataclass(frozen=True, eq=False)
class Judge:
    """truth: what was there. mean, std: (J, 3) metres, of training motion. clips: (B,) which clip each window is of."""

    truth: Frames
    mean: NDArray[np.floating]
    std: NDArray[np.floating]
    clips: Sequence[str]

    def scores(self, made: Frames) -> dict[str, float]:
        """L2P, L2Q and NPSS over all windows."""
        return self.of_each(made).over(np.arange(len(self.clips)))

    def of_each(self, made: Frames) -> Scores:
        """What each window adds to them."""
        return Scores(
            l2p_of_each(made.positions, self.truth.positions, self.mean, self.std),
            l2q_of_each(made.rotations, self.truth.rotations),
            *npss_of_each(made.rotations, self.truth.rotations),
        )

    def ratios(self, made: Frames, base: Frames) -> dict[str, Estimate]:
        """The measures over the baseline's, with 95 % intervals for other clips in place of these.

        Whole clips are drawn anew (a bootstrap by clips): windows of one clip are no independent proofs.
        """
        return self._ratios(self.of_each(made), self.of_each(base), np.arange(len(self.clips)))

    def by_turning(self, made: Frames, base: Frames, turned: NDArray[np.floating]) -> dict[str, dict[str, Estimate]]:
        """Ratios, shares of the windows and of either's NPSS, apart by how far the hips turn, (B,) degrees."""
        ours, theirs = self.of_each(made), self.of_each(base)
        rows = {}
        for name, (least, most) in TURNS.items():
            which = np.flatnonzero((turned >= least) & (turned < most))
            if not len(which):
                continue
            row = {"windows": float(len(which)), "clips": float(len({self.clips[at] for at in which}))}
            for whose, scores in (("slerp's", theirs), ("our", ours)):
                row[f"share of {whose} NPSS"] = float(scores.npss[which].sum() / max(scores.npss.sum(), 1e-12))
            rows[name] = {key: Estimate.of([value]) for key, value in row.items()} | self._ratios(ours, theirs, which)
        return rows

    def _ratios(self, ours: Scores, theirs: Scores, which: NDArray[np.integer]) -> dict[str, Estimate]:
        clips = np.array(self.clips)[which]
        names = np.unique(clips)
        of_clip = [which[clips == name] for name in names]
        rng = np.random.default_rng(0)
        drawn = [which]
        for _ in range(RESAMPLES if len(names) > 1 else 0):
            drawn.append(np.concatenate([of_clip[clip] for clip in rng.integers(0, len(names), len(names))]))
        made, base = ([scores.over(rows) for rows in drawn] for scores in (ours, theirs))
        found = {key: [m[key] / max(b[key], 1e-12) for m, b in zip(made, base, strict=True)] for key in made[0]}
        return {key: Estimate(values[0], _half_width(values[1:]), len(names)) for key, values in found.items()}


def turned_by(motions: Sequence[Motion], first: int, last: int) -> NDArray[np.float64]:
    """(B,) degrees that the hips turn by between two frames, added up on the way: more than half a circle counts so."""
    world = np.stack([motion.global_rotations()[first : last + 1, 0] for motion in motions])
    steps = quat_to_axis_angle(quat_mul(world[:, 1:], quat_inv(world[:, :-1])))
    return np.asarray(np.degrees(np.linalg.norm(steps.sum(axis=1), axis=-1)))


def _half_width(values: Sequence[float]) -> float:
    if not values:
        return 0.0
    low, high = np.percentile(values, [2.5, 97.5])
    return float(high - low) / 2
