"""How sure the measures are that goals are held against, and distances at equal speed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from motionmix_core.metrics.report import Estimate

from .memory import Nearest

RESAMPLES = 1000


def ratio(made: Estimate, real: Estimate) -> Estimate:
    """made / real, with the interval that theirs give it to first order."""
    value = made.mean / real.mean
    half = np.hypot(made.interval / real.mean, value * real.interval / real.mean)
    return Estimate(float(value), float(half), min(made.repeats, real.repeats))


def median_less_median(made: ArrayLike, real: ArrayLike, seed: int = 0) -> Estimate:
    """Difference of two medians; the interval holds 95 % of the differences of resampled sets."""
    rng = np.random.default_rng(seed)
    first, second = np.asarray(made, float), np.asarray(real, float)
    drawn = [
        np.median(rng.choice(first, len(first))) - np.median(rng.choice(second, len(second))) for _ in range(RESAMPLES)
    ]
    low, high = np.percentile(drawn, (2.5, 97.5))
    return Estimate(float(np.median(first) - np.median(second)), float(high - low) / 2, RESAMPLES)


def at_equal_speed(made: Sequence[Nearest], real: Sequence[Nearest]) -> Estimate | None:
    """How far motions lie from the training clips, over how far real ones of their own speed lie (median).

    Quiet motion is near to something in any large set, so that a set of quieter motions lies nearer without owing
    anything to a single clip. What is usual at a speed is a power law through the real motions' distances. The interval
    is over resampled motions, both sets'. None with fewer than ten real motions that move.
    """
    moving = [one for one in real if one.speed > 0 and one.metres > 0]
    asked = [one for one in made if one.speed > 0]
    if len(moving) < 10 or not asked:
        return None
    rng = np.random.default_rng(0)
    known = np.log([[one.speed, one.metres] for one in moving])
    mine = np.log([[one.speed, max(one.metres, 1e-6)] for one in asked])

    def share(known: np.ndarray, mine: np.ndarray) -> float:
        slope, offset = np.polyfit(known[:, 0], known[:, 1], 1)
        return float(np.exp(np.median(mine[:, 1] - slope * mine[:, 0] - offset)))

    drawn = [share(known[rng.integers(len(known), size=len(known))], mine[rng.integers(len(mine), size=len(mine))])
             for _ in range(RESAMPLES)]  # fmt: skip
    # real motions against their own law: what the median of the residuals is, is 1 for them too
    own = share(known, known)
    low, high = np.percentile(drawn, (2.5, 97.5)) / own
    return Estimate(share(known, mine) / own, float(high - low) / 2, RESAMPLES)
