"""Rotations of a spine or neck spread over a chain of another length, and gathered again.

Each bone of a chain takes the mean rotation of the canonical joints that it spans by length, so a chain that splits
the canonical bones more finely follows the same curve exactly. The mean is taken of rotation vectors relative to the
chain's upper end, which makes spreading a linear map, so gathering can be its exact inverse.
"""

from __future__ import annotations

import numpy as np

from ..motion.rotations import axis_angle_to_quat, quat_continuous, quat_inv, quat_mul, quat_to_axis_angle


def spread_weights(joint_lengths: np.ndarray, bone_lengths: np.ndarray) -> np.ndarray:
    """(N, K) weights of K joints for N bones, rows sum to 1, from the lengths of both chains' segments.

    Equal counts go one to one. The last bone always follows the last joint: arms and head hang on it.
    """
    joints, bones = len(joint_lengths), len(bone_lengths)
    if joints == bones:
        return np.eye(joints)
    at = np.concatenate(([0.0], np.cumsum(_fractions(joint_lengths))))
    to = np.concatenate(([0.0], np.cumsum(_fractions(bone_lengths))))
    overlap = np.minimum(to[1:, None], at[None, 1:]) - np.maximum(to[:-1, None], at[None, :-1])
    weights = np.maximum(overlap, 0.0)
    weights[weights < 1e-3 * weights.sum(axis=1, keepdims=True)] = 0.0
    weights[-1] = np.eye(joints)[-1]
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def spread(joints: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(T, K, 4) world turns of the joints -> (T, N, 4) world turns of the bones."""
    last = joints[:, -1:]
    vectors = quat_to_axis_angle(quat_mul(quat_inv(last), joints))
    return np.asarray(quat_mul(last, axis_angle_to_quat(np.einsum("nk,tkc->tnc", weights, vectors))))


def gather(bones: np.ndarray, weights: np.ndarray, below: np.ndarray) -> np.ndarray:
    """(T, N, 4) world turns of the bones -> (T, K, 4) of the joints.

    below: (T, 4) world turn of the body under the chain. What a chain of too few bones doesn't say is taken from a
    bend spread evenly between there and the chain's upper end.
    """
    last = bones[:, -1:]
    seen = quat_to_axis_angle(quat_mul(quat_inv(last), bones))
    start = quat_to_axis_angle(quat_mul(quat_inv(last[:, 0]), below))
    count = weights.shape[1]
    even = 1.0 - np.arange(1, count + 1) / count
    guess = start[:, None, :] * even[:, None]
    missing = seen - np.einsum("nk,tkc->tnc", weights, guess)
    found = guess + np.einsum("kn,tnc->tkc", np.linalg.pinv(weights, rcond=1e-2), missing)
    return quat_continuous(quat_mul(last, axis_angle_to_quat(found)))


def _fractions(lengths: np.ndarray) -> np.ndarray:
    lengths = np.maximum(np.asarray(lengths, dtype=np.float64), 1e-9)
    return lengths / lengths.sum()
