"""What moving an ankle costs in turned limbs: as the inverse kinematics really turn them."""

from __future__ import annotations

import numpy as np
import pytest

from motionmix_core.motion.rotations import quat_apply
from motionmix_core.retarget.leg_ik import bend_leg
from motionmix_core.retarget.leg_turns import leg_turns


def between(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    return np.asarray(np.arctan2(np.linalg.norm(np.cross(one, two), axis=-1), np.sum(one * two, axis=-1)))


@pytest.mark.parametrize("bend", [20.0, 40.0, 80.0])
def test_the_angles_are_those_of_the_inverse_kinematics(bend: float, rng: np.random.Generator) -> None:
    """And the metric is their square, for offsets of millimetres."""
    half, count = np.radians(bend) / 2, 40
    hips = np.zeros((count, 3))
    knees = hips + 0.42 * np.array([0.0, -np.cos(half), np.sin(half)])
    ankles = knees + 0.40 * np.array([0.0, -np.cos(half), -np.sin(half)])
    hinges = np.tile([1.0, 0.0, 0.0], (count, 1))
    offset = rng.normal(size=(count, 3)) * 0.0015
    found = leg_turns(*(part[:, None] for part in (hips, knees, ankles, hinges, offset)))
    turns = bend_leg(hips, knees, ankles, ankles + offset, hinges)
    bones = (knees - hips, ankles - knees)
    for place, (bone, turn) in enumerate(zip(bones, turns, strict=True)):
        real = between(bone, quat_apply(turn, bone))
        np.testing.assert_allclose(found.angles[:, 0, place], real, atol=np.radians(0.02))
        about = np.sqrt(np.einsum("ti,tij,tj->t", offset, found.metric[:, 0, place], offset))
        np.testing.assert_allclose(about, real, rtol=0.25, atol=np.radians(0.05))


def test_a_straight_leg_is_stiff_along_its_line() -> None:
    hips, knees, ankles = np.array([[[0.0, 0, 0]]]), np.array([[[0.0, -0.4, 0]]]), np.array([[[0.0, -0.8, 0]]])
    metric = leg_turns(hips, knees, ankles, np.array([[[1.0, 0, 0]]]), np.zeros((1, 1, 3))).metric[0, 0]
    assert (metric[:, 1, 1] > 100 * metric[:, 2, 2]).all()
