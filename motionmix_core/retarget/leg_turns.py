"""How much a leg's two bones turn when its ankle is moved away from where the motion has it, hip held.

Across the leg the whole leg swings; along it the knee bends. For a leg that is nearly straight the second takes far
more turning than the first: at a knee of 5 degrees, shortening by one hundredth turns thigh and shin by 6 degrees.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .leg_ik import bend_axis, corner

_PROBE = 0.001  # of the leg's length: changes smaller than this are taken as linear


@dataclass(frozen=True)
class LegTurns:
    """For F legs in T frames: angles (T, F, 2) by which thigh and shin are turned, radians.

    metric: (T, F, 2, 3, 3), the quadratic form that takes the ankle's offset to about the square of these angles.
    """

    angles: np.ndarray
    metric: np.ndarray


def leg_turns(
    hips: np.ndarray, knees: np.ndarray, ankles: np.ndarray, hinges: np.ndarray, offset: np.ndarray
) -> LegTurns:
    """hips, knees, ankles, hinges: (T, F, 3); hinges as in `leg_ik.bend_leg`. offset: (T, F, 3) of the ankles."""
    thigh, shin, line = knees - hips, ankles - knees, ankles - hips
    upper, lower, length = (np.linalg.norm(part, axis=-1) for part in (thigh, shin, line))
    length = np.maximum(length, 1e-9)
    along = line / length[..., None]
    axis = bend_axis(thigh.reshape(-1, 3), line.reshape(-1, 3), hinges.reshape(-1, 3))[0].reshape(line.shape)
    across = np.cross(axis, along)
    moved = line + offset
    longer = np.linalg.norm(moved, axis=-1) - length
    swing = np.arctan2(np.sum(moved * across, axis=-1), np.sum(moved * along, axis=-1))
    aside = np.sum(moved * axis, axis=-1) / length
    angles, metric = [], []
    for bone, other, sign in ((upper, lower, -1.0), (lower, upper, 1.0)):
        probe = np.minimum(longer, -_PROBE * length)
        bent, probed = (_opened(bone, other, length, by) for by in (longer, probe))
        lever = np.cos(corner(bone, length, other))  # a bone across the line hardly turns when that swings out
        angles.append(np.hypot(swing + sign * bent, lever * aside))
        row = across / length[..., None] + (sign * probed / probe)[..., None] * along
        side = axis * (lever / length)[..., None]
        metric.append(row[..., :, None] * row[..., None, :] + side[..., :, None] * side[..., None, :])
    return LegTurns(np.stack(angles, axis=-1), np.stack(metric, axis=-3))


def _opened(bone: np.ndarray, other: np.ndarray, length: np.ndarray, by: np.ndarray) -> np.ndarray:
    """How much the corner between a bone and the line from hip to ankle opens as that line gets longer."""
    reached = np.clip(length + by, np.abs(bone - other), bone + other)
    return corner(bone, reached, other) - corner(bone, length, other)
