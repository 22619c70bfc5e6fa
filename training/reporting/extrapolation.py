"""A power law through a measure at several shares of the data: what would more of it bring?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Law:
    """value = limit + scale * share ** -power: what a measure would be with other amounts of data."""

    limit: float
    scale: float
    power: float

    def at(self, share: float) -> float:
        """The value at a share of the data (1 = all there is, 4 = four times as much)."""
        return self.limit + self.scale * share**-self.power


def fit_law(shares: Sequence[float], values: Sequence[float]) -> Law:
    """Least squares over a grid of powers; needs three different shares. Few points: it says a direction, no more."""
    if len(set(shares)) < 3:
        raise ValueError("a law needs values at three shares of the data or more")
    at, wanted = np.asarray(shares, float), np.asarray(values, float)
    best: tuple[float, Law] | None = None
    for power in np.linspace(0.05, 2.0, 118):
        columns = np.stack((np.ones_like(at), at**-power), axis=1)
        (limit, scale), *_ = np.linalg.lstsq(columns, wanted, rcond=None)
        error = float(np.square(columns @ (limit, scale) - wanted).sum())
        if best is None or error < best[0]:
            best = error, Law(float(limit), float(scale), float(power))
    assert best is not None
    return best[1]
