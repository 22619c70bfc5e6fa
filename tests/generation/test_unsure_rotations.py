"""A network of two minds must not flip a bone; what it was sure of stays as it is."""

from __future__ import annotations

import numpy as np
import pytest

from motionmix_core.generation.unsure_rotations import sureness, without_flips
from motionmix_core.motion.rotations import (
    axis_angle_to_quat,
    matrix_to_rot6d,
    quat_angle,
    quat_apply,
    quat_mul,
    quat_to_matrix,
)
from motionmix_core.motion.skeleton import JOINT_NAMES
from motionmix_core.representation.default import FEATURES, JOINTS, ROTATIONS, decode, encode
from tests.motions import SKELETON, walk

FPS = 30.0
HAND, ELBOW = JOINT_NAMES.index("right_wrist"), JOINT_NAMES.index("right_elbow")
FIRST, LAST = 30, 50


def columns(joint: int) -> slice:
    return slice(ROTATIONS.start + 6 * joint, ROTATIONS.start + 6 * joint + 6)


def torn(joint: int, axis: tuple[float, float, float], angle: float = 3.0) -> tuple[np.ndarray, np.ndarray]:
    """Features of a walk in which a joint goes over from its turn to another one, as a mean of both; and its bone."""
    features = encode(walk(3.0)).astype(np.float32)
    world = walk(3.0).global_rotations()[:, joint]
    other = quat_mul(world, axis_angle_to_quat(np.array(axis) * angle))
    share = np.clip((np.arange(len(world)) - FIRST) / (LAST - FIRST), 0, 1)[:, None]
    both = [matrix_to_rot6d(quat_to_matrix(turns)) for turns in (world, other)]
    features[:, columns(joint)] = (1 - share) * both[0] + share * both[1]
    return features, world


def steps(features: np.ndarray, joint: int) -> np.ndarray:
    """Degrees that a joint turns from frame to frame."""
    world = decode(features, FPS).global_rotations()[:, joint]
    return np.degrees(quat_angle(world[:-1], world[1:]))


def test_what_the_network_is_sure_of_stays_itself() -> None:
    features = encode(walk(3.0)).astype(np.float32)
    np.testing.assert_allclose(sureness(features), 1.0, atol=1e-5)
    assert without_flips(features) is features


@pytest.mark.parametrize("axis", [(1.0, 0.0, 0.0), (0.0, 0.6, 0.8)])
def test_a_flip_becomes_a_turn(axis: tuple[float, float, float]) -> None:
    features, _ = torn(HAND, axis)
    assert steps(features, HAND).max() > 45
    assert sureness(features)[:, HAND].min() < 0.3
    made = without_flips(features)
    assert steps(made, HAND).max() < 25
    others = np.delete(np.arange(FEATURES), np.arange(FEATURES)[columns(HAND)])
    np.testing.assert_array_equal(made[:, others], features[:, others])
    np.testing.assert_array_equal(made[: FIRST - 10], features[: FIRST - 10])
    np.testing.assert_array_equal(made[LAST + 10 :], features[LAST + 10 :])


def test_the_bone_goes_where_the_positions_say() -> None:
    features, _ = torn(ELBOW, (0.0, 0.0, 1.0))
    truth = walk(3.0).positions()
    bone = truth[:, HAND] - truth[:, ELBOW]
    found = []
    for made in (features, without_flips(features)):
        turned = quat_apply(
            decode(made, FPS).global_rotations()[:, ELBOW],
            np.broadcast_to(np.asarray(SKELETON.offsets[HAND], float), bone.shape),
        )
        cosine = (turned * bone).sum(axis=1) / np.linalg.norm(turned, axis=1) / np.linalg.norm(bone, axis=1)
        found.append(np.degrees(np.arccos(np.clip(cosine, -1, 1))))
    middle = slice((FIRST + LAST) // 2 - 1, (FIRST + LAST) // 2 + 2)
    assert found[0][middle].max() > 60
    assert found[1][middle].max() < 5


def test_what_was_given_stays_to_the_last_bit() -> None:
    features, _ = torn(HAND, (1.0, 0.0, 0.0))
    mask = np.zeros_like(features)
    mask[38:43, columns(HAND)] = 1
    made = without_flips(features, mask)
    np.testing.assert_array_equal(made[38:43], features[38:43])
    mask[:] = 1
    assert without_flips(features, mask) is features


def test_a_joint_that_is_never_sure_keeps_what_was_predicted() -> None:
    features = encode(walk(3.0)).astype(np.float32)
    features[:, columns(HAND)] *= 0.1
    before = decode(features, FPS).rotations
    np.testing.assert_allclose(decode(without_flips(features), FPS).rotations, before, atol=1e-6)
    features[10:, columns(HAND)] *= 10
    made = decode(without_flips(features), FPS).global_rotations()[:, HAND]
    np.testing.assert_allclose(quat_angle(made[:10], made[10]), 0, atol=1e-5)
    assert made.shape == (len(features), 4) and JOINTS == 22
