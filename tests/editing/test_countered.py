"""Turns that neighbours counter: a trembling pelvis keeps those that its hips and its spine go against."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motionmix_core.editing.countered import countered
from motionmix_core.editing.denoise import rotations_without_noise
from motionmix_core.editing.noise import estimate_noise
from motionmix_core.editing.refinement import calmed
from motionmix_core.metrics.jitter import acceleration_error
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import axis_angle_to_quat, quat_inv, quat_mul
from motionmix_core.motion.skeleton import JOINT_NAMES, PARENTS
from tests.editing.clips import lively_stand

PELVIS = JOINT_NAMES.index("pelvis")
NOISE = np.radians(3.0)


def solved(rng: np.random.Generator) -> tuple[Motion, np.ndarray]:
    """A motion whose pelvis turns to and fro by a degree while its three children turn back; those turns (T, 3)."""
    motion = lively_stand(4.0)
    turns = rng.normal(0, np.radians(1.0), (motion.num_frames, 3))
    rotations = motion.rotations.copy()
    rotations[:, PELVIS] = quat_mul(rotations[:, PELVIS], axis_angle_to_quat(turns))
    for child, parent in enumerate(PARENTS):
        if parent == PELVIS:
            rotations[:, child] = quat_mul(axis_angle_to_quat(-turns), rotations[:, child])
    return replace(motion, rotations=rotations), turns


def trembling(motion: Motion, rng: np.random.Generator) -> Motion:
    rotations = motion.rotations.copy()
    noise = axis_angle_to_quat(rng.normal(0, NOISE, (motion.num_frames, 3)))
    rotations[:, PELVIS] = quat_mul(rotations[:, PELVIS], noise)
    return replace(motion, rotations=rotations)


def sigma() -> np.ndarray:
    out = np.zeros(len(JOINT_NAMES))
    out[PELVIS] = NOISE
    return out


def test_what_the_neighbours_go_against_is_found_behind_noise_three_times_as_strong(rng: np.random.Generator) -> None:
    truth, turns = solved(rng)
    found = countered(trembling(truth, rng).rotations, sigma(), PARENTS, truth.fps)
    inside = slice(10, -10)
    likeness = np.corrcoef(found[inside, PELVIS].ravel(), turns[inside].ravel())[0, 1]
    assert likeness > 0.8
    assert not np.delete(found, PELVIS, axis=1).any()


def test_a_trembling_joint_is_calmed_without_the_others_shaking_for_it(rng: np.random.Generator) -> None:
    truth, _ = solved(rng)
    noisy = trembling(truth, rng)
    noise = replace(estimate_noise(noisy), joints=np.zeros(len(JOINT_NAMES)), made_up=None)
    noise.joints[PELVIS] = NOISE
    made = calmed(noisy, noise)
    alone = replace(noisy, rotations=rotations_without_noise(noisy.rotations, sigma(), noisy.fps))
    errors = [acceleration_error(motion.positions(), truth.positions(), truth.fps) for motion in (noisy, alone, made)]
    assert errors[2] < 0.7 * errors[1] < 0.7 * errors[0]


def test_neighbours_that_have_nothing_to_do_with_it_are_left_out(rng: np.random.Generator) -> None:
    truth = lively_stand(4.0)
    found = countered(trembling(truth, rng).rotations, sigma(), PARENTS, truth.fps)
    assert np.degrees(np.abs(found)).mean() < 0.1


def test_the_joints_that_do_not_tremble_stay_to_the_bit(rng: np.random.Generator) -> None:
    noisy = trembling(solved(rng)[0], rng)
    made = calmed(noisy, estimate_noise(noisy))
    quiet = np.flatnonzero(estimate_noise(noisy).excess == 0)
    assert len(quiet) > 10
    np.testing.assert_array_equal(made.rotations[:, quiet], noisy.rotations[:, quiet])


def test_turns_countered_by_a_parent_stay_in_the_child(rng: np.random.Generator) -> None:
    truth, turns = solved(rng)
    hip = JOINT_NAMES.index("left_hip")
    rotations = truth.rotations.copy()
    rotations[:, hip] = quat_mul(rotations[:, hip], axis_angle_to_quat(rng.normal(0, NOISE, turns.shape)))
    strength = np.zeros(len(JOINT_NAMES))
    strength[hip] = NOISE
    aside = countered(rotations, strength, PARENTS, truth.fps)
    kept = rotations_without_noise(quat_mul(rotations, quat_inv(axis_angle_to_quat(aside))), strength, truth.fps)
    made = replace(truth, rotations=quat_mul(kept, axis_angle_to_quat(aside)))
    alone = replace(truth, rotations=rotations_without_noise(rotations, strength, truth.fps))
    errors = [acceleration_error(motion.positions(), truth.positions(), truth.fps) for motion in (alone, made)]
    assert errors[1] < 0.7 * errors[0]
