"""Steps that several edits end with: feet held still where the legs are new, a part laid over the whole."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..motion.motion import Motion
from ..motion.rotations import quat_slerp
from ..motion.skeleton import JOINT_NAMES
from ..retarget.foot_lock import lock_feet

SIDES = ("left", "right")
LEG = ("hip", "knee", "ankle", "foot")
LEGS = [JOINT_NAMES.index(f"{side}_{part}") for side in SIDES for part in LEG]
FOOT_EASE_SECONDS = 0.2
"""How long beside a frame that holds the foot lock takes to come in."""


def feet_held(
    motion: Motion,
    contacts: NDArray[np.bool_],
    fixed: NDArray[np.bool_],
    *,
    sides: Collection[str] = SIDES,
    sinks: bool = True,
    swing_height: float = 0.0,
    level: bool = True,
) -> Motion:
    """The motion with planted feet held still, but for `fixed` frames (T,), near which the lock fades out.

    Args:
        motion: T frames.
        contacts: (T,4) bool: left ankle, left foot, right ankle, right foot.
        fixed: (T,) bool: poses that may not change.
        sides: the legs that may change; "left", "right".
        sinks: whether the hips may sink where a leg is too short; else it reaches as far as it can.
        swing_height, level: as for `lock_feet`.
    """
    planted = np.asarray(contacts, bool).copy()
    for index, side in enumerate(SIDES):
        if side not in sides:
            planted[:, 2 * index : 2 * index + 2] = False
    locked = lock_feet(motion, planted, swing_height, sinks, level)
    if locked is motion:
        return motion
    legs = [JOINT_NAMES.index(f"{side}_{part}") for side in sides for part in LEG]
    weight = np.ones(motion.num_frames)
    if fixed.any():
        distance = np.abs(np.arange(motion.num_frames)[:, None] - np.flatnonzero(fixed)).min(axis=1)
        t = np.clip(distance / (FOOT_EASE_SECONDS * motion.fps), 0.0, 1.0)
        weight = t * t * (3 - 2 * t)
    root = motion.root_positions + weight[:, None] * (locked.root_positions - motion.root_positions)
    rotations = motion.rotations.copy()
    rotations[:, legs] = quat_slerp(motion.rotations[:, legs], locked.rotations[:, legs], weight[:, None])
    return replace(motion, root_positions=root, rotations=rotations)


def laid_over(source: Motion, part: Motion, start: int) -> Motion:
    """The source with frames from `start` on replaced by those of `part`."""
    root, rotations = source.root_positions.copy(), source.rotations.copy()
    stop = start + part.num_frames
    root[start:stop], rotations[start:stop] = part.root_positions, part.rotations
    return replace(source, root_positions=root, rotations=rotations)
