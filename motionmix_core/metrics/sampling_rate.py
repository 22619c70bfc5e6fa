"""Brings joint paths to the frame rate that a published measure is defined at."""

from __future__ import annotations

import numpy as np


def at_rate(positions: np.ndarray, fps: float, wanted: float) -> np.ndarray:
    """(T, ...) positions at `fps`, linearly interpolated to `wanted` frames a second over the same time span."""
    if fps == wanted or len(positions) < 2:
        return positions
    count = int(np.floor((len(positions) - 1) / fps * wanted + 1e-6)) + 1
    at = np.arange(count) * fps / wanted
    low = np.minimum(at.astype(int), len(positions) - 2)
    share = (at - low).reshape(-1, *([1] * (positions.ndim - 1)))
    return positions[low] * (1 - share) + positions[low + 1] * share


def need_frames(positions: np.ndarray, frames: int, measure: str) -> None:
    """Raises ValueError unless there are joint positions (T, J, 3) with at least so many finite frames."""
    if positions.ndim != 3 or positions.shape[-1] != 3:
        raise ValueError(f"{measure} needs joint positions (T, J, 3), not {positions.shape}")
    if len(positions) < frames:
        raise ValueError(f"{measure} needs at least {frames} frames, not {len(positions)}")
    if not np.isfinite(positions).all():
        raise ValueError(f"{measure} can't be taken of positions with NaN or infinite values")
