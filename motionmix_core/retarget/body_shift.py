"""Moving the body a little so that its legs need hardly turn for planted feet to stand.

A rig's feet and hips aren't scaled by its legs, so on other proportions planted feet slide, and holding them by the
legs alone turns every leg by some degrees. The body is free to go along: the smoothest small shift is looked for under
which each planted foot stays where it is on its own; what is left is for the legs. Where a foot stands isn't given (it
may be anywhere near), how high it stands is.
"""

from __future__ import annotations

import numpy as np

from .planting import runs

KNOT_SECONDS = 0.1  # between the knots of the shift's cubic spline: a footstep's time can be followed, no shake
PATH_WEIGHT = 0.02  # of staying on the path, against a foot's standing still
SMOOTHNESS = 0.1  # of the spline's second differences


def body_shift(needed: np.ndarray, planted: np.ndarray, fps: float) -> np.ndarray:
    """(T, 3) shift of the whole body, smooth in time; zeros where no foot is planted anywhere.

    needed: (T, F, 3) how far each of F feet would have to be moved, Y up. planted: (T, F) bool.
    """
    basis = _splines(len(needed), KNOT_SECONDS * fps)
    count = basis.shape[1]
    bend = np.diff(np.eye(count), 2, axis=0) if count > 2 else np.zeros((0, count))
    # the last term settles what so few frames as one or two leave open
    held = PATH_WEIGHT * basis.T @ basis + SMOOTHNESS * bend.T @ bend + 1e-6 * np.eye(count)
    level, upright = held.copy(), held.copy()
    goal = np.zeros((count, 3))
    for foot in range(planted.shape[1]):
        for start, stop in runs(planted[:, foot]):
            knots = np.flatnonzero(basis[start:stop].any(axis=0))
            near = slice(knots[0], knots[-1] + 1)
            rows, wanted = basis[start:stop, near], needed[start:stop, foot]
            free = rows - rows.mean(axis=0)  # where along the ground it stands doesn't matter
            level[near, near] += free.T @ free
            upright[near, near] += rows.T @ rows
            goal[near, 0] += free.T @ wanted[:, 0]
            goal[near, 1] += rows.T @ wanted[:, 1]
            goal[near, 2] += free.T @ wanted[:, 2]
    along, up = np.linalg.solve(level, goal[:, (0, 2)]), np.linalg.solve(upright, goal[:, 1])
    return np.asarray(basis @ np.stack((along[:, 0], up, along[:, 1]), axis=1))


def _splines(frames: int, spacing: float) -> np.ndarray:
    """(T, K) uniform cubic B-splines with a knot every `spacing` frames."""
    knots = int(np.ceil((frames - 1) / spacing)) + 1
    away = np.abs(np.arange(frames)[:, None] / spacing - np.arange(-1, knots + 1)[None])
    near = (4 - 6 * away**2 + 3 * away**3) / 6
    far = np.clip(2 - away, 0.0, None) ** 3 / 6
    return np.where(away < 1, near, far)
