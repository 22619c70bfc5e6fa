"""Rotations: each form turns into each other and back, and agrees with what the symbols mean."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motionmix_core.motion import rotations as rot

ORDERS = ("XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX")


def random_quats(seed: int, count: int = 64) -> np.ndarray:
    return rot.quat_normalise(np.random.default_rng(seed).normal(size=(count, 4)))


def test_a_quarter_turn_about_y_takes_forward_to_left():
    np.testing.assert_allclose(rot.quat_apply(rot.quat_yaw(np.pi / 2), np.array([0, 0, 1.0])), [1, 0, 0], atol=1e-12)


@given(st.integers(0, 10_000))
def test_matrix_and_6d_round_trips(seed: int):
    q = random_quats(seed)
    matrices = rot.quat_to_matrix(q)
    np.testing.assert_allclose(matrices @ np.swapaxes(matrices, -1, -2), np.tile(np.eye(3), (64, 1, 1)), atol=1e-12)
    assert rot.quat_angle(rot.matrix_to_quat(matrices), q).max() < 1e-7
    np.testing.assert_allclose(rot.rot6d_to_matrix(rot.matrix_to_rot6d(matrices)), matrices, atol=1e-12)


def test_6d_is_the_first_two_columns():
    matrix = rot.quat_to_matrix(random_quats(3, 1))[0]
    np.testing.assert_array_equal(rot.matrix_to_rot6d(matrix), np.concatenate((matrix[:, 0], matrix[:, 1])))


@given(st.integers(0, 10_000))
def test_products_apply_right_to_left_as_matrices_do(seed: int):
    a, b = random_quats(seed), random_quats(seed + 1)
    v = np.random.default_rng(seed).normal(size=(64, 3))
    ab = rot.quat_mul(a, b)
    np.testing.assert_allclose(rot.quat_to_matrix(ab), rot.quat_to_matrix(a) @ rot.quat_to_matrix(b), atol=1e-12)
    np.testing.assert_allclose(rot.quat_apply(ab, v), rot.quat_apply(a, rot.quat_apply(b, v)), atol=1e-12)
    np.testing.assert_allclose(rot.quat_apply(rot.quat_inv(a), rot.quat_apply(a, v)), v, atol=1e-12)


@pytest.mark.parametrize("order", ORDERS)
def test_euler_round_trip_also_in_gimbal_lock(order: str):
    q = random_quats(7, 200)
    axes = {letter: np.eye(3)["XYZ".index(letter)] for letter in order}
    angles = rot.quat_to_euler(q, order)
    assert rot.quat_angle(rot.euler_to_quat(angles, order), q).max() < 1e-7
    assert np.abs(angles[:, 1]).max() <= np.pi / 2 + 1e-12
    locked = rot.quat_mul(
        rot.axis_angle_to_quat(axes[order[0]] * 0.4), rot.axis_angle_to_quat(axes[order[1]] * np.pi / 2)
    )
    assert rot.quat_angle(rot.euler_to_quat(rot.quat_to_euler(locked, order), order), locked) < 1e-6


def test_euler_is_intrinsic_in_the_order_written():
    z, x = rot.axis_angle_to_quat(np.array([0, 0, 0.3])), rot.axis_angle_to_quat(np.array([0.5, 0, 0]))
    y = rot.axis_angle_to_quat(np.array([0, -0.7, 0]))
    expected = rot.quat_mul(rot.quat_mul(z, x), y)
    np.testing.assert_allclose(rot.euler_to_quat(np.array([0.3, 0.5, -0.7]), "ZXY"), expected, atol=1e-12)


@given(st.integers(0, 10_000), st.floats(1e-12, 3.1))
def test_axis_angle_round_trip_for_tiny_and_large_angles(seed: int, angle: float):
    axis = np.random.default_rng(seed).normal(size=3)
    vector = axis / np.linalg.norm(axis) * angle
    np.testing.assert_allclose(rot.quat_to_axis_angle(rot.axis_angle_to_quat(vector)), vector, rtol=1e-9, atol=1e-15)


def test_slerp_goes_the_short_way_at_a_steady_pace():
    a = rot.quat_yaw(0.2)
    b = -rot.quat_yaw(1.4)  # the same rotation as +, on the far side of the sphere
    for t in (0.0, 0.25, 1.0):
        assert rot.quat_angle(rot.quat_slerp(a, b, t), rot.quat_yaw(0.2 + 1.2 * t)) < 1e-7


def test_quat_between_works_for_opposite_directions():
    directions = np.concatenate((np.eye(3), -np.eye(3), np.random.default_rng(1).normal(size=(5, 3))))
    for u in directions:
        for v in (*directions, -u):
            np.testing.assert_allclose(
                rot.quat_apply(rot.quat_between(u, v), u / np.linalg.norm(u)), v / np.linalg.norm(v), atol=1e-6
            )


def test_continuity_only_changes_signs():
    q = rot.axis_angle_to_quat(np.linspace(0, 4 * np.pi, 50)[:, None] * [0, 1, 0])
    flipped = q * np.where(np.random.default_rng(0).random(50) < 0.5, -1, 1)[:, None]
    smooth = rot.quat_continuous(flipped)
    assert (np.sum(smooth[1:] * smooth[:-1], axis=1) > 0).all()
    np.testing.assert_array_equal(np.abs(smooth), np.abs(q))
