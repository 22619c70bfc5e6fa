"""The border between Blender's axes and the core's.

Blender: Z up, characters face -Y, their left is +X. The core: Y up, facing +Z, left +X. So (x, y, z) of the core is
(x, -z, y) in Blender: a quarter turn about X, nothing else. No other file of the project turns axes.
"""

from __future__ import annotations

import numpy as np

CORE_TO_BLENDER = np.array([[1, 0, 0, 0], [0, 0, -1, 0], [0, 1, 0, 0], [0, 0, 0, 1]], dtype=np.float64)
"""(4, 4) matrix that turns core coordinates into Blender's."""

BLENDER_TO_CORE = CORE_TO_BLENDER.T.copy()
"""(4, 4) matrix that turns Blender's coordinates into the core's."""


def points_to_blender(points: np.ndarray) -> np.ndarray:
    """(..., 3) core positions, metres, Y up -> (..., 3) in Blender's axes, Z up."""
    return np.asarray(points, dtype=np.float64) @ CORE_TO_BLENDER[:3, :3].T
