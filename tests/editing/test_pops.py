"""Pops: what jumps away and back within a few frames is found joint by joint; blows are none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from motionmix_core.editing.interpolation import interpolated
from motionmix_core.editing.keys import Held
from motionmix_core.editing.pops import popping
from motionmix_core.metrics.jitter import acceleration_error
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import axis_angle_to_quat, quat_mul
from motionmix_core.motion.skeleton import JOINT_NAMES
from tests.editing.clips import clap, lively_stand, lively_walk, punch

ELBOW = JOINT_NAMES.index("left_elbow")


@pytest.mark.parametrize("length", [1, 2, 3])
@pytest.mark.parametrize("radians", [0.8, 1.5])
def test_a_joint_that_jumps_away_and_back_pops_in_just_those_frames(length: int, radians: float) -> None:
    motion = lively_stand(4.0)
    rotations = motion.rotations.copy()
    turn = axis_angle_to_quat(np.array([0.0, radians, 0.0]))
    rotations[50 : 50 + length, ELBOW] = quat_mul(rotations[50 : 50 + length, ELBOW], turn)
    found = popping(replace(motion, rotations=rotations))
    assert np.argwhere(found.rotations).tolist() == [[frame, ELBOW] for frame in range(50, 50 + length)]
    assert not found.root.any()


def test_a_root_that_jumps_away_and_back_pops() -> None:
    motion = lively_walk(4.0)
    root = motion.root_positions.copy()
    root[40:42, 1] += 0.3
    found = popping(replace(motion, root_positions=root))
    assert np.flatnonzero(found.root).tolist() == [40, 41]
    assert not found.rotations.any()


@pytest.mark.parametrize("fps", [24.0, 30.0, 60.0])
@pytest.mark.parametrize("make", [punch, clap])
def test_a_blow_is_no_pop(make: Callable[[float], Motion], fps: float) -> None:
    assert not popping(make(fps)).frames.any()


def test_a_joint_that_goes_to_another_pose_and_stays_does_not_pop() -> None:
    motion = lively_stand(4.0)
    rotations = motion.rotations.copy()
    rotations[60:, ELBOW] = quat_mul(rotations[60:, ELBOW], axis_angle_to_quat(np.array([0.0, 1.0, 0.0])))
    assert not popping(replace(motion, rotations=rotations)).frames.any()


def test_a_motion_too_short_to_tell_has_no_pops() -> None:
    assert not popping(lively_stand(4.0).crop(0, 4)).frames.any()


def test_where_joints_make_up_for_each_other_the_whole_body_is_filled() -> None:
    motion = lively_walk(4.0)
    rotations = motion.rotations.copy()
    turn = axis_angle_to_quat(np.array([0.0, 0.0, 0.3]))
    spine = JOINT_NAMES.index("spine1")
    # the pelvis tips over for a frame, the spine and the legs nearly stay: they make up for it, each for itself
    rotations[50, 0] = quat_mul(rotations[50, 0], turn)
    for joint in (spine, JOINT_NAMES.index("left_hip"), JOINT_NAMES.index("right_hip")):
        back = axis_angle_to_quat(np.array([0.0, 0.0, -0.3 if joint == spine else -0.12]))
        rotations[50, joint] = quat_mul(back, rotations[50, joint])
    popping_motion = replace(motion, rotations=rotations)
    found = popping(popping_motion)
    assert np.flatnonzero(found.frames).tolist() == [50]
    filled = interpolated(popping_motion, Held(~found.rotations, ~found.root))
    before, after = (acceleration_error(m.positions(), motion.positions(), 30.0) for m in (popping_motion, filled))
    assert after < 0.3 * before
