"""Gestures and doings keyed by hand: a body that could be there, and that does what its captions say."""

from __future__ import annotations

import numpy as np
import pytest

from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import quat_angle, quat_apply
from motionmix_core.motion.skeleton import JOINT_NAMES
from training.preparation.body_tasks import VARIANTS, BodyTask, body_task_clips, body_task_motion, body_tasks
from training.preparation.key_poses import Hand, Pose, pose_with
from training.preparation.keyed_arms import around_the_shoulder

TASKS = body_tasks()
BY_NAME = {task.name: task for task in TASKS}
FPS = 30.0


def joint(name: str) -> int:
    return JOINT_NAMES.index(name)


@pytest.fixture(params=TASKS, ids=lambda task: task.name)
def task(request) -> BodyTask:
    return request.param


def motion(name: str, variant: int = 0) -> Motion:
    return body_task_motion(BY_NAME[name], variant, FPS)


def head_degrees(made: Motion) -> tuple[np.ndarray, np.ndarray]:
    """How far the face is turned to the left and up against the pelvis."""
    world = made.global_rotations()
    face = quat_apply(world[:, joint("head")], np.array([0.0, 0.0, 1.0]))
    front = quat_apply(world[:, 0], np.array([0.0, 0.0, 1.0]))
    turn = np.arctan2(face[:, 0], face[:, 2]) - np.arctan2(front[:, 0], front[:, 2])
    return np.degrees(np.angle(np.exp(1j * turn))), np.degrees(np.arcsin(face[:, 1]))


def test_nothing_sinks_and_planted_feet_stand_still(task):
    for variant in range(VARIANTS):
        positions = body_task_motion(task, variant, FPS).positions()
        assert positions[..., 1].min() > 0.015, "toe joints are 2.5 cm over the soles"
        for side in ("left", "right"):
            ball = positions[:, joint(f"{side}_foot")]
            speed = np.linalg.norm(np.diff(ball[:, (0, 2)], axis=0), axis=-1) * FPS
            low = np.maximum(ball[1:, 1], ball[:-1, 1]) < 0.026
            assert not (speed[low] > 0.1).any(), "a foot on the ground doesn't slide"


def test_bodies_move_as_joints_do(task):
    made = body_task_motion(task, 1, FPS)
    rest = np.array([1.0, 0, 0, 0])
    wrists = made.rotations[:, [joint("left_wrist"), joint("right_wrist")]]
    assert np.degrees(quat_angle(wrists, rest)).max() < 100
    steps = np.degrees(quat_angle(made.rotations[1:], made.rotations[:-1]))
    assert steps.max() < 60, "no joint flips from one frame to the next"
    assert (steps > 30).mean() < 0.002
    speed = np.linalg.norm(np.diff(made.positions(), axis=0), axis=-1) * FPS
    assert speed.max() < 10


def test_heads_do_as_told():
    left, _ = head_degrees(motion("look_left"))
    assert left.max() > 45 and left.min() > -10
    _, up = head_degrees(motion("look_up"))
    assert up[-30:].min() > 25
    _, nods = head_degrees(motion("nod"))
    assert np.ptp(nods) > 15
    assert 8 <= (np.diff(np.sign(nods[6:] - np.median(nods))) != 0).sum() <= 40, "again and again"
    around, _ = head_degrees(motion("look_around"))
    assert around.max() > 40 and around.min() < -40


def test_bodies_go_down_as_told():
    def hips(name: str) -> np.ndarray:
        return motion(name).root_positions[:, 1]

    assert 0.4 < hips("squat").min() < 0.62
    kneeling = motion("kneel").positions()
    knees = kneeling[-60:, [joint("left_knee"), joint("right_knee")], 1]
    assert knees.min() > 0.02 and knees.max() < 0.1, "both on the ground"
    one = motion("kneel_one").positions()
    assert one[-60:, joint("right_knee"), 1].max() < 0.1
    assert one[-60:, joint("left_knee"), 1].min() > 0.3
    bowed = quat_apply(motion("bow").global_rotations()[:, joint("spine3")], np.array([0.0, 1.0, 0.0]))
    assert np.degrees(np.arccos(bowed[:, 1])).max() > 50
    floor = motion("pick_up").positions()[:, joint("right_wrist"), 1]
    assert floor.min() < 0.3 and floor[0] > 0.7


def test_hands_are_where_they_belong():
    drinks = motion("drink").positions()
    mouth = np.linalg.norm(drinks[:, joint("right_wrist")] - drinks[:, joint("head")], axis=-1)
    assert mouth.min() < 0.3 and mouth[0] > 0.4
    claps = motion("clap").positions()
    apart = np.linalg.norm(claps[:, joint("left_wrist")] - claps[:, joint("right_wrist")], axis=-1)
    assert apart.min() < 0.12 and apart.max() > 0.25
    waves = motion("wave_both").positions()
    assert (waves[30:, joint("left_wrist"), 1] > waves[30:, joint("head"), 1]).all()
    points = motion("point_left").positions()
    arm = points[45, joint("left_wrist")] - points[45, joint("left_shoulder")]
    assert arm[0] > 0.3, "to its own left"


def test_clips_are_named_captioned_varied_and_the_same_each_time():
    first, again = body_task_clips(FPS), body_task_clips(FPS)
    assert len({clip.id for clip in first}) == len(TASKS) * VARIANTS
    assert all(clip.split == "train" and clip.shippable and clip.annotated for clip in first)
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one.frames.rotations, other.frames.rotations)
    assert np.abs(motion("bow", 0).rotations - motion("bow", 1).rotations).max() > 0.01
    texts = [caption.text for clip in first for caption in clip.captions]
    assert all(text == text.lower().strip() for text in texts)
    assert len({(clip.group, caption.text) for clip in first for caption in clip.captions}) * VARIANTS == len(texts)
    mirrored = {c.mirrored_text for clip in first for c in clip.captions if c.text == "a person looks to the left"}
    assert mirrored == {"a person looks to the right"}


def test_repeated_keys_end_as_they_begin():
    for task in TASKS:
        if task.again is not None:
            (start,) = (pose for second, pose in task.keys if second == task.again)
            assert task.keys[-1][1] == start, task.name


def test_a_hand_goes_around_its_shoulder_and_not_through_it():
    hanging, overhead = Hand(), Hand("chest", (0.25, 0.44, 0.05))
    (_, first), (second, via), (_, last) = around_the_shoulder([(0.0, hanging), (1.0, overhead)])
    assert (first, last) == (hanging, overhead)
    assert 0 < second < 1 and via.at[2] > 0.2, "past its front"
    near = [(0.0, hanging), (1.0, Hand("chest", (0.1, -0.2, 0.3)))]
    assert around_the_shoulder(near) == near


def test_a_pose_names_what_it_has():
    with pytest.raises(TypeError, match="elbows"):
        pose_with(Pose(), {"elbows": [0, 0]})
    with pytest.raises(ValueError, match="pocket"):
        pose_with(Pose(), {"left_hand": {"place": "pocket"}})
    assert pose_with(Pose(), {"head": [1, 2, 3]}).head == (1, 2, 3)
