"""Steps that several edits end with: feet held still where the legs are new, a part laid over the whole."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..generation.floating import let_down
from ..generation.sunken import UNNOTICED, lifted, sunk
from ..motion.motion import Motion
from ..motion.skeleton import JOINT_NAMES
from ..retarget.foot_lock import lock_feet
from .stances import with_steps

SIDES = ("left", "right")
LEG = ("hip", "knee", "ankle", "foot")
LEGS = [JOINT_NAMES.index(f"{side}_{part}") for side in SIDES for part in LEG]


def feet_held(
    motion: Motion,
    contacts: NDArray[np.bool_],
    fixed: NDArray[np.bool_],
    *,
    sides: Collection[str] = SIDES,
    sinks: bool = True,
    swing_height: float = 0.0,
) -> Motion:
    """The motion with planted feet held still, where those of `fixed` frames (T,) stand if they stand there.

    Args:
        motion: T frames.
        contacts: (T,4) bool: left ankle, left foot, right ankle, right foot.
        fixed: (T,) bool: poses that don't change, to the last bit.
        sides: the legs that may change; "left", "right".
        sinks: whether the hips may sink where a leg is too short; else it reaches as far as it can, and no foot steps
            while the other is in the air: something has to bear hips that keep their way.
        swing_height: as for `lock_feet`.
    """
    planted = with_steps(motion, np.asarray(contacts, bool), np.asarray(fixed, bool), one_stands=not sinks)
    for index, side in enumerate(SIDES):
        if side not in sides:
            planted[:, 2 * index : 2 * index + 2] = False
    locked = lock_feet(motion, planted, swing_height, sinks, fixed)
    if locked is motion:
        return motion
    rotations = motion.rotations.copy()
    legs = [JOINT_NAMES.index(f"{side}_{part}") for side in sides for part in LEG]
    rotations[:, legs] = locked.rotations[:, legs]
    return replace(motion, root_positions=locked.root_positions, rotations=rotations)


def on_the_ground(motion: Motion, free: NDArray[np.float64]) -> Motion:
    """The motion without what hangs in the air, where it is made new.

    free: (T,) 0 where the hips keep their place, to the last bit, 1 where they are made new.
    """
    drop = free * (motion.root_positions[:, 1] - let_down(motion).root_positions[:, 1])
    if not drop.any():
        return motion
    root = motion.root_positions.copy()
    root[:, 1] -= drop
    return replace(motion, root_positions=root)


def out_of_the_ground(motion: Motion, free: NDArray[np.float64]) -> Motion:
    """The motion without what sinks into the ground, where it is made new; where what stays does, the ground is lower.

    free: (T,) 0 for poses that stay, to the last bit, 1 for those that are made new.
    """
    kept = free == 0
    return motion if (sunk(motion)[kept] > UNNOTICED).any() else lifted(motion, free)


def laid_over(source: Motion, part: Motion, start: int) -> Motion:
    """The source with frames from `start` on replaced by those of `part`."""
    root, rotations = source.root_positions.copy(), source.rotations.copy()
    stop = start + part.num_frames
    root[start:stop], rotations[start:stop] = part.root_positions, part.rotations
    return replace(source, root_positions=root, rotations=rotations)
