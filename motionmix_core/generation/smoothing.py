"""A light low-pass over generated frames: what a small network leaves of the noise is jitter, and bodies don't jitter.

Large models do the same to their output (anchors 2.6). Given frames are untouched, and the smoothing fades in beside
them, so that nothing that the animator set moves and nothing pops.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_EASE_FRAMES = 4


def smoothed(features: NDArray[np.float32], mask: NDArray[np.float32] | None, sigma: float) -> NDArray[np.float32]:
    """Features filtered along time by a Gaussian.

    Args:
        features: (T,F), not normalised.
        mask: (T,F), above 0 = given, keeps its value to the last bit; None = nothing was.
        sigma: of the Gaussian, in frames; 0 = leave all as it is.
    """
    reach = min(int(np.ceil(3 * sigma)), len(features) - 1)
    if reach < 1:
        return features
    # point reflection at both ends: a motion that starts in full stride isn't slowed down
    before = 2 * features[:1] - features[reach:0:-1]
    after = 2 * features[-1:] - features[-2 : -2 - reach : -1]
    padded = np.concatenate((before, features, after))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    kernel = (kernel / kernel.sum()).astype(np.float32)
    frames = len(features)
    filtered = sum(weight * padded[shift : shift + frames] for shift, weight in enumerate(kernel))
    if mask is None or not mask.any():
        return np.asarray(filtered, np.float32)
    weight = np.clip(_frames_to_given(mask > 0) / _EASE_FRAMES, 0, 1)
    return np.where(mask > 0, features, features + weight * (filtered - features)).astype(np.float32)


def _frames_to_given(given: NDArray[np.bool_]) -> NDArray[np.float32]:
    """(T,F) distance along time to the nearest given frame of the same column; T where there is none."""
    frames = len(given)
    distance = np.where(given, 0, frames).astype(np.float32)
    for t in range(1, frames):
        distance[t] = np.minimum(distance[t], distance[t - 1] + 1)
    for t in range(frames - 2, -1, -1):
        distance[t] = np.minimum(distance[t], distance[t + 1] + 1)
    return distance
