"""LAFAN1's measures of many gaps: over a baseline's, how sure that ratio is, and where it comes from.

NPSS weighs by power, so that a few bodies that spin may decide it: ratios come with intervals over clips, and apart for
gaps in which the hips turn little and much.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from motionmix_core.metrics.inbetween import l2p, l2q, npss
from motionmix_core.metrics.report import Estimate
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import quat_inv, quat_mul, quat_to_axis_angle

RESAMPLES = 200
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

    def chosen(self, which: NDArray[np.integer] | NDArray[np.bool_]) -> Frames:
        """Some of the windows."""
        return Frames(self.positions[which], self.rotations[which])


@dataclass(frozen=True, eq=False)
class Judge:
    """truth: what was there. mean, std: (J, 3) metres, of training motion. clips: (B,) which clip each window is of."""

    truth: Frames
    mean: NDArray[np.floating]
    std: NDArray[np.floating]
    clips: Sequence[str]

    def scores(self, made: Frames) -> dict[str, float]:
        """L2P, L2Q and NPSS over all windows."""
        return self._scores(made, self.truth)

    def ratios(self, made: Frames, base: Frames) -> dict[str, Estimate]:
        """The measures over the baseline's, with 95 % intervals for other clips in place of these.

        Whole clips are drawn anew (a bootstrap by clips): windows of one clip are no independent proofs.
        """
        names = sorted(set(self.clips))
        of_clip = [np.flatnonzero(np.array(self.clips) == name) for name in names]
        rng = np.random.default_rng(0)
        found: dict[str, list[float]] = {}
        for _ in range(RESAMPLES if len(names) > 1 else 0):
            drawn = np.concatenate([of_clip[clip] for clip in rng.integers(0, len(names), len(names))])
            for key, value in self._ratios(made, base, drawn).items():
                found.setdefault(key, []).append(value)
        whole = self._ratios(made, base, np.arange(len(self.clips)))
        return {
            key: Estimate(value, _half_width(found[key]) if found else 0.0, max(len(names), 1))
            for key, value in whole.items()
        }

    def by_turning(self, made: Frames, base: Frames, turned: NDArray[np.floating]) -> dict[str, dict[str, Estimate]]:
        """Ratios, shares of the windows and of the baseline's NPSS, apart by how far the hips turn, (B,) degrees."""
        power = np.square(np.fft.fft(self.truth.rotations, axis=1).real).sum()
        rows = {}
        for name, (least, most) in TURNS.items():
            which = np.flatnonzero((turned >= least) & (turned < most))
            if not len(which):
                continue
            judge = Judge(self.truth.chosen(which), self.mean, self.std, [self.clips[at] for at in which])
            part = np.square(np.fft.fft(judge.truth.rotations, axis=1).real).sum()
            one, other = made.chosen(which), base.chosen(which)
            shares = {
                f"share of {whose} NPSS": judge.scores(frames)["NPSS"] * part / (self.scores(every)["NPSS"] * power)
                for whose, frames, every in (("slerp's", other, base), ("our", one, made))
            }
            row = {"windows": len(which), "clips": len(set(judge.clips)), **shares}
            rows[name] = {key: Estimate.of([value]) for key, value in row.items()} | judge.ratios(one, other)
        return rows

    def _scores(self, made: Frames, truth: Frames) -> dict[str, float]:
        return {
            "L2P": l2p(made.positions, truth.positions, self.mean, self.std),
            "L2Q": l2q(made.rotations, truth.rotations),
            "NPSS": npss(made.rotations, truth.rotations),
        }

    def _ratios(self, made: Frames, base: Frames, which: NDArray[np.integer]) -> dict[str, float]:
        truth = self.truth.chosen(which)
        ours, theirs = (self._scores(frames.chosen(which), truth) for frames in (made, base))
        return {key: value / max(theirs[key], 1e-12) for key, value in ours.items()}


def turned_by(motions: Sequence[Motion], first: int, last: int) -> NDArray[np.float64]:
    """(B,) degrees that the hips turn by between two frames, added up on the way: more than half a circle counts so."""
    world = np.stack([motion.global_rotations()[first : last + 1, 0] for motion in motions])
    steps = quat_to_axis_angle(quat_mul(world[:, 1:], quat_inv(world[:, :-1])))
    return np.asarray(np.degrees(np.linalg.norm(steps.sum(axis=1), axis=-1)))


def _half_width(values: Sequence[float]) -> float:
    low, high = np.percentile(values, [2.5, 97.5])
    return float(high - low) / 2
