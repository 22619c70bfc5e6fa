"""Half a turn in one frame becomes a turn that a joint can make; all else stays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motionmix_core.editing.fast_turns import FASTEST, REACH_SECONDS, slowed
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import axis_angle_to_quat, quat_inv, quat_mul, quat_to_axis_angle
from motionmix_core.motion.skeleton import JOINT_NAMES
from tests.editing.clips import lively_stand

FLIP = 45
ARM = JOINT_NAMES.index("left_shoulder")


def flipped() -> tuple[Motion, np.ndarray]:
    """A body whose arm lies 150 degrees farther from one frame to the next, and where it may change."""
    motion = lively_stand(3.0)
    rotations = motion.rotations.copy()
    rotations[FLIP:, ARM] = quat_mul(rotations[FLIP:, ARM], axis_angle_to_quat(np.radians([150.0, 0.0, 0.0])))
    free = np.zeros((motion.num_frames, len(JOINT_NAMES)), bool)
    free[30:61, [ARM, JOINT_NAMES.index("left_elbow"), JOINT_NAMES.index("left_wrist")]] = True
    return replace(motion, rotations=rotations), free


def turning(motion: Motion) -> np.ndarray:
    worlds = motion.global_rotations()
    steps = quat_to_axis_angle(quat_mul(quat_inv(worlds[:-1]), worlds[1:]))
    return np.asarray(np.linalg.norm(steps, axis=-1) * motion.fps)


def test_a_flip_becomes_a_turn() -> None:
    motion, free = flipped()
    assert turning(motion).max() > np.radians(3000)
    calm = slowed(motion, free)
    assert turning(calm).max() < FASTEST
    np.testing.assert_allclose(calm.rotations[~free], motion.rotations[~free], atol=1e-12)
    far = np.abs(np.arange(motion.num_frames) - FLIP) > REACH_SECONDS * motion.fps + 1
    np.testing.assert_allclose(calm.rotations[far], motion.rotations[far], atol=1e-12)
    np.testing.assert_array_equal(calm.root_positions, motion.root_positions)
    # what hangs on the arm keeps its place in the world as well as it did
    wrist = JOINT_NAMES.index("left_wrist")
    worlds = [m.global_rotations()[:, wrist] for m in (motion, calm)]
    away = quat_to_axis_angle(quat_mul(quat_inv(worlds[0]), worlds[1]))
    assert np.linalg.norm(away, axis=-1)[far].max() < 1e-9


def test_motion_that_joints_can_make_is_left_alone() -> None:
    motion, free = lively_stand(3.0), np.ones((90, len(JOINT_NAMES)), bool)
    assert slowed(motion, free) is motion


def test_what_may_not_change_flips_on() -> None:
    motion, free = flipped()
    assert slowed(motion, np.zeros_like(free)) is motion
