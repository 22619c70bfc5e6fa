"""A motion from joint positions alone: the bones' directions fix all but the twist, which follows the parent's.

For networks and files that hold only positions (HumanML3D). Pelvis and chest, from which three bones leave, get their
full rotation. Limb twist isn't in the positions, so hands and feet point as their limb does.
"""

from __future__ import annotations

import numpy as np

from .kinematics import global_to_local
from .motion import Motion
from .rotations import matrix_to_quat, quat_apply, quat_between, quat_mul
from .skeleton import JOINT_NAMES, Skeleton, canonical_skeleton


def motion_from_positions(positions: np.ndarray, fps: float) -> Motion:
    """(T, 22, 3) positions of the canonical joints, metres, Y up -> a motion on the canonical skeleton.

    A body of other proportions keeps its bones' directions; its root path is scaled by the ratio of leg lengths.
    Bones of the canonical lengths come back exactly where they were. Raises ValueError for another shape or NaN.
    """
    positions = np.asarray(positions, dtype=np.float64)
    if positions.ndim != 3 or positions.shape[1:] != (len(JOINT_NAMES), 3) or len(positions) == 0:
        raise ValueError(f"expected joint positions (frames, {len(JOINT_NAMES)}, 3), not {positions.shape}")
    if not np.isfinite(positions).all():
        raise ValueError("joint positions contain NaN or infinite values")
    skeleton = canonical_skeleton()
    children: dict[int, list[int]] = {joint: [] for joint in range(skeleton.num_joints)}
    for joint, parent in enumerate(skeleton.parents):
        if parent >= 0:
            children[parent].append(joint)
    world = np.zeros((*positions.shape[:2], 4))
    for joint, parent in enumerate(skeleton.parents):
        bones = children[joint]
        seen = positions[:, bones] - positions[:, joint : joint + 1]
        if len(bones) > 1:
            world[:, joint] = _best_rotation(skeleton.offsets[bones], seen)
        elif bones:
            before = world[:, parent]
            expected = quat_apply(before, skeleton.offsets[bones[0]])
            world[:, joint] = quat_mul(quat_between(expected, seen[:, 0]), before)
        else:
            world[:, joint] = world[:, parent]
    root = positions[:, 0] * (_legs(skeleton.rest_positions()[None], skeleton) / _legs(positions, skeleton))
    return Motion(skeleton, root, global_to_local(world, skeleton.parents), fps)


def _best_rotation(rest: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """The rotation (T, 4) that brings directions rest (N, 3) nearest to seen (T, N, 3), by least squares (Kabsch)."""
    rest = rest / np.linalg.norm(rest, axis=-1, keepdims=True)
    seen = seen / np.maximum(np.linalg.norm(seen, axis=-1, keepdims=True), 1e-12)
    u, _, vt = np.linalg.svd(np.einsum("tni,nj->tij", seen, rest))
    u[..., 2] *= np.linalg.det(u @ vt)[:, None]
    return matrix_to_quat(u @ vt)


def _legs(positions: np.ndarray, skeleton: Skeleton) -> float:
    """Hip to ankle of both legs in the first frame; 1e-6 at least."""
    lengths = 0.0
    for side in ("left", "right"):
        hip, knee, ankle = (positions[0, skeleton.index(f"{side}_{part}")] for part in ("hip", "knee", "ankle"))
        lengths += float(np.linalg.norm(knee - hip) + np.linalg.norm(ankle - knee))
    return max(lengths, 1e-6)
