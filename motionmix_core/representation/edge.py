"""EDGE's 151 numbers a frame for dance (Tseng et al. 2023, and MotionMix on AIST++): 30 frames a second, **Z up**.

| columns | what |
|---|---|
| CONTACTS 0:4 | left ankle, right ankle, left foot, right foot (SMPL joints 7, 8, 10, 11): 1 while planted |
| ROOT 4:7 | root position, metres |
| ROTATIONS 7:151 | local rotations of SMPL's 24 joints, 6D, the first two *rows* of each matrix |

Networks see them scaled to -1..1 by the training set's smallest and largest values, what is beyond clipped.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import DataError
from ..motion.kinematics import joint_positions
from ..motion.rotations import axis_angle_to_quat, matrix_to_quat, quat_apply, quat_inv, quat_mul, quat_to_matrix
from ..motion.skeleton import Skeleton
from .rot6d import SMPL_JOINTS, matrix_to_row_6d, row_6d_to_matrix

FPS = 30.0
CONTACT_JOINTS = (7, 8, 10, 11)
CONTACTS = slice(0, 4)
ROOT = slice(4, 7)
ROTATIONS = slice(7, 7 + 6 * SMPL_JOINTS)
FEATURES = ROTATIONS.stop
CONTACT_STEP = 0.01  # metres a frame: a foot that moves less to the next frame is planted
_TO_Z_UP = axis_angle_to_quat(np.array([np.pi / 2, 0.0, 0.0]))  # y becomes z


def foot_contacts(positions: np.ndarray) -> np.ndarray:
    """(T, 12 or more, 3) SMPL joint positions, metres -> (T, 4) bool, in the order of CONTACT_JOINTS.

    The last frame has no next one and counts as planted, as published.
    """
    feet = positions[:, CONTACT_JOINTS]
    step = np.zeros(feet.shape[:2])
    step[:-1] = np.linalg.norm(feet[1:] - feet[:-1], axis=-1)
    return step < CONTACT_STEP


def encode(rotations: np.ndarray, root_positions: np.ndarray, skeleton: Skeleton) -> np.ndarray:
    """Local SMPL rotations (T, 24, 4) and root positions (T, 3), metres, **Y up** -> (T, 151) float32, not normalised.

    skeleton: the body whose feet decide the contacts, its first 22 joints SMPL's. EDGE uses SMPL's mean body;
    `formats.amass.smpl_skeleton()` is near it and free. Raises DataError for other shapes.
    """
    rotations, root = np.asarray(rotations, np.float64), np.asarray(root_positions, np.float64)
    frames, joints = len(rotations), skeleton.num_joints
    if frames == 0 or rotations.shape != (frames, SMPL_JOINTS, 4) or root.shape != (frames, 3):
        raise DataError(
            f"EDGE's features need rotations (frames, 24, 4) and a root path (frames, 3), not {rotations.shape} "
            f"and {root.shape}"
        )
    contacts = foot_contacts(joint_positions(skeleton, rotations[:, :joints], root))
    turned = rotations.copy()
    turned[:, 0] = quat_mul(_TO_Z_UP, rotations[:, 0])
    row_6d = matrix_to_row_6d(quat_to_matrix(turned)).reshape(frames, -1)
    return np.concatenate((contacts, quat_apply(_TO_Z_UP, root), row_6d), axis=1).astype(np.float32)


def decode(features: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(T, 151), not normalised -> local rotations (T, 24, 4), root positions (T, 3), Y up, and contacts (T, 4) bool.

    Raises DataError for another width.
    """
    features = np.asarray(features, np.float64)
    if features.ndim != 2 or features.shape[1] != FEATURES:
        raise DataError(f"EDGE's features have the shape (frames, {FEATURES}), not {features.shape}")
    rotations = matrix_to_quat(row_6d_to_matrix(features[:, ROTATIONS].reshape(-1, SMPL_JOINTS, 6)))
    back = quat_inv(_TO_Z_UP)
    rotations[:, 0] = quat_mul(back, rotations[:, 0])
    return rotations, quat_apply(back, features[:, ROOT]), features[:, CONTACTS] > 0.5


@dataclass(frozen=True)
class RangeNormaliser:
    """low, high: (F,) smallest and largest training values, which become -1 and 1."""

    low: np.ndarray
    high: np.ndarray

    @staticmethod
    def fit(features: np.ndarray) -> RangeNormaliser:
        """(.., F) training features -> their ranges. MotionMix fits on noisy and clean clips together."""
        flat = np.asarray(features, np.float64).reshape(-1, np.shape(features)[-1])
        return RangeNormaliser(flat.min(axis=0), flat.max(axis=0))

    def normalise(self, features: np.ndarray) -> np.ndarray:
        """(.., F) -> (.., F) float32 within -1..1; a column that never changed in training becomes -1."""
        span = self.high - self.low
        span = np.where(span < 10 * np.finfo(np.float64).eps, 1.0, span)
        scaled = 2 * (np.asarray(features, np.float64) - self.low) / span - 1
        return np.clip(scaled, -1, 1).astype(np.float32)

    def denormalise(self, features: np.ndarray) -> np.ndarray:
        """The inverse within the training range; values beyond -1..1 are clipped first."""
        return (np.clip(np.asarray(features, np.float64), -1, 1) + 1) / 2 * (self.high - self.low) + self.low
