"""Our own representation: 207 numbers a frame at 30 fps, absolute, with true (twist included) global rotations.

| columns | numbers | what |
|---|---|---|
| ROOT_XZ | 2 | the root's path on the ground, smoothed, metres |
| ROOT_HEIGHT | 1 | the pelvis's true height, metres |
| HEADING | 2 | cosine and sine of the heading (0 faces +Z, a quarter turn to the left faces +X) |
| POSITIONS | 66 | joint positions: x and z relative to the smoothed root, y the height over the ground, metres |
| ROTATIONS | 132 | each joint's global rotation as 6D (two columns) |
| CONTACTS | 4 | left ankle, left foot, right ankle, right foot: 1 while planted |

Absolute, so that a key at frame t constrains frame t alone (anchors 2.1). The path is smoothed, so that an animator
can draw it without fighting the sway of the hips; the sway is kept in the pelvis's own position, and the inverse is
exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..motion.contacts import foot_contacts
from ..motion.kinematics import global_to_local
from ..motion.motion import Motion
from ..motion.rotations import matrix_to_quat, matrix_to_rot6d, quat_to_matrix, rot6d_to_matrix
from ..motion.skeleton import JOINT_NAMES, MIRROR_PERMUTATION, canonical_skeleton

FPS = 30.0
JOINTS = len(JOINT_NAMES)
ROOT_XZ = slice(0, 2)
ROOT_HEIGHT = slice(2, 3)
HEADING = slice(3, 5)
POSITIONS = slice(5, 5 + 3 * JOINTS)
ROTATIONS = slice(POSITIONS.stop, POSITIONS.stop + 6 * JOINTS)
CONTACTS = slice(ROTATIONS.stop, ROTATIONS.stop + 4)
FEATURES = CONTACTS.stop
BLOCKS: dict[str, slice] = {
    "root_xz": ROOT_XZ,
    "root_height": ROOT_HEIGHT,
    "heading": HEADING,
    "positions": POSITIONS,
    "rotations": ROTATIONS,
    "contacts": CONTACTS,
}
SMOOTHING_SECONDS = 0.2  # standard deviation of the root path's Gaussian


def joint_columns(joint: int) -> np.ndarray:
    """The 9 columns (3 position, 6 rotation) that belong to one joint."""
    position = POSITIONS.start + 3 * joint
    rotation = ROTATIONS.start + 6 * joint
    return np.concatenate((np.arange(position, position + 3), np.arange(rotation, rotation + 6)))


def smooth_path(path: np.ndarray, fps: float) -> np.ndarray:
    """Gaussian smoothing along time, (T, C) -> (T, C). Ends are continued by point reflection: straight lines stay."""
    sigma = SMOOTHING_SECONDS * fps
    reach = min(int(np.ceil(3 * sigma)), len(path) - 1)
    if reach < 1:
        return path.copy()
    before = 2 * path[:1] - path[reach:0:-1]
    after = 2 * path[-1:] - path[-2 : -2 - reach : -1]
    padded = np.concatenate((before, path, after))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    return np.stack([np.convolve(padded[:, c], kernel, mode="valid") for c in range(path.shape[1])], axis=1)


def encode(motion: Motion) -> np.ndarray:
    """A motion on the canonical skeleton -> (T, 207) float32, not normalised. Keeps the motion's frame rate."""
    if motion.skeleton.names != JOINT_NAMES:
        raise ValueError("only motions on the canonical skeleton can be encoded; retarget first")
    positions = motion.positions().copy()
    root = smooth_path(motion.root_positions[:, (0, 2)], motion.fps)
    contacts = foot_contacts(positions, motion.fps)
    positions[..., (0, 2)] -= root[:, None]
    heading = motion.headings()[:, None]
    rotations = matrix_to_rot6d(quat_to_matrix(motion.global_rotations()))
    frames = motion.num_frames
    return np.concatenate(
        (
            root,
            motion.root_positions[:, 1:2],
            np.cos(heading),
            np.sin(heading),
            positions.reshape(frames, -1),
            rotations.reshape(frames, -1),
            contacts,
        ),
        axis=1,
    ).astype(np.float32)


def decode(features: np.ndarray, fps: float = FPS) -> Motion:
    """(T, 207) not normalised -> a motion on the canonical skeleton: the exact inverse of `encode`.

    The root is the smoothed path plus the pelvis's offset from it; all joint angles come from the rotations.
    """
    features = np.asarray(features, dtype=np.float64)
    if features.ndim != 2 or features.shape[1] != FEATURES:
        raise ValueError(f"expected an array (frames, {FEATURES}), not {features.shape}")
    pelvis = features[:, POSITIONS.start : POSITIONS.start + 3]
    root = np.stack(
        (features[:, 0] + pelvis[:, 0], features[:, ROOT_HEIGHT.start], features[:, 1] + pelvis[:, 2]), axis=1
    )
    world = matrix_to_quat(rot6d_to_matrix(features[:, ROTATIONS].reshape(-1, JOINTS, 6)))
    skeleton = canonical_skeleton()
    return Motion(skeleton, root, global_to_local(world, skeleton.parents), fps)


def decoded_contacts(features: np.ndarray) -> np.ndarray:
    """(T, 207) not normalised -> (T, 4) bool foot contacts as the network sees them."""
    return np.asarray(features)[:, CONTACTS] > 0.5


def turned(features: np.ndarray, yaw: np.ndarray, translation: np.ndarray) -> np.ndarray:
    """(..., T, 207) features turned by yaw (...) radians about Y, then moved by translation (..., 2) = x, z metres.

    Equals encode(decode(features).transformed(yaw, translation)), without the round trip.
    """
    out = np.array(features, copy=True)
    cos, sin = np.cos(yaw)[..., None], np.sin(yaw)[..., None]
    x, z = features[..., 0], features[..., 1]
    out[..., 0] = cos * x + sin * z + translation[..., 0:1]
    out[..., 1] = cos * z - sin * x + translation[..., 1:2]
    c, s = features[..., HEADING.start], features[..., HEADING.start + 1]
    out[..., HEADING.start] = cos * c - sin * s
    out[..., HEADING.start + 1] = sin * c + cos * s
    # positions and both columns of each 6D rotation are vectors, three numbers each
    for block in (POSITIONS, ROTATIONS):
        vx, vz = features[..., block][..., 0::3], features[..., block][..., 2::3]
        out[..., block.start : block.stop : 3] = cos[..., None] * vx + sin[..., None] * vz
        out[..., block.start + 2 : block.stop : 3] = cos[..., None] * vz - sin[..., None] * vx
    return out


@dataclass(frozen=True)
class Normaliser:
    """mean, std: (207,) float32. Networks see (features - mean) / std."""

    mean: np.ndarray
    std: np.ndarray

    def normalise(self, features: np.ndarray) -> np.ndarray:
        """(..., 207) -> (..., 207) float32 of about zero mean and unit spread."""
        return ((features - self.mean) / self.std).astype(np.float32)

    def denormalise(self, features: np.ndarray) -> np.ndarray:
        """The inverse of `normalise`."""
        return features * self.std + self.mean


def fit_normaliser(features: np.ndarray) -> Normaliser:
    """(N, 207) training frames -> their normaliser.

    Each column keeps its own mean. A column's spread may not fall below a third of its block's, since dividing a
    nearly constant column by its tiny spread would make the network spend its effort on noise.
    """
    mean = features.mean(axis=0, dtype=np.float64)
    std = features.std(axis=0, dtype=np.float64)
    for block in BLOCKS.values():
        typical = np.sqrt(np.mean(std[block] ** 2))
        std[block] = np.maximum(std[block], max(typical / 3, 1e-3))
    std[ROOT_XZ] = np.sqrt(np.mean(std[ROOT_XZ] ** 2))  # turning the motion must not change its scale
    mean[ROOT_XZ] = 0.0
    return Normaliser(mean.astype(np.float32), std.astype(np.float32))


def mirrored(features: np.ndarray) -> np.ndarray:
    """(..., 207) features of the motion with left and right exchanged; equals encoding `Motion.mirrored()`."""
    out = np.array(features, copy=True)
    lead = out.shape[:-1]
    permutation = list(MIRROR_PERMUTATION)
    out[..., 0] *= -1
    out[..., HEADING.start + 1] *= -1
    out[..., POSITIONS] = (out[..., POSITIONS].reshape(*lead, JOINTS, 3)[..., permutation, :] * (-1, 1, 1)).reshape(
        *lead, -1
    )
    # R' = M R M with M = diag(-1, 1, 1): the first column loses its y and z signs, the second its x sign
    columns = out[..., ROTATIONS].reshape(*lead, JOINTS, 6)[..., permutation, :] * (1, -1, -1, -1, 1, 1)
    out[..., ROTATIONS] = columns.reshape(*lead, -1)
    out[..., CONTACTS] = out[..., CONTACTS][..., [2, 3, 0, 1]]
    return out
