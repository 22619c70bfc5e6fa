"""Least squares along time: a symmetric banded system solved in a time that grows with its length alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def difference_bands(weights: Array, order: int, frames: int) -> Array:
    """(order + 1, T) bands of D'WD, D the differences of that order over T frames, W = diag(weights (T - order,)).

    bands[k, t] is the entry at (t + k, t).
    """
    taps = np.array([1.0])
    for _ in range(order):
        taps = np.convolve(taps, [-1.0, 1.0])
    bands = np.zeros((order + 1, frames))
    for k in range(order + 1):
        for i in range(order + 1 - k):
            bands[k, i : i + frames - order] += weights * taps[i] * taps[i + k]
    return bands


def solve_banded(bands: Array, right: Array) -> Array:
    """x (T, ..., C) of A x = right (T, ..., C), A positive definite with lower bands (p + 1, T, ...) as
    `difference_bands` gives them; the dimensions between are systems of their own, solved at once.

    Raises numpy.linalg.LinAlgError if an A isn't positive definite.
    """
    reach, frames = len(bands) - 1, bands.shape[1]
    lower = bands.copy()
    x = np.array(right, float)
    for t in range(frames):  # Cholesky, column by column, with the forward substitution
        if np.any(lower[0, t] <= 0):
            raise np.linalg.LinAlgError("the system isn't positive definite")
        lower[:, t] /= np.sqrt(lower[0, t])
        x[t] /= lower[0, t, ..., None]
        last = min(reach, frames - 1 - t)
        column = lower[1 : last + 1, t]
        for k in range(1, last + 1):
            lower[: last + 1 - k, t + k] -= column[k - 1] * column[k - 1 :]
        x[t + 1 : t + 1 + last] -= column[..., None] * x[t]
    for t in range(frames - 1, -1, -1):
        last = min(reach, frames - 1 - t)
        x[t] -= (lower[1 : last + 1, t, ..., None] * x[t + 1 : t + 1 + last]).sum(axis=0)
        x[t] /= lower[0, t, ..., None]
    return x
