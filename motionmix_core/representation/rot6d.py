"""The action data sets' 25 x 6 numbers a frame (ACTOR; MDM on HumanAct12 and UESTC): no normalisation.

Rows 0..23 are the local rotations of SMPL's 24 joints as 6D in PyTorch3D's convention, the first two *rows* of the
matrix (HumanML3D has columns). Row 24 holds the root's translation relative to frame 0 in its first three numbers,
and zeros. Flattened, a frame is 150 numbers, row after row.
"""

from __future__ import annotations

import numpy as np

from ..errors import DataError
from ..motion.motion import Motion
from ..motion.rotations import IDENTITY, matrix_to_quat, matrix_to_rot6d, quat_to_matrix, rot6d_to_matrix
from ..motion.skeleton import canonical_skeleton

SMPL_JOINTS = 24  # the 22 of the body and both hands
ROWS = SMPL_JOINTS + 1
FEATURES = 6 * ROWS
TRANSLATION = slice(6 * SMPL_JOINTS, 6 * SMPL_JOINTS + 3)


def matrix_to_row_6d(matrix: np.ndarray) -> np.ndarray:
    """(.., 3, 3) -> (.., 6): the first row, then the second."""
    return matrix_to_rot6d(np.swapaxes(matrix, -1, -2))


def row_6d_to_matrix(values: np.ndarray) -> np.ndarray:
    """(.., 6) two rows, not necessarily of unit length or at right angles -> (.., 3, 3)."""
    return np.swapaxes(rot6d_to_matrix(values), -1, -2)


def encode(rotations: np.ndarray, root_positions: np.ndarray) -> np.ndarray:
    """Local rotations (T, 24, 4) wxyz and root positions (T, 3), metres -> (T, 150) float32. Raises DataError."""
    rotations, root = np.asarray(rotations, np.float64), np.asarray(root_positions, np.float64)
    frames = len(rotations)
    if frames == 0 or rotations.shape != (frames, SMPL_JOINTS, 4) or root.shape != (frames, 3):
        raise DataError(
            f"25 x 6 features need rotations (frames, 24, 4) and a root path (frames, 3), not {rotations.shape} "
            f"and {root.shape}"
        )
    out = np.zeros((frames, FEATURES), np.float32)
    out[:, : 6 * SMPL_JOINTS] = matrix_to_row_6d(quat_to_matrix(rotations)).reshape(frames, -1)
    out[:, TRANSLATION] = root - root[0]
    return out


def decode(features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(T, 150) or (T, 25, 6) -> local rotations (T, 24, 4) and root positions (T, 3) relative to frame 0.

    Raises DataError for another width.
    """
    features = np.asarray(features, np.float64)
    flat = features.reshape(len(features), -1) if features.ndim == 3 else features
    if flat.ndim != 2 or flat.shape[1] != FEATURES:
        raise DataError(f"25 x 6 features have the shape (frames, {FEATURES}), not {features.shape}")
    rotations = flat[:, : 6 * SMPL_JOINTS].reshape(-1, SMPL_JOINTS, 6)
    return matrix_to_quat(row_6d_to_matrix(rotations)), flat[:, TRANSLATION].copy()


def encode_motion(motion: Motion) -> np.ndarray:
    """A motion of the canonical 22 joints -> (T, 150); its hands follow the wrists."""
    return encode(with_hands(motion.rotations), motion.root_positions)


def decode_motion(features: np.ndarray, fps: float) -> Motion:
    """(T, 150) -> a motion on the canonical skeleton, its root starting at the origin.

    Taken as rotations of the canonical skeleton; for real SMPL data use `decode` and formats.amass, which know how
    SMPL's rest pose differs.
    """
    rotations, root = decode(features)
    return Motion(canonical_skeleton(), root, rotations[:, :22], fps)


def with_hands(rotations: np.ndarray) -> np.ndarray:
    """(T, 22, 4) local rotations of the body -> (T, 24, 4) with two hands that don't move."""
    hands = np.tile(IDENTITY, (len(rotations), SMPL_JOINTS - rotations.shape[1], 1))
    return np.concatenate((rotations, hands), axis=1)
