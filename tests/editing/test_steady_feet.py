"""Steady feet: standing feet stand stiller, and nothing else moves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motionmix_core.editing.steady_feet import steadied
from motionmix_core.metrics.jitter import acceleration_error
from motionmix_core.metrics.skating import contact_skating
from motionmix_core.motion.contacts import foot_contacts
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import axis_angle_to_quat, quat_mul
from motionmix_core.motion.skeleton import JOINT_NAMES
from tests.editing.clips import lively_stand, lively_walk

LEGS = [JOINT_NAMES.index(f"{side}_{part}") for side in ("left", "right") for part in ("hip", "knee", "ankle")]
OTHERS = [joint for joint in range(len(JOINT_NAMES)) if joint not in LEGS]


def sliding(share: float) -> tuple[Motion, Motion]:
    truth = lively_walk(4.0)
    root = truth.root_positions.copy()
    root[:, 2] *= 1 + share
    return replace(truth, root_positions=root), truth


def skate(motion: Motion, truth: Motion) -> float:
    return contact_skating(motion.positions(), foot_contacts(truth.positions(), truth.fps), truth.fps)


@pytest.mark.parametrize("share", [-0.1, 0.1])
def test_feet_that_slide_a_little_are_held_without_a_jerk(share: float) -> None:
    captured, truth = sliding(share)
    made = steadied(captured, 1.0)
    assert skate(made, truth) < 0.5 * skate(captured, truth)
    assert acceleration_error(made.positions(), captured.positions(), truth.fps) < 1.0


def test_the_firmer_the_stiller() -> None:
    captured, truth = sliding(0.1)
    left = [skate(steadied(captured, firmness), truth) for firmness in (0.0, 0.1, 1.0, 4.0)]
    assert left == sorted(left, reverse=True)
    assert steadied(captured, 0.0) is captured


def test_feet_that_stand_stay() -> None:
    motion = lively_stand(3.0)
    np.testing.assert_allclose(steadied(motion, 4.0).positions(), motion.positions(), atol=1e-4)


def test_a_foot_that_turns_while_it_stands_is_held_at_heel_and_toe() -> None:
    truth = lively_stand(4.0)
    turn = np.zeros((truth.num_frames, 3))
    turn[:, 1] = np.radians(3.0) * np.sin(np.arange(truth.num_frames) / truth.fps * 12.0)
    rotations, ankle = truth.rotations.copy(), JOINT_NAMES.index("left_ankle")
    rotations[:, ankle] = quat_mul(rotations[:, ankle], axis_angle_to_quat(turn))
    turning = replace(truth, rotations=rotations)
    made = steadied(turning, 1.2)
    assert skate(made, truth) < 0.25 * skate(turning, truth)
    assert np.linalg.norm(made.positions() - turning.positions(), axis=-1).max() < 0.015


def test_feet_that_swing_keep_their_course_and_their_speed() -> None:
    captured, _ = sliding(0.05)
    made = steadied(captured, 1.2)
    feet = [JOINT_NAMES.index(f"{side}_foot") for side in ("left", "right")]
    speeds = [np.linalg.norm(np.diff(m.positions()[:, feet], axis=0), axis=-1) * m.fps for m in (captured, made)]
    swings = speeds[0] > 0.8
    assert swings.sum() > 20
    assert np.abs(speeds[1] / speeds[0] - 1)[swings].max() < 0.1
    knees = [JOINT_NAMES.index(f"{side}_knee") for side in ("left", "right")]
    jolts = [np.linalg.norm(np.diff(m.positions()[:, knees], n=2, axis=0), axis=-1).max() for m in (captured, made)]
    assert jolts[1] < 1.1 * jolts[0]  # no knee snaps


def test_only_legs_turn_and_fixed_ones_do_not() -> None:
    captured, _ = sliding(0.1)
    fixed = np.zeros((captured.num_frames, 2), bool)
    fixed[40:60, 0] = True
    made = steadied(captured, 1.0, fixed)
    np.testing.assert_allclose(made.rotations[:, OTHERS], captured.rotations[:, OTHERS], atol=1e-12)
    np.testing.assert_allclose(made.rotations[40:60, LEGS[:3]], captured.rotations[40:60, LEGS[:3]], atol=1e-12)
    assert np.abs(made.rotations[40:60, LEGS[3:]] - captured.rotations[40:60, LEGS[3:]]).max() > 1e-3
    # beside what is fixed the shift comes in smoothly: no step that the capture hasn't
    foot = (made.positions() - captured.positions())[35:66, JOINT_NAMES.index("left_foot")]
    assert np.linalg.norm(np.diff(foot, axis=0), axis=-1).max() < 0.006


def test_feet_that_shook_stay_where_they_stand(rng: np.random.Generator) -> None:
    truth = lively_stand(4.0)
    rotations = truth.rotations.copy()
    turns = axis_angle_to_quat(rng.normal(0, 0.01, (truth.num_frames, len(LEGS), 3)))
    rotations[:, LEGS] = quat_mul(rotations[:, LEGS], turns)
    made = steadied(replace(truth, rotations=rotations), 8.0, shaken=1.0)
    feet = [JOINT_NAMES.index(f"{side}_ankle") for side in ("left", "right")]
    off = np.linalg.norm((made.positions() - truth.positions())[:, feet], axis=-1)
    assert off.mean(axis=0).max() < 0.015  # and don't walk away, step by step
    assert skate(made, truth) < 0.3 * skate(replace(truth, rotations=rotations), truth)


def test_feet_that_tremble_too_much_to_be_seen_standing_are_not_thrown_about(rng: np.random.Generator) -> None:
    truth = lively_stand(4.0)
    rotations = truth.rotations.copy()
    rotations[:, LEGS] = quat_mul(
        rotations[:, LEGS], axis_angle_to_quat(rng.normal(0, 0.06, (truth.num_frames, len(LEGS), 3)))
    )
    trembling = replace(truth, rotations=rotations)
    feet = [JOINT_NAMES.index(f"{side}_foot") for side in ("left", "right")]
    speeds = [
        np.linalg.norm(np.diff(motion.positions()[:, feet], axis=0), axis=-1).max() * truth.fps
        for motion in (trembling, steadied(trembling, 8.0, shaken=1.0))
    ]
    assert speeds[1] < 1.1 * speeds[0]


def test_the_motion_that_is_given_stays_as_it_was() -> None:
    captured, _ = sliding(0.1)
    before = captured.positions().copy(), captured.global_rotations().copy()
    steadied(captured, 1.0)
    np.testing.assert_array_equal(captured.positions(), before[0])
    np.testing.assert_array_equal(captured.global_rotations(), before[1])
