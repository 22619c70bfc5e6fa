"""Feet in the floor, after RoHM."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .sampling_rate import need_frames
from .skating import TOES


@dataclass(frozen=True)
class Penetration:
    """frequency: share of frames with a toe too deep; depth_mm: mean depth of those toes under the floor, in mm."""

    frequency: float
    depth_mm: float


def toe_penetration(positions: np.ndarray, tolerance: float = 0.05) -> Penetration:
    """How often and how deep toes go more than `tolerance` metres below y = 0 (RoHM takes 5 cm)."""
    need_frames(positions, 1, "penetration")
    depth = -positions[:, TOES, 1]
    deep = depth > tolerance
    return Penetration(
        frequency=float(deep.any(axis=1).mean()), depth_mm=float(depth[deep].mean() * 1000) if deep.any() else 0.0
    )


def lowest_point(positions: np.ndarray) -> float:
    """Height, in metres, of the lowest joint in the whole motion; a motion on the ground comes out a little over 0."""
    need_frames(positions, 1, "the lowest point")
    return float(positions[..., 1].min())
