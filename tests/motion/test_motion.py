"""The Motion: what an animator or a trainer does with it, checked on joint positions."""

from __future__ import annotations

import numpy as np
import pytest

from motionmix_core.motion.contacts import foot_contacts
from motionmix_core.motion.motion import Motion, concatenate
from motionmix_core.motion.rotations import quat_angle
from motionmix_core.motion.skeleton import (
    JOINT_NAMES,
    MIRROR_PERMUTATION,
    PARENTS,
    Skeleton,
    canonical_skeleton,
    leg_length,
    rest_height,
)
from tests.motions import jump, random_motion, rest, turn_in_place, walk

FEET = [JOINT_NAMES.index(name) for name in ("left_ankle", "left_foot", "right_ankle", "right_foot")]


def test_the_rest_pose_is_a_t_pose_that_stands_on_the_ground():
    skeleton = canonical_skeleton()
    positions = dict(zip(JOINT_NAMES, rest(1).positions()[0], strict=True))
    assert positions["left_wrist"][0] > 0.5
    assert positions["right_wrist"][0] < -0.5
    assert positions["left_wrist"][1] == pytest.approx(positions["left_shoulder"][1], abs=1e-9)  # arms level
    assert positions["left_foot"][2] > positions["left_ankle"][2]  # toes to +Z
    assert positions["left_foot"][1] == pytest.approx(0.025, abs=1e-9)
    assert 0.85 < rest_height(skeleton) < 1.0
    assert 0.75 < leg_length(skeleton) < 0.9
    for joint, name in enumerate(JOINT_NAMES):
        np.testing.assert_allclose(
            skeleton.offsets[joint] * (-1, 1, 1), skeleton.offsets[MIRROR_PERMUTATION[joint]], err_msg=name
        )


def test_a_skeleton_must_list_parents_first():
    with pytest.raises(ValueError, match="parents before their children"):
        Skeleton(("a", "b"), (1, -1), np.zeros((2, 3)))


def test_bone_lengths_never_change(rng):
    motion = random_motion(rng)
    positions = motion.positions()
    for joint, parent in enumerate(PARENTS):
        if parent >= 0:
            lengths = np.linalg.norm(positions[:, joint] - positions[:, parent], axis=-1)
            np.testing.assert_allclose(lengths, np.linalg.norm(motion.skeleton.offsets[joint]), atol=1e-12)


def test_mirroring_reflects_every_joint_and_twice_is_the_same(rng):
    motion = random_motion(rng)
    mirrored = motion.mirrored()
    np.testing.assert_allclose(
        mirrored.positions()[:, list(MIRROR_PERMUTATION)], motion.positions() * (-1, 1, 1), atol=1e-12
    )
    assert quat_angle(mirrored.mirrored().rotations, motion.rotations).max() < 1e-7


@pytest.mark.parametrize("fps", [24.0, 60.0, 120.0])
def test_resampling_keeps_times_and_poses(fps):
    motion = walk(3.0)
    other = motion.resample(fps)
    assert other.fps == fps
    assert (other.num_frames - 1) / fps == pytest.approx((motion.num_frames - 1) / 30, abs=1 / fps)
    back = other.resample(30.0)
    frames = min(back.num_frames, motion.num_frames)
    limit = 0.04 if fps < 30 else 1e-3  # 24 fps can't hold all of 30 fps
    assert np.abs(back.positions()[:frames] - motion.positions()[:frames]).max() < limit


def test_speed_changes_duration_and_velocity():
    motion = walk(4.0, speed=1.2)
    fast = motion.at_speed(1.25)
    assert fast.num_frames == pytest.approx(motion.num_frames / 1.25, abs=1)
    assert np.diff(fast.root_positions[:, 2]).mean() * 30 == pytest.approx(1.5, rel=1e-3)


def test_turning_and_canonicalising(rng):
    motion = random_motion(rng)
    moved = motion.transformed(2.3, (4, 0, -5))
    assert moved.headings()[0] - motion.headings()[0] == pytest.approx(2.3 - 0, abs=1e-9) or np.isclose(
        np.mod(moved.headings()[0] - motion.headings()[0] - 2.3, 2 * np.pi), 0, atol=1e-9
    )
    a, b = motion.canonicalised(), moved.canonicalised()
    np.testing.assert_allclose(a.positions(), b.positions(), atol=1e-9)
    np.testing.assert_allclose(a.root_positions[0, [0, 2]], 0, atol=1e-12)
    assert np.sin(a.headings()[0]) == pytest.approx(0, abs=1e-9)
    assert np.cos(a.headings()[0]) > 0.99


def test_a_full_turn_is_one_continuous_heading():
    headings = turn_in_place(3.0, angle=2 * np.pi).headings()
    assert headings[-1] - headings[0] == pytest.approx(2 * np.pi, abs=1e-6)
    assert np.abs(np.diff(headings)).max() < 0.2


def test_crop_and_concatenate_give_the_motion_back(rng):
    motion = random_motion(rng)
    joined = concatenate([motion.crop(0, 20), motion.crop(20, motion.num_frames)])
    np.testing.assert_allclose(joined.positions(), motion.positions(), atol=1e-12)
    with pytest.raises(ValueError, match="aren't inside"):
        motion.crop(5, motion.num_frames + 1)


@pytest.mark.parametrize("broken", ["nan", "shape", "fps", "empty"])
def test_bad_arrays_are_refused(broken):
    motion = rest(4)
    root, rotations, fps = motion.root_positions.copy(), motion.rotations, 30.0
    if broken == "nan":
        root[2, 1] = np.nan
    elif broken == "shape":
        rotations = rotations[:, :21]
    elif broken == "fps":
        fps = 0.0
    else:
        root, rotations = root[:0], rotations[:0]
    with pytest.raises(ValueError, match="NaN|needs root positions|frame rate"):
        Motion(motion.skeleton, root, rotations, fps)


def test_contacts_of_a_walk_alternate_and_a_jump_has_none_in_the_air():
    motion = walk(4.0)
    contacts = foot_contacts(motion.positions(), 30)
    assert 0.3 < contacts.mean() < 0.8
    left, right = contacts[:, :2].any(axis=1), contacts[:, 2:].any(axis=1)
    assert (left | right).mean() > 0.8
    assert (left ^ right).mean() > 0.5
    leap = jump(0.4)
    in_air = leap.positions()[:, FEET, 1].min(axis=1) > 0.15
    assert in_air.any()
    assert not foot_contacts(leap.positions(), 30)[in_air].any()
    assert foot_contacts(rest(10).positions(), 30).all()
