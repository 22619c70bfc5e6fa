"""Noise that joints make up for among themselves is left alone; noise of a joint's own isn't."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motionmix_core.editing import estimate_noise
from motionmix_core.editing.made_up import ROOT, made_up_for
from motionmix_core.editing.refinement import calmed
from motionmix_core.metrics.jitter import jitter
from motionmix_core.mixed_data.corruption import JointJitter
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import axis_angle_to_quat, quat_inv, quat_mul
from motionmix_core.motion.skeleton import JOINT_NAMES
from tests.editing.clips import lively_stand

PELVIS, HIPS = 0, [JOINT_NAMES.index("left_hip"), JOINT_NAMES.index("right_hip")]
SPINE = JOINT_NAMES.index("spine1")


def solved(rng: np.random.Generator, radians: float = 0.01) -> Motion:
    """As a solver does it: the pelvis trembles, and what hangs on it is turned back, so that the body hardly does."""
    motion = lively_stand(4.0)
    turns = axis_angle_to_quat(rng.normal(0, radians, (motion.num_frames, 3)))
    rotations = motion.rotations.copy()
    rotations[:, PELVIS] = quat_mul(rotations[:, PELVIS], turns)
    for joint in (*HIPS, SPINE):
        rotations[:, joint] = quat_mul(quat_inv(turns), rotations[:, joint])
    return replace(motion, rotations=rotations)


def asked(*which: int) -> np.ndarray:
    out = np.zeros(ROOT + 1, bool)
    out[list(which)] = True
    return out


def test_a_trembling_that_is_turned_back_is_made_up_for(rng: np.random.Generator) -> None:
    found = made_up_for(solved(rng), asked(PELVIS, *HIPS, SPINE))
    assert np.flatnonzero(found).tolist() == sorted((PELVIS, *HIPS, SPINE))


def test_calming_such_a_capture_does_not_shake_it(rng: np.random.Generator) -> None:
    capture = solved(rng)
    noise = estimate_noise(capture)
    assert noise.joints[PELVIS] == pytest.approx(0.01, rel=0.3)  # it is measured all the same
    assert noise.excess[[PELVIS, *HIPS, SPINE]].max() == 0
    # calming each joint on its own, as if it were noise of its own, would
    blind = calmed(capture, replace(noise, made_up=None))
    before = jitter(capture.positions(), capture.fps)
    assert jitter(blind.positions(), capture.fps) > 1.5 * before
    assert jitter(calmed(capture, noise).positions(), capture.fps) <= 1.001 * before


@pytest.mark.parametrize("degrees", [1.0, 3.0, 6.0])
def test_noise_of_all_joints_is_none_that_is_made_up_for(rng: np.random.Generator, degrees: float) -> None:
    shaking = JointJitter(1.0, np.radians(degrees), np.radians(degrees)).apply(lively_stand(4.0), rng)
    every = np.ones(ROOT + 1, bool)
    every[ROOT] = False
    assert not made_up_for(shaking, every).any()


def test_a_root_that_shakes_with_all_it_carries_shakes_by_itself(rng: np.random.Generator) -> None:
    motion = lively_stand(4.0)
    shift = rng.normal(0, 0.01, motion.root_positions.shape)
    shaking = replace(motion, root_positions=motion.root_positions + shift)
    assert not made_up_for(shaking, asked(ROOT)).any()
