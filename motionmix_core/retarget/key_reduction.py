"""Fewer keys: only those that smooth curves need to stay within an error of the motion.

Between two keys the curve is the cubic that has the motion's own value and slope at both. In Blender that is a Bézier
segment whose handles reach over a third of the way.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def fewer_keys(values: np.ndarray, error: Callable[[np.ndarray], np.ndarray], bound: float) -> np.ndarray:
    """(K,) frames of the keys that are kept: the curves between them stay within `bound` at every frame.

    values: (T, C). error: how far (T, C) interpolated values are off at each frame. Ramer-Douglas-Peucker with cubics,
    all stretches of a round at once.
    """
    last = len(values) - 1
    frames = np.arange(last + 1)
    keys = np.unique([0, last])
    slopes = slopes_of(values)
    while len(keys) <= last:
        off = error(between_keys(values[keys], slopes[keys], keys))
        off[keys] = 0.0
        stretch = np.searchsorted(keys, frames, side="right")
        worst = np.zeros(len(keys) + 1)
        np.maximum.at(worst, stretch, off)
        new = frames[(off > bound) & (off >= worst[stretch])]
        if len(new) == 0:
            break
        keys = np.union1d(keys, new)
    return keys


def slopes_of(values: np.ndarray) -> np.ndarray:
    """(T, C) change a frame of (T, C) values, by central differences."""
    return np.gradient(values, axis=0) if len(values) > 1 else np.zeros_like(values)


def between_keys(values: np.ndarray, slopes: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """(T, C) the curves at every frame from the first key to the last. values, slopes: (K, C) at keys (K,)."""
    if len(keys) == 1:
        return values.copy()
    frames = np.arange(keys[0], keys[-1] + 1)
    left = np.clip(np.searchsorted(keys, frames, side="right") - 1, 0, len(keys) - 2)
    length = (keys[left + 1] - keys[left])[:, None].astype(float)
    t = (frames - keys[left])[:, None] / length
    return np.asarray(
        (2 * t**3 - 3 * t**2 + 1) * values[left]
        + (t**3 - 2 * t**2 + t) * length * slopes[left]
        + (3 * t**2 - 2 * t**3) * values[left + 1]
        + (t**3 - t**2) * length * slopes[left + 1]
    )
