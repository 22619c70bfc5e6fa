"""Hand tasks by formula: a body that could be there, and a hand that does what the words say."""

from __future__ import annotations

import numpy as np
import pytest

from motionmix_core.motion.rotations import quat_angle, quat_apply
from motionmix_core.motion.skeleton import FOOT_JOINTS, JOINT_NAMES, canonical_skeleton
from training.preparation.hand_tasks import TASKS, VARIANTS, HandTask, hand_task_clips, hand_task_motion
from training.preparation.limbs import two_bones

DOWN = np.array([0.0, -1.0, 0.0])

BY_NAME = {task.name: task for task in TASKS}
WRIST, ELBOW, SHOULDER, PELVIS = (
    JOINT_NAMES.index(n) for n in ("right_wrist", "right_elbow", "right_shoulder", "pelvis")
)
FEET = [JOINT_NAMES.index(name) for name in FOOT_JOINTS]


@pytest.fixture(params=TASKS, ids=lambda task: task.name)
def task(request) -> HandTask:
    return request.param


def test_the_feet_stand_still_on_the_ground(task):
    feet = hand_task_motion(task, 0, 30.0).positions()[:, FEET]
    assert np.ptp(feet, axis=0).max() < 1e-6
    assert 0.0 < feet[..., 1].min() < 0.12


def test_the_hand_works_in_front_of_the_body_at_a_human_pace(task):
    for variant in range(VARIANTS):
        motion = hand_task_motion(task, variant, 30.0)
        positions = motion.positions()
        wrist = positions[:, WRIST] - positions[:, PELVIS]
        assert wrist[:, 2].min() > 0.05, "in front"
        speed = np.linalg.norm(np.diff(positions[:, WRIST], axis=0), axis=-1) * 30
        assert 0.05 < speed.mean() < 1.5
        assert speed.max() < 3.5, "metres a second"


def test_wrists_and_elbows_stay_within_what_joints_do(task):
    motion = hand_task_motion(task, 1, 30.0)
    rest = np.array([1.0, 0, 0, 0])
    assert np.degrees(quat_angle(motion.rotations[:, WRIST], rest)).max() < 100
    assert np.degrees(quat_angle(motion.rotations[:, ELBOW], rest)).max() < 175
    steps = quat_angle(motion.rotations[1:], motion.rotations[:-1])
    assert np.degrees(steps).max() < 25, "no joint flips from one frame to the next"


def test_windows_are_washed_at_the_height_of_the_chest_and_tables_below():
    window = hand_task_motion(BY_NAME["wash_window"], 0, 30.0).positions()
    table = hand_task_motion(BY_NAME["wipe_table"], 0, 30.0).positions()
    assert window[:, WRIST, 1].mean() > 1.15
    assert table[:, WRIST, 1].mean() < 1.1
    palm = quat_apply(hand_task_motion(BY_NAME["wash_window"], 0, 30.0).global_rotations()[:, WRIST], DOWN)
    assert palm[:, 2].min() > 0.8, "the palm lies against the glass"


def test_clips_are_named_captioned_and_the_same_each_time():
    first, again = hand_task_clips(30.0), hand_task_clips(30.0)
    assert len({clip.id for clip in first}) == len(TASKS) * VARIANTS
    assert all(clip.split == "train" and clip.shippable and clip.annotated for clip in first)
    assert all("{" not in caption.text for clip in first for caption in clip.captions)
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one.frames.rotations, other.frames.rotations)
    left = {c.mirrored_text for clip in first for c in clip.captions if "right hand" in c.text}
    assert all("left hand" in text for text in left)


def test_two_bones_reach_what_can_be_reached_and_point_at_the_rest():
    skeleton = canonical_skeleton()
    lengths = float(np.linalg.norm(skeleton.offsets[ELBOW])), float(np.linalg.norm(skeleton.offsets[WRIST]))
    rng = np.random.default_rng(0)
    start, pole = np.zeros((50, 3)), np.tile([0.0, -1.0, 0.2], (50, 1))
    goal = rng.standard_normal((50, 3))
    goal *= rng.uniform(0.15, 0.45, (50, 1)) / np.linalg.norm(goal, axis=-1, keepdims=True)
    upper, lower = two_bones(start, goal, lengths, pole)
    np.testing.assert_allclose(lengths[0] * upper + lengths[1] * lower, goal, atol=1e-9)
    upper, lower = two_bones(start, goal * 10, lengths, pole)
    end = lengths[0] * upper + lengths[1] * lower
    np.testing.assert_allclose(np.cross(end, goal), 0, atol=1e-9)
