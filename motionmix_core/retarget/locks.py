"""Channels that the animator has locked: they get no motion, and what hangs on them makes up for it where it can.

Bones are turned to world rotations, so a bone whose parent may not turn (or not about some axis) still comes to stand
as it should. A locked location of the hips keeps the body where it is along that axis.
"""

from __future__ import annotations

import numpy as np

from ..motion.rotations import IDENTITY, euler_to_quat, quat_inv, quat_mul
from .calibration import Calibration
from .channels import rotation_values
from .plan import Plan
from .pose import carried
from .rig import RigDescription

_SHOWN = 4


def within_locks(
    rig: RigDescription, plan: Plan, calibration: Calibration, goals: dict[int, np.ndarray]
) -> dict[int, np.ndarray]:
    """Wanted rotations (T, 4), character frame, as near as the locked rotation channels let them come."""
    locks = rig.locked_rotation
    assert locks is not None
    if not any(locks[bone].any() for bone in goals):
        return goals
    frames = len(next(iter(goals.values())))
    world: dict[int, np.ndarray] = {}
    found = dict(goals)
    for bone in plan.needed:
        base = carried(rig, bone, world, calibration, frames)
        if bone in goals and locks[bone].any():
            local = quat_mul(quat_inv(base), goals[bone])
            found[bone] = quat_mul(base, _unlocked(local, locks[bone], rig.rotation_modes[bone]))
        world[bone] = found.get(bone, base)
    return found


def leave_locked(
    rig: RigDescription, rotations: dict[str, np.ndarray], locations: dict[str, np.ndarray]
) -> tuple[str, ...]:
    """Take the locked channels' motion out of rotations and locations, in place. Returns what to tell the animator."""
    turns, moves = rig.locked_rotation, rig.locked_location
    assert turns is not None
    assert moves is not None
    told = []
    for name in list(rotations):
        locks = turns[rig.index(name)]
        if locks.any():
            told.append(f"{name} ({_axes(locks)} rotation)")
            still = _unlocked(rotations[name], locks, rig.rotation_modes[rig.index(name)])
            if locks.all():
                del rotations[name]
            else:
                rotations[name] = still
    for name in list(locations):
        locks = moves[rig.index(name)]
        if locks.any():
            if np.abs(locations[name][:, locks]).max() > 1e-9:
                told.append(f"{name} ({_axes(locks)} location)")
            if locks.all():
                del locations[name]
            else:
                locations[name] = np.where(locks, 0.0, locations[name])
    if not told:
        return ()
    more = f" and {len(told) - _SHOWN} more" if len(told) > _SHOWN else ""
    return (
        f"Locked channels got no motion: {', '.join(told[:_SHOWN])}{more}. "
        "Unlock them in the sidebar's Item tab to let them move.",
    )


def _unlocked(local: np.ndarray, locks: np.ndarray, mode: str) -> np.ndarray:
    """(T, 4) pose rotations without their parts about locked axes (3,), as the bone's Euler order takes them apart.

    One free axis is a hinge: it takes the turn about it that comes nearest.
    """
    if locks.all():
        return np.broadcast_to(IDENTITY, local.shape)
    if locks.sum() == 2:  # the twist about the one free axis
        axis = np.eye(3)[int(np.argmin(locks))]
        twist = np.concatenate((local[:, :1], (local[:, 1:] @ axis)[:, None] * axis), axis=1)
        length = np.linalg.norm(twist, axis=1, keepdims=True)
        return np.where(length > 1e-9, twist / np.maximum(length, 1e-9), IDENTITY)
    order = mode if sorted(mode) == ["X", "Y", "Z"] else "XYZ"
    angles = rotation_values(local, order)  # columns x y z
    angles[:, locks] = 0.0
    return euler_to_quat(angles[:, ["XYZ".index(axis) for axis in order[::-1]]], order[::-1])


def _axes(locks: np.ndarray) -> str:
    return "all" if locks.all() else "".join(axis for axis, lock in zip("XYZ", locks, strict=True) if lock)
