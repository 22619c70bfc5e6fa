"""What holds is hit exactly: the difference that is left is spread over the gaps, so that nothing pops.

A network shown a key lands near it, not on it. Here the made motion is bent to go through what holds: the difference at
each held frame is known, and in a gap between two of them it goes from the one to the other on a cubic ease (for joints
in rotation space, for the root in metres). At a seam - where motion, not one pose, holds beside the gap - speed must go
on, too: what the made motion's first step differs by from the step before, beyond what such motion changes by anyway,
decays over a third of a second. That is inertialisation (Bollo 2018) from both ends of the gap.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..motion.motion import Motion
from ..motion.rotations import axis_angle_to_quat, quat_inv, quat_mul, quat_normalise, quat_to_axis_angle
from .interpolation import hermite, joints_by_frames
from .keys import Held

Courses = tuple[NDArray[np.float64], NDArray[np.float64]]
SPEED_EASE_SECONDS = 0.33
FADE_SECONDS = 1.0
"""How long beyond the last key a joint's difference takes to fade."""


def exactly(made: Motion, source: Motion, held: Held) -> Motion:
    """The made motion bent so that it equals the source wherever something holds.

    Args:
        made: T frames.
        source: T frames at the same rate.
        held: of the source.
    """
    root = made.root_positions.copy()
    frames = np.flatnonzero(held.root)
    if len(frames):
        difference = source.root_positions - made.root_positions
        courses = (source.root_positions, made.root_positions)
        root += _spread(difference, courses, frames, made.fps, fades=False)
        root[frames] = source.root_positions[frames]
    rotations = made.rotations.copy()
    for joints, frames in joints_by_frames(held.rotations):
        theirs, ours = source.rotations[:, joints], made.rotations[:, joints]
        difference = quat_to_axis_angle(quat_mul(quat_inv(ours), theirs))
        turns = _spread(difference, (_course(theirs), _course(ours)), frames, made.fps, fades=True)
        rotations[:, joints] = quat_normalise(quat_mul(ours, axis_angle_to_quat(turns)))
        rotations[np.ix_(frames, np.array(joints))] = theirs[frames]
    return Motion(made.skeleton, root, rotations, made.fps)


def _course(rotations: NDArray[np.float64]) -> NDArray[np.float64]:
    """(T, J, 3) steps from frame to frame as rotation vectors, added up: differences of neighbours are velocities."""
    steps = np.zeros((*rotations.shape[:-1], 3))
    steps[1:] = quat_to_axis_angle(quat_mul(quat_inv(rotations[:-1]), rotations[1:]))
    return np.cumsum(steps, axis=0)


def _spread(
    difference: NDArray[np.float64], courses: Courses, frames: NDArray[np.int64], fps: float, fades: bool
) -> NDArray[np.float64]:
    """(T, ..., 3) correction: `difference` at the held `frames`, eased in between.

    courses: (T, ..., 3) of the source, of which only held frames are looked at, and of the made motion: for speeds.
    """
    out = np.zeros_like(difference)
    out[frames] = difference[frames]
    total = len(difference)
    gaps = [(a, b) for a, b in pairwise(frames.tolist()) if b - a > 1]
    for a, b in gaps:
        leave = _jump(courses, frames, a, -1)
        arrive = _jump(courses, frames, b, 1)
        t = np.arange(1, b - a)
        out[a + 1 : b] = hermite(t / (b - a), difference[a], difference[b], leave * 0, arrive * 0)
        out[a + 1 : b] += _decaying(leave, t, b - a, fps) + _decaying(arrive, (b - a) - t, b - a, fps)
    first, last = int(frames[0]), int(frames[-1])
    for edge, beside, inward in ((first, np.arange(first), 1), (last, np.arange(last + 1, total), -1)):
        if not len(beside):
            continue
        away = np.abs(beside - edge)
        fade = np.ones(len(beside))
        if fades:
            s = np.clip(away / (FADE_SECONDS * fps), 0, 1)
            fade = 1 - s * s * (3 - 2 * s)
        out[beside] = fade.reshape(-1, *([1] * (difference.ndim - 1))) * difference[edge]
        out[beside] += _decaying(_jump(courses, frames, edge, inward), away, 2 * total, fps)
    return out


def _jump(courses: Courses, frames: NDArray[np.int64], edge: int, inward: int) -> NDArray[np.float64]:
    """What to add to the first free step beside `edge`, as a change a frame going away from the held side.

    Zero at a key that stands alone: it says where, not how fast.
    """
    source, made = courses
    held = set(frames.tolist())
    one, two = edge + inward, edge + 2 * inward
    outward = edge - inward
    if one not in held or not 0 <= outward < len(source):
        return np.zeros_like(source[edge])
    source_step = source[edge] - source[one]
    change = source_step - (made[outward] - made[edge])
    usual = source_step - (source[one] - source[two]) if two in held else np.zeros_like(change)
    size = np.linalg.norm(change, axis=-1, keepdims=True)
    allowed = np.linalg.norm(usual, axis=-1, keepdims=True)
    return np.asarray(change * np.clip(1 - allowed / np.maximum(size, 1e-12), 0, 1))


def _decaying(slope: NDArray[np.float64], away: NDArray[np.int64], gap: int, fps: float) -> NDArray[np.float64]:
    """A bump that starts at zero with `slope` a frame and is gone, with its speed, after a third of a second."""
    length = max(1.0, min(float(gap), SPEED_EASE_SECONDS * fps))
    t = np.clip(away / length, 0, 1).reshape(-1, *([1] * slope.ndim))
    return np.asarray(slope * length * t * (1 - t) ** 2)
