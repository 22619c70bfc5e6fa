"""Forward kinematics on numpy arrays: local rotations and a root path to joint positions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .rotations import quat_apply, quat_inv, quat_mul, quat_normalise
from .skeleton import Skeleton


def local_to_global(local: np.ndarray, parents: Sequence[int]) -> np.ndarray:
    """(..., J, 4) rotations relative to the parent -> (..., J, 4) in the world."""
    globals_: list[np.ndarray] = []
    for joint, parent in enumerate(parents):
        rotation = local[..., joint, :]
        globals_.append(rotation if parent < 0 else quat_mul(globals_[parent], rotation))
    return np.stack(globals_, axis=-2)


def global_to_local(world: np.ndarray, parents: Sequence[int]) -> np.ndarray:
    """(..., J, 4) rotations in the world -> (..., J, 4) relative to the parent."""
    local = world.copy()
    children = [joint for joint, parent in enumerate(parents) if parent >= 0]
    owners = [parents[joint] for joint in children]
    local[..., children, :] = quat_normalise(quat_mul(quat_inv(world[..., owners, :]), world[..., children, :]))
    return local


def positions_from_global(skeleton: Skeleton, world: np.ndarray, root: np.ndarray) -> np.ndarray:
    """Joint positions (..., J, 3), metres, from world rotations (..., J, 4) and root positions (..., 3)."""
    positions: list[np.ndarray] = []
    for joint, parent in enumerate(skeleton.parents):
        if parent < 0:
            positions.append(root)
        else:
            positions.append(positions[parent] + quat_apply(world[..., parent, :], skeleton.offsets[joint]))
    return np.stack(positions, axis=-2)


def forward_kinematics(skeleton: Skeleton, local: np.ndarray, root: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Local rotations (..., J, 4), root positions (..., 3) -> positions (..., J, 3), world rotations (..., J, 4)."""
    world = local_to_global(local, skeleton.parents)
    return positions_from_global(skeleton, world, root), world


def joint_positions(skeleton: Skeleton, local: np.ndarray, root: np.ndarray) -> np.ndarray:
    """Joint positions (..., J, 3) in metres."""
    return forward_kinematics(skeleton, local, root)[0]
