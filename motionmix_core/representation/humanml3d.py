"""HumanML3D's 263 and KIT-ML's 251 features from joint positions, and back (Guo et al. 2022; used by MDM).

For parity with the papers and for published checkpoints; our own model has a better representation (default.py). What
comes back are the positions: they follow from root and positions alone, the other columns aren't needed.

The published extraction has two faults that its data carry, so they are the default here (`published_faults`):
it takes the hips' names the wrong way round when it finds each frame's heading, so that hips pull against shoulders;
and where the heading passes straight behind the first frame's, the sign of that one step is lost. Without them recovery
gives back what went in.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..errors import DataError
from ..motion.motion import Motion
from ..motion.pose_from_positions import motion_from_positions
from ..motion.rotations import (
    IDENTITY,
    matrix_to_rot6d,
    quat_apply,
    quat_between,
    quat_inv,
    quat_mul,
    quat_to_matrix,
    rot6d_to_matrix,
)
from ..motion.skeleton import JOINT_NAMES
from .guo_layout import HUMANML3D, GuoLayout

FORWARD = np.array([0.0, 0.0, 1.0])
HEADING_SMOOTHING = 20  # standard deviation, in frames, of the Gaussian over the facing direction


@dataclass(frozen=True)
class Root:
    """headings (T, 4): the turn about Y that takes each frame into its heading frame. positions (T, 3)."""

    headings: np.ndarray
    positions: np.ndarray


def facing_directions(
    positions: np.ndarray, layout: GuoLayout = HUMANML3D, *, swapped_hips: bool = False
) -> np.ndarray:
    """(T, J, 3) -> (T, 3) horizontal directions that hips and shoulders together face, not of unit length.

    `swapped_hips` exchanges the hips, as the published code does for each frame but the first.
    """
    right_hip, left_hip, right_shoulder, left_shoulder = layout.facing
    hips = positions[:, right_hip] - positions[:, left_hip]
    across = positions[:, right_shoulder] - positions[:, left_shoulder] + (-hips if swapped_hips else hips)
    across = across / np.maximum(np.linalg.norm(across, axis=-1, keepdims=True), 1e-12)
    return np.cross(np.array([0.0, 1.0, 0.0]), across)


def placed(positions: np.ndarray, layout: GuoLayout = HUMANML3D) -> np.ndarray:
    """(T, J, 3) -> the motion on the floor, its first frame over the origin and facing +Z. Raises DataError."""
    positions = _checked(positions, layout)
    positions = positions - [0.0, positions[..., 1].min(), 0.0]
    positions = positions - positions[0, 0] * [1.0, 0.0, 1.0]
    return quat_apply(quat_between(facing_directions(positions[:1], layout)[0], FORWARD), positions)


def bone_lengths(pose: np.ndarray, layout: GuoLayout = HUMANML3D) -> np.ndarray:
    """(J, 3) joint positions of one frame -> (J,) lengths from each joint's parent, 0 for the root."""
    parents = np.array(layout.parents)
    lengths = np.linalg.norm(pose - pose[parents], axis=-1)
    lengths[0] = 0.0
    return lengths


def with_bone_lengths(positions: np.ndarray, lengths: np.ndarray, layout: GuoLayout = HUMANML3D) -> np.ndarray:
    """(T, J, 3) -> the same swings on a body of other bone lengths (J,), root path scaled by the legs' length.

    The data sets were made so that all people are one: give `bone_lengths` of the published example pose
    (HumanML3D 000021, KIT-ML 03950).
    """
    positions = _checked(positions, layout)
    own = bone_lengths(positions[0], layout)
    scale = sum(lengths[joint] for joint in layout.leg) / sum(own[joint] for joint in layout.leg)
    swings = bone_swings(positions, layout)
    out = np.empty_like(positions)
    out[:, 0] = positions[:, 0] * scale
    for chain in layout.chains:
        for parent, joint in pairwise(chain):
            bone = quat_apply(swings[:, joint], layout.rest_directions[joint] * lengths[joint])
            out[:, joint] = out[:, parent] + bone
    return out


def bone_swings(positions: np.ndarray, layout: GuoLayout = HUMANML3D) -> np.ndarray:
    """(T, J, 3) -> (T, J, 4) world rotations: the shortest from each joint's rest direction to its bone's. No twist."""
    swings = np.tile(IDENTITY, (*positions.shape[:2], 1))
    for joint, parent in enumerate(layout.parents):
        if parent >= 0:
            bone = positions[:, joint] - positions[:, parent]
            swings[:, joint] = quat_between(layout.rest_directions[joint], bone)
    return swings


def extract(
    positions: np.ndarray, layout: GuoLayout = HUMANML3D, *, published_faults: bool = True, place: bool = True
) -> np.ndarray:
    """Joint positions (T, J, 3) at the layout's frame rate -> features (T - 1, 263 or 251) float32, not normalised.

    Args:
        positions: at least two frames, in the data set's units (metres; KIT-ML millimetres).
        layout: HUMANML3D or KIT.
        published_faults: as the published data are; see the head of this file.
        place: first put the motion on the floor, over the origin and facing +Z. Without it the floor must be at y = 0
            and the first frame must face +Z.
    Raises:
        DataError: another shape, fewer than two frames, NaN.
    """
    positions = placed(positions, layout) if place else _checked(positions, layout)
    facing = _smoothed(facing_directions(positions, layout, swapped_hips=published_faults), HEADING_SMOOTHING)
    headings = quat_between(facing, FORWARD)
    headings[0] = IDENTITY  # the first frame is where headings are counted from

    turn = quat_mul(headings[1:], quat_inv(headings[:-1]))
    if not published_faults:
        turn = np.where(turn[:, :1] < 0, -turn, turn)
    root_yaw = np.arcsin(np.clip(turn[:, 2:3], -1, 1))
    steps = positions[1:] - positions[:-1]
    root_velocity = quat_apply(headings[1:], steps[:, 0])[:, [0, 2]]
    local = positions - positions[:, :1] * [1.0, 0.0, 1.0]
    local = quat_apply(headings[:, None], local)
    velocities = quat_apply(headings[:-1, None], steps)
    contacts = (steps[:, layout.feet] ** 2).sum(axis=-1) < layout.contact_step
    frames = len(steps)
    return np.concatenate(
        (
            root_yaw,
            root_velocity,
            positions[:-1, 0, 1:2],
            local[:-1, 1:].reshape(frames, -1),
            matrix_to_rot6d(quat_to_matrix(_chain_rotations(positions, headings, layout)[:-1, 1:])).reshape(frames, -1),
            velocities.reshape(frames, -1),
            contacts,
        ),
        axis=1,
    ).astype(np.float32)


def recover_root(features: np.ndarray, layout: GuoLayout = HUMANML3D) -> Root:
    """Features (T, 263 or 251), not normalised -> headings and root path; frame 0 faces +Z over the origin."""
    features = _checked_features(features, layout)
    half = np.zeros(len(features))
    half[1:] = np.cumsum(features[:-1, 0])
    headings = np.zeros((len(features), 4))
    headings[:, 0], headings[:, 2] = np.cos(half), np.sin(half)
    steps = np.zeros((len(features), 3))
    steps[1:, [0, 2]] = features[:-1, layout.blocks["root_velocity"]]
    path = np.cumsum(quat_apply(quat_inv(headings), steps), axis=0)
    path[:, 1] = features[:, layout.blocks["root_height"].start]
    return Root(headings, path)


def recover_positions(features: np.ndarray, layout: GuoLayout = HUMANML3D) -> np.ndarray:
    """Features (T, 263 or 251), not normalised -> joint positions (T, J, 3) from root and position columns.

    Raises DataError for another width.
    """
    features = _checked_features(features, layout)
    root = recover_root(features, layout)
    local = features[:, layout.blocks["positions"]].reshape(len(features), -1, 3)
    others = quat_apply(quat_inv(root.headings)[:, None], local)
    others[..., 0] += root.positions[:, None, 0]
    others[..., 2] += root.positions[:, None, 2]
    return np.concatenate((root.positions[:, None], others), axis=1)


def recover_positions_from_rotations(
    features: np.ndarray, lengths: np.ndarray, layout: GuoLayout = HUMANML3D
) -> np.ndarray:
    """Features (T, 263 or 251) and bone lengths (J,) -> joint positions (T, J, 3) from the rotation columns instead."""
    features = _checked_features(features, layout)
    root = recover_root(features, layout)
    rotations = rot6d_to_matrix(features[:, layout.blocks["rotations"]].reshape(len(features), -1, 6))
    out = np.empty((len(features), layout.num_joints, 3))
    out[:, 0] = root.positions
    for chain in layout.chains:
        turn = quat_to_matrix(root.headings)
        for parent, joint in pairwise(chain):
            turn = turn @ rotations[:, joint - 1]
            out[:, joint] = out[:, parent] + turn @ (layout.rest_directions[joint] * lengths[joint])
    return out


def encode(motion: Motion, *, published_faults: bool = True) -> np.ndarray:
    """A motion on a 22-joint SMPL-named body -> HumanML3D features (T - 1, 263) at 20 frames a second.

    The body keeps its own proportions: use `with_bone_lengths` before `extract` to look like the published data.
    """
    if motion.skeleton.names != JOINT_NAMES:
        raise DataError("HumanML3D's features need a motion on the canonical skeleton; retarget it first")
    motion = motion.resample(HUMANML3D.fps)
    return extract(motion.positions(), HUMANML3D, published_faults=published_faults)


def decode(features: np.ndarray, fps: float = HUMANML3D.fps) -> Motion:
    """HumanML3D features (T, 263), not normalised -> a motion on the canonical skeleton, from the positions.

    The rotation columns hold no twist, so the limbs' twist is a guess (pose_from_positions.py). Raises DataError.
    """
    return motion_from_positions(recover_positions(features, HUMANML3D), fps)


def _chain_rotations(positions: np.ndarray, headings: np.ndarray, layout: GuoLayout) -> np.ndarray:
    """(T, J, 4): swings relative to the bone before in the chain; each chain starts from the heading, arms too."""
    swings = bone_swings(positions, layout)
    out = np.tile(IDENTITY, (*positions.shape[:2], 1))
    for chain in layout.chains:
        before = headings
        for joint in chain[1:]:
            out[:, joint] = quat_mul(quat_inv(before), swings[:, joint])
            before = swings[:, joint]
    return out


def _smoothed(values: np.ndarray, sigma: float) -> np.ndarray:
    """A Gaussian over time cut at 4 sigma, the end frames repeated: (T, C) -> (T, C)."""
    reach = int(4 * sigma + 0.5)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    padded = np.concatenate((np.repeat(values[:1], reach, 0), values, np.repeat(values[-1:], reach, 0)))
    return np.stack([np.convolve(padded[:, c], kernel, mode="valid") for c in range(values.shape[1])], axis=1)


def _checked(positions: np.ndarray, layout: GuoLayout) -> np.ndarray:
    positions = np.asarray(positions, dtype=np.float64)
    if positions.ndim != 3 or positions.shape[1:] != (layout.num_joints, 3) or len(positions) < 2:
        raise DataError(
            f"{layout.name} features need joint positions (frames, {layout.num_joints}, 3) of two frames or more, "
            f"not {positions.shape}"
        )
    if not np.isfinite(positions).all():
        raise DataError("joint positions contain NaN or infinite values")
    return positions


def _checked_features(features: np.ndarray, layout: GuoLayout) -> np.ndarray:
    features = np.asarray(features, dtype=np.float64)
    if features.ndim != 2 or features.shape[1] != layout.features or len(features) == 0:
        raise DataError(f"{layout.name} features have the shape (frames, {layout.features}), not {features.shape}")
    return features
