"""Limbs by inverse kinematics: how made motion bends arms and legs, and how slowly a standing body sways."""

from __future__ import annotations

import numpy as np

from motionmix_core.motion.rotations import axis_angle_to_quat, matrix_to_quat, quat_mul, quat_to_matrix
from motionmix_core.motion.skeleton import Skeleton

SIDES = {"left": 1.0, "right": -1.0}
"""Side -> sign of its X."""


def two_bones(
    start: np.ndarray, goal: np.ndarray, lengths: tuple[float, float], pole: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Unit directions (T, 3) of the two bones of a limb from `start` to `goal` (T, 3), bent towards `pole` (T, 3).

    A goal out of reach is approached as far as the limb goes.
    """
    line = goal - start
    distance = np.linalg.norm(line, axis=-1, keepdims=True)
    line = line / distance
    first, second = lengths
    distance = np.clip(distance, abs(first - second) + 1e-3, (first + second) * 0.995)
    aside = pole - (pole * line).sum(-1, keepdims=True) * line
    aside /= np.linalg.norm(aside, axis=-1, keepdims=True)
    cosine = np.clip((first**2 + distance**2 - second**2) / (2 * first * distance), -1, 1)
    upper = cosine * line + np.sqrt(1 - cosine**2) * aside
    lower = distance * line - first * upper
    return upper, lower / np.linalg.norm(lower, axis=-1, keepdims=True)


def slow(rng: np.random.Generator, times: np.ndarray, channels: int) -> np.ndarray:
    """(T, channels) of about -1..1, moving as slowly as a standing body does."""
    total = np.zeros((len(times), channels))
    for rate, share in ((0.11, 0.6), (0.23, 0.3), (0.41, 0.1)):
        total += share * np.sin(2 * np.pi * rate * times[:, None] + rng.uniform(0, 2 * np.pi, channels))
    return total


def from_rest(along: np.ndarray, normal: np.ndarray, rest_along: np.ndarray, rest_normal: np.ndarray) -> np.ndarray:
    """(T, 4) world rotations that carry the two rest directions to `along` and `normal`."""
    rest = _frame(rest_along[None], rest_normal[None])
    return matrix_to_quat(_frame(along, normal) @ rest.swapaxes(-1, -2))


def place_arm(skeleton: Skeleton, world: np.ndarray, side: str, upper: np.ndarray, lower: np.ndarray) -> None:
    """Shoulder and elbow so that the bones point along upper and lower (T, 3), the elbow bent on its hinge."""
    sign = SIDES[side]
    hinge = np.cross(upper, lower)
    along, rest_hinge = np.array([sign, 0.0, 0.0]), np.array([0.0, -sign, 0.0])
    world[:, skeleton.index(f"{side}_shoulder")] = from_rest(upper, hinge, along, rest_hinge)
    world[:, skeleton.index(f"{side}_elbow")] = from_rest(lower, hinge, along, rest_hinge)


def pronated(elbow: np.ndarray, hand: np.ndarray, sign: float) -> np.ndarray:
    """The forearm (T, 4) turned about its own length most of the way that the hand is turned: wrists hardly twist."""
    away = quat_to_matrix(elbow).swapaxes(-1, -2) @ quat_to_matrix(hand)
    twist = np.arctan2(away[:, 2, 1] - away[:, 1, 2], away[:, 1, 1] + away[:, 2, 2])
    return quat_mul(elbow, axis_angle_to_quat(np.stack([0.85 * twist, 0 * twist, 0 * twist], -1)))


def _frame(along: np.ndarray, normal: np.ndarray) -> np.ndarray:
    """(T, 3, 3) matrices whose first column is `along`, whose second is `normal` made square to it."""
    normal = normal - (normal * along).sum(-1, keepdims=True) * along
    normal = normal / np.linalg.norm(normal, axis=-1, keepdims=True)
    return np.stack([along, normal, np.cross(along, normal)], axis=-1)
