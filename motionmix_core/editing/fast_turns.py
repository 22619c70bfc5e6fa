"""Turns that no joint makes: half a turn in one frame, where made motion goes over from one way of lying to another.

A made joint may lie in a quite other way than the source's beside it: the motion goes over within a few frames, and
where two rotations are about half a turn apart, every mean of them turns over in a single frame. Joints of real capture
turn by more than 1,200 degrees a second in 0.04 % of frames.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..motion.kinematics import global_to_local
from ..motion.motion import Motion
from ..motion.rotations import quat_continuous, quat_inv, quat_mul, quat_normalise, quat_slerp, quat_to_axis_angle
from ..representation.default import SMOOTHING_SECONDS, smooth_path

FASTEST = np.radians(900.0)
"""Radians a second: what turns faster is slowed down."""
SPREAD_SECONDS = 0.1
"""Standard deviation of the Gaussian that a turn is spread by: half a turn then stays under 750 degrees a second."""
REACH_SECONDS = 0.25
"""How far beside such a turn the joint's rotations are spread."""


def slowed(motion: Motion, free: NDArray[np.bool_]) -> Motion:
    """The motion with turns in the world spread over the frames beside them where a joint turns too fast.

    Args:
        motion: T frames.
        free: (T, J) bool: which joints' rotations may change, and when; all others stay to the last bit.
    """
    worlds = motion.global_rotations().copy()
    turns = np.linalg.norm(quat_to_axis_angle(quat_mul(quat_inv(worlds[:-1]), worlds[1:])), axis=-1) * motion.fps
    fast = (turns > FASTEST) & free[:-1] & free[1:]
    joints = np.flatnonzero(fast.any(axis=0))
    if not len(joints):
        return motion
    for joint in joints:
        weight = _near(np.flatnonzero(fast[:, joint]) + 0.5, motion.num_frames, REACH_SECONDS * motion.fps)
        course = quat_continuous(worlds[:, joint])
        even = quat_normalise(smooth_path(course, SPREAD_SECONDS / SMOOTHING_SECONDS * motion.fps))
        worlds[:, joint] = quat_slerp(worlds[:, joint], even, weight * free[:, joint])
    rotations = motion.rotations.copy()
    changed = np.zeros_like(free)
    for joint in joints:  # those that hang on it turn against it
        changed[:, [joint, *(below for below, above in enumerate(motion.skeleton.parents) if above == joint)]] = True
    local = global_to_local(worlds, motion.skeleton.parents)
    rotations[changed & free] = local[changed & free]
    return replace(motion, rotations=rotations)


def _near(places: NDArray[np.float64], frames: int, reach: float) -> NDArray[np.float64]:
    """(T,) 1 about the places, falling smoothly to 0 within `reach` frames."""
    away = np.abs(np.arange(frames)[:, None] - places).min(axis=1) / max(reach, 1.0)
    t = np.clip(2 * (1 - away), 0, 1)
    return np.asarray(t * t * (3 - 2 * t))
