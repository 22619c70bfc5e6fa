"""Hits given back the sharpness that smoothing takes: where hands clap, a joint turns round within a single frame.

One such frame alone can't be told from noise. But smoothing errs there the same way every time, towards the inside of
the turn and past it beside it; so how far is measured over all sudden turns of a joint, frame by frame around them, and
given back to each, if it is more than chance.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..motion.rotations import axis_angle_to_quat, quat_inv, quat_mul, quat_to_axis_angle

SUDDEN = 4.0
"""A turn is sudden where the calm curve's second difference is so many times the noise."""

SURE = 3.0
"""Standard deviations that the loss must be above nothing."""

FEW = 4.0
"""Of so few turns it must be twice as sure: what one stamp seems to have lost may be its own noise, which given back to
it alone would make it faster than it was."""

BESIDE_FRAMES = 4
"""On either side of a turn, in which smoothing errs, too."""

Rotations = NDArray[np.float64]


def hits_given_back(calm: Rotations, noisy: Rotations, sigma: NDArray[np.float64]) -> Rotations:
    """The calm rotations (T, J, 4) with their sudden turns as sharp as in the noisy ones.

    sigma: (J,) standard deviation of the noise in radians, above 0.
    """
    if len(calm) < 3:
        return calm
    left = quat_to_axis_angle(quat_mul(quat_inv(calm), noisy))
    step = quat_to_axis_angle(quat_mul(quat_inv(calm[:-1]), calm[1:]))
    bend = np.zeros_like(left)
    bend[1:-1] = np.diff(step, axis=0)
    size = np.linalg.norm(bend, axis=-1)
    peak = np.zeros(size.shape, bool)
    peak[1:-1] = (size[1:-1] >= size[:-2]) & (size[1:-1] >= size[2:]) & (size[1:-1] > SUDDEN * sigma)
    bend = np.where(peak[..., None], bend, 0.0)
    each = (bend * bend).sum(axis=2)
    power = each.sum(axis=0)
    turns = np.maximum(power * power / np.maximum((each * each).sum(axis=0), 1e-30), 1.0)  # that count
    back = np.zeros_like(left)
    for away in range(BESIDE_FRAMES + 1):
        pair = [_moved(bend, shift) for shift in {away, -away}]
        # what was lost points away from the inside of the turn, where the bend points
        along = np.mean([(left * moved).sum(axis=(0, 2)) for moved in pair], axis=0)
        sure = np.abs(along) > SURE * (1 + FEW / turns) * sigma * np.sqrt(power / len(pair))
        given = sure if away else sure & (along < 0)
        back += np.where(given, along / np.maximum(power, 1e-30), 0.0)[:, None] * np.sum(pair, axis=0)
    return np.asarray(quat_mul(calm, axis_angle_to_quat(back)))


def _moved(values: Rotations, frames: int) -> Rotations:
    """(T, ...) values that many frames later; zeros come in."""
    out = np.zeros_like(values)
    if frames >= 0:
        out[frames:] = values[: len(values) - frames]
    else:
        out[:frames] = values[-frames:]
    return out
