"""Foot lock on a generated motion, leaving alone what the animator set."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..motion.motion import Motion
from ..motion.rotations import quat_slerp
from ..motion.skeleton import JOINT_NAMES
from ..representation.default import ROOT_HEIGHT, ROOT_XZ, joint_columns
from ..retarget.foot_lock import lock_feet

EASE_SECONDS = 0.2
"""How long beside a frame that the animator set the lock takes to come in."""

_LEGS = [
    JOINT_NAMES.index(name)
    for name in (
        "pelvis",
        *(f"{side}_{part}" for side in ("left", "right") for part in ("hip", "knee", "ankle", "foot")),
    )
]
_LEG_COLUMNS = np.concatenate([np.arange(ROOT_XZ.start, ROOT_HEIGHT.stop), *(joint_columns(joint) for joint in _LEGS)])


def lock_free_feet(motion: Motion, contacts: NDArray[np.bool_], observed_mask: NDArray[np.float32] | None) -> Motion:
    """The motion with its planted feet held still, except where the legs or the root were given.

    Args:
        motion: T frames on the canonical skeleton.
        contacts: (T,4) bool: left ankle, left foot, right ankle, right foot.
        observed_mask: (T,207), above 0 = given; None = nothing was.
    """
    locked = lock_feet(motion, contacts)
    if observed_mask is None or locked is motion:
        return locked
    given = np.flatnonzero((observed_mask[:, _LEG_COLUMNS] > 0).any(axis=1))
    if not len(given):
        return locked
    distance = np.abs(np.arange(motion.num_frames)[:, None] - given).min(axis=1)
    ease = np.clip(distance / (EASE_SECONDS * motion.fps), 0.0, 1.0)
    weight = ease * ease * (3 - 2 * ease)
    root = motion.root_positions + weight[:, None] * (locked.root_positions - motion.root_positions)
    rotations = quat_slerp(motion.rotations, locked.rotations, weight[:, None])
    return replace(motion, root_positions=root, rotations=rotations)
