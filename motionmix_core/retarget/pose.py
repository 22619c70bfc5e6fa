"""How a pose bone's channels and its place hang together, as Blender evaluates them; character frame, many frames."""

from __future__ import annotations

import numpy as np

from ..motion.rotations import matrix_to_quat, quat_apply, quat_inv, quat_mul
from .calibration import Calibration
from .plan import Plan
from .rig import RigDescription


def pose_bones(
    rig: RigDescription,
    plan: Plan,
    calibration: Calibration,
    goals: dict[int, np.ndarray],
    moves: dict[int, np.ndarray],
) -> tuple[dict[int, np.ndarray], dict[int, np.ndarray]]:
    """Rotation (T, 4) and head (T, 3) of every needed bone, character frame, before the carrier is moved.

    moves: heads that are given rather than following from the parent.
    """
    frames = len(next(iter(goals.values())))
    world: dict[int, np.ndarray] = {}
    heads: dict[int, np.ndarray] = {}
    for bone in plan.needed:
        world[bone] = goals[bone] if bone in goals else carried(rig, bone, world, calibration, frames)
        heads[bone] = moves[bone] if bone in moves else head_without(rig, bone, world, heads, calibration)
    return world, heads


def carried(
    rig: RigDescription, bone: int, world: dict[int, np.ndarray], calibration: Calibration, frames: int = 1
) -> np.ndarray:
    """(T, 4) rotation of a bone with an identity pose: its parent's, unless it doesn't inherit rotation."""
    parent = rig.parents[bone]
    rest = calibration.rotations
    assert rig.inherit_rotation is not None
    if parent < 0 or not rig.inherit_rotation[bone]:
        return np.broadcast_to(rest[bone], (frames, 4))
    return np.asarray(quat_mul(world[parent], calibration.steps[bone]))


def head_without(
    rig: RigDescription, bone: int, world: dict[int, np.ndarray], heads: dict[int, np.ndarray], calibration: Calibration
) -> np.ndarray:
    """(T, 3) head of a bone whose location is zero."""
    parent = rig.parents[bone]
    if parent < 0:
        return np.broadcast_to(calibration.heads[bone], (len(world[bone]), 3))
    return np.asarray(heads[parent] + quat_apply(world[parent], calibration.offsets[bone]))


def local_rotation(
    rig: RigDescription, bone: int, world: dict[int, np.ndarray], calibration: Calibration
) -> np.ndarray:
    """(T, 4) the rotation to key on a pose bone so that it gets its rotation in `world`."""
    base = carried(rig, bone, world, calibration)
    return np.asarray(quat_mul(quat_inv(base), world[bone]))


def local_location(
    rig: RigDescription, bone: int, world: dict[int, np.ndarray], calibration: Calibration, shift: np.ndarray
) -> np.ndarray:
    """(T, 3) the location to key on a pose bone to move it by `shift` (character frame) from its place without one."""
    parent = rig.parents[bone]
    assert rig.local_location is not None
    if rig.local_location[bone]:
        step = calibration.steps[bone]
        frame = step if parent < 0 else quat_mul(world[parent], step)
    else:
        frame = matrix_to_quat(calibration.axes) if parent < 0 else world[parent]
    return np.asarray(quat_apply(quat_inv(frame), shift))
