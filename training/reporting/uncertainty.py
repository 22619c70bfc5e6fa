"""How sure the measures are that goals are held against."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from motionmix_core.metrics.report import Estimate

RESAMPLES = 1000


def ratio(made: Estimate, real: Estimate) -> Estimate:
    """made / real, with the interval that theirs give it to first order."""
    value = made.mean / real.mean
    half = np.hypot(made.interval / real.mean, value * real.interval / real.mean)
    return Estimate(float(value), float(half), min(made.repeats, real.repeats))


def over_groups(
    value: Callable[[NDArray[np.int64]], float], groups: Sequence[str], seed: int = 0, resamples: int = RESAMPLES
) -> Estimate:
    """A value of all members, with the interval that holds 95 % of the values of resampled groups.

    Stretches of one clip are one performance: to draw them one by one would promise more than was measured.

    Args:
        value: of members by their numbers, repeats included.
        groups: of each member the name of its group. With fewer than two groups there is no interval.
    """
    members = [np.flatnonzero(np.array(groups) == name) for name in dict.fromkeys(groups)]
    whole = value(np.arange(len(groups)))
    if len(members) < 2:
        return Estimate(whole)
    rng = np.random.default_rng(seed)
    drawn = [
        value(np.concatenate([members[i] for i in rng.integers(len(members), size=len(members))]))
        for _ in range(resamples)
    ]
    low, high = np.percentile(drawn, (2.5, 97.5))
    return Estimate(whole, float(high - low) / 2, resamples)
