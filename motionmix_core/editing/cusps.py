"""Cusps: where a joint turns round from one frame to the next, as hands do that clap and feet that stamp.

A cusp has all frequencies, as noise has, and a filter that takes the noise rounds it: the hands don't touch, and swing
beside it. But a cusp has few numbers: when, and by how much the turning speed jumps. Where a parabola with a cusp
explains the frames around far better than a smooth curve, the cusp is put aside while the noise is taken out, and
put back afterwards.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from ..motion.rotations import quat_inv, quat_mul, quat_to_axis_angle

FITTED_SECONDS = 0.12
"""On either side of a cusp, that tell about it."""

LEAST_FRAMES = 6
"""On either side: fewer, as at 30 frames a second, fit a smooth curve as well, and `hits` knows more."""

SWING_SECONDS = 0.14
"""After which a joint that turned round has lost the speed again: the usual shape of what is on either side."""

LONG_SECONDS = 0.2
"""On either side, over which what is put aside runs out."""

SURE = 10.0
"""By so much of the noise's variance a cusp has to explain more than a smooth curve."""

STEPS = 4
"""Places of a cusp that are tried in each frame."""

Curve = NDArray[np.float64]


def cusps(rotations: Curve, sigma: NDArray[np.float64], fps: float) -> Curve:
    """(T, J, 3) rotation vectors to put behind smooth rotations to have the cusps of noisy ones (T, J, 4).

    sigma: (J,) standard deviation of the noise in radians, above 0.
    """
    frames, joints = rotations.shape[:2]
    out, reach = np.zeros((frames, joints, 3)), round(FITTED_SECONDS * fps)
    if reach < LEAST_FRAMES or frames < 2 * reach + 2:
        return out
    middle = np.arange(reach, frames - reach)
    around = rotations[middle[:, None] + np.arange(-reach, reach + 1)]
    turns = quat_to_axis_angle(quat_mul(quat_inv(rotations[middle])[:, None], around))  # (N, W, J, 3)
    jumps, gains = _fits(turns, sigma, reach, SWING_SECONDS * fps)
    gains = gains.reshape(-1, joints)  # (N * STEPS, J), in the order of time
    jumps = jumps.reshape(-1, joints, 3)
    at = (middle[:, None] + np.arange(STEPS) / STEPS).ravel()
    for joint in range(joints):
        left = gains[:, joint].copy()
        while left.max() > SURE:
            best = int(left.argmax())
            away = np.abs(np.arange(frames) - at[best]) / fps
            shape = -LONG_SECONDS / 6 * np.maximum(1 - away / LONG_SECONDS, 0) ** 3  # its slope jumps by 1 a second
            out[:, joint] += shape[:, None] * jumps[best, joint] * fps
            left[np.abs(at - at[best]) < reach] = 0
    return out


def _fits(turns: Curve, sigma: NDArray[np.float64], reach: int, swing: float) -> tuple[Curve, NDArray[np.float64]]:
    """(N, STEPS, J, 3) by how much the turning a frame jumps, were there a cusp, and (N, STEPS, J) what that explains
    beyond a smooth curve, in variances of the noise. turns: (N, W, J, 3)."""
    smooth, models = _models(reach, swing)
    flat = turns.transpose(1, 0, 2, 3).reshape(turns.shape[1], -1)
    explained = np.square(smooth.T @ flat).sum(axis=0)
    jumps, gains = [], []
    for basis, jump in models:
        found = (jump @ flat).reshape(len(turns), *turns.shape[2:])
        by_chance = 3 * np.square(np.linalg.norm(jump) * sigma)[:, None]  # of three axes (James and Stein)
        power = np.square(found).sum(axis=-1, keepdims=True)
        jumps.append(found * np.maximum(1 - by_chance / np.maximum(power, 1e-30), 0))
        more = (np.square(basis.T @ flat).sum(axis=0) - explained).reshape(len(turns), *turns.shape[2:])
        gains.append(more.sum(axis=-1) / sigma**2)
    return np.stack(jumps, axis=1), np.stack(gains, axis=1)


@cache
def _models(reach: int, swing: float) -> tuple[Curve, list[tuple[Curve, Curve]]]:
    """Orthonormal bases of a smooth curve over W = 2 reach + 1 frames, and of one with a cusp for each place of it,
    with the weights (W,) that give its jump. swing: frames after which a joint that turned round has lost its speed."""
    t = np.arange(-reach, reach + 1)
    smooth = np.linalg.qr(np.vander(t / reach, 5))[0]
    models = []
    for step in range(STEPS):
        away = np.abs(t - step / STEPS)
        design = np.column_stack((away / 2 - away**3 / (6 * swing**2), np.vander(t / reach, 3)))
        models.append((np.linalg.qr(design)[0], np.linalg.pinv(design)[0]))
    return smooth, models
