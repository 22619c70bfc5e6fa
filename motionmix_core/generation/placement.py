"""Where a motion stands and faces: networks know motions that start at the origin and face +Z."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..representation.default import HEADING, ROOT_XZ, turned


@dataclass(frozen=True)
class Placement:
    """A turn about the vertical axis, then a move along the ground, that brings a motion home (origin, facing +Z).

    Args:
        yaw: radians, from +Z towards +X.
        shift: (x, z) metres, added after the turn.
    """

    yaw: float
    shift: tuple[float, float]

    def home(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """(T,207) features in the scene -> at home."""
        return turned(features, np.array(self.yaw), np.array(self.shift))

    def back(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """(T,207) features at home -> in the scene."""
        moved = turned(features, np.array(0.0), -np.array(self.shift))
        return turned(moved, np.array(-self.yaw), np.zeros(2))


def placement_of(frame: NDArray[np.float32]) -> Placement:
    """The placement that brings one frame (207,) to the origin, facing +Z."""
    cos, sin = (float(value) for value in frame[HEADING])
    yaw = -float(np.arctan2(sin, cos))
    only_turned = turned(frame[None], np.array(yaw), np.zeros(2))[0]
    x, z = (float(value) for value in only_turned[ROOT_XZ])
    return Placement(yaw, (-x, -z))
