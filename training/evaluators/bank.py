"""Features of whole clips, taken once and cut into windows, so that a training batch costs next to nothing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from .features import FPS, motion_features

_PATH = slice(-4, -2)  # the root's place since the first frame
_FACING = slice(-2, None)  # cosine and sine of the heading since the first frame


class FeatureBank:
    """Windows of `motion_features`, from positions(start, stop, mirror) at `fps`; fills itself as it is asked."""

    def __init__(self, positions: Callable[[int, int, bool], NDArray[np.float32]], fps: float) -> None:
        self._positions, self._fps = positions, fps
        self._kept: dict[tuple[int, bool, float], NDArray[np.float32]] = {}

    def window(
        self, first: int, last: int, start: int, stop: int, mirror: bool = False, speed: float = 1.0
    ) -> NDArray[np.float32]:
        """(T', 139) of the frames start <= t < stop of the clip first <= t < last, played `speed` times as fast.

        As `motion_features` of the window itself, but for changes at its two ends, which see the frames beyond.
        """
        key = (first, mirror, speed)
        if key not in self._kept:
            self._kept[key] = motion_features(self._positions(first, last, mirror), self._fps * speed)
        step = FPS / (self._fps * speed)
        clip = self._kept[key]
        begin = min(round((start - first) * step), len(clip) - 2)
        return restarted(clip[begin : max(round((stop - first) * step), begin + 2)])


def restarted(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """The same features, with place and heading counted from their own first frame."""
    out = features.copy()
    cos, sin = features[0, _FACING]
    x, z = (features[:, _PATH] - features[0, _PATH]).T
    c, s = features[:, _FACING].T
    out[:, _PATH] = np.stack((cos * x - sin * z, sin * x + cos * z), axis=1)
    out[:, _FACING] = np.stack((c * cos + s * sin, s * cos - c * sin), axis=1)
    return out
