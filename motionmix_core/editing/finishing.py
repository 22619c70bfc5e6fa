"""Steps that several edits end with: feet held still where the legs are new, a part laid over the whole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..motion.motion import Motion
from ..motion.rotations import quat_slerp
from ..motion.skeleton import JOINT_NAMES
from ..retarget.foot_lock import lock_feet

LEGS = [JOINT_NAMES.index(f"{side}_{part}") for side in ("left", "right") for part in ("hip", "knee", "ankle", "foot")]
FOOT_EASE_SECONDS = 0.2
"""How long beside a frame that holds the foot lock takes to come in."""


def feet_held(motion: Motion, contacts: NDArray[np.bool_], fixed: NDArray[np.bool_]) -> Motion:
    """The motion with planted feet held still, but for `fixed` frames (T,), near which the lock fades out.

    Args:
        motion: T frames.
        contacts: (T,4) bool: left ankle, left foot, right ankle, right foot.
        fixed: (T,) bool: poses that may not change.
    """
    locked = lock_feet(motion, contacts)
    if locked is motion or not fixed.any():
        return locked
    frames = np.flatnonzero(fixed)
    distance = np.abs(np.arange(motion.num_frames)[:, None] - frames).min(axis=1)
    t = np.clip(distance / (FOOT_EASE_SECONDS * motion.fps), 0.0, 1.0)
    weight = t * t * (3 - 2 * t)
    root = motion.root_positions + weight[:, None] * (locked.root_positions - motion.root_positions)
    rotations = motion.rotations.copy()
    rotations[:, LEGS] = quat_slerp(motion.rotations[:, LEGS], locked.rotations[:, LEGS], weight[:, None])
    return replace(motion, root_positions=root, rotations=rotations)


def laid_over(source: Motion, part: Motion, start: int) -> Motion:
    """The source with frames from `start` on replaced by those of `part`."""
    root, rotations = source.root_positions.copy(), source.rotations.copy()
    stop = start + part.num_frames
    root[start:stop], rotations[start:stop] = part.root_positions, part.rotations
    return replace(source, root_positions=root, rotations=rotations)
