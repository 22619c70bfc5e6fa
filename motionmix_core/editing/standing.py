"""Which feet stand, told from paths that may still shake or slide a little."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..motion.skeleton import SOLE_THICKNESS

STANDING_SPEED = 0.3  # metres a second: up to there a low foot stands for sure, at twice that for sure not
STANDING_HEIGHT = 0.03  # metres over the lowest foot around, likewise
AROUND_SECONDS, CALM_SECONDS = 0.5, 0.1
ANKLE_HEIGHT = 0.06  # of the ankle over the toe joint of a flat foot

Curve = NDArray[np.float64]


def standing(feet: Curve, fps: float) -> Curve:
    """(T, 4) 0..1, how sure it is that each of the foot joints (T, 4, 3) stands: slow, and low beside the others.

    feet: places of left ankle, left toe joint, right ankle, right toe joint, metres, Y up.
    """
    path = calm_path(feet, fps)
    speed = np.linalg.norm(np.gradient(path, axis=0), axis=-1) * fps
    height = feet[..., 1] - SOLE_THICKNESS - np.array([ANKLE_HEIGHT, 0.0] * 2)
    around = round(AROUND_SECONDS * fps)
    lowest = np.pad(height.min(axis=1), around, mode="edge")
    ground = np.lib.stride_tricks.sliding_window_view(lowest, 2 * around + 1).min(axis=-1)
    over = height - ground[:, None]
    slow, low = 2 - speed / STANDING_SPEED, 2 - over / STANDING_HEIGHT
    return np.asarray(np.clip(slow, 0.0, 1.0) * np.clip(low, 0.0, 1.0))


def calm_path(values: Curve, fps: float) -> Curve:
    """(T, ...) means over 0.1 s on either side, weighted towards the middle; beyond the ends the curve goes on."""
    reach = max(1, min(round(CALM_SECONDS * fps), len(values) - 1))
    window = np.hanning(2 * reach + 3)[1:-1] / np.hanning(2 * reach + 3).sum()
    before, after = 2 * values[:1] - values[reach:0:-1], 2 * values[-1:] - values[-2 : -2 - reach : -1]
    padded = np.concatenate((before, values, after))
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=0) @ window)
