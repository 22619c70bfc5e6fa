"""Feet of generated motion: standing ones are found where the network says too little, slides become steps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motionmix_core.generation.feet import grounded, lock_free_feet, standing_feet
from motionmix_core.metrics.jitter import jitter
from motionmix_core.metrics.skating import gmd_skating_ratio
from motionmix_core.motion.contacts import FOOT_INDICES, foot_contacts
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.skeleton import JOINT_NAMES, rest_height
from motionmix_core.representation.default import FEATURES, ROOT_XZ
from tests.motions import SKELETON, about, rest, walk

TOES = [JOINT_NAMES.index("left_foot"), JOINT_NAMES.index("right_foot")]


def sliding_walk(too_far: float = 1.25) -> Motion:
    """A walk that travels too far for its feet, as undertrained networks make."""
    steady = walk(3.0)
    return replace(steady, root_positions=steady.root_positions * (1, 1, too_far))


def test_what_slides_slowly_was_meant_to_stand():
    truth = foot_contacts(walk(3.0).positions(), 30.0)
    found = standing_feet(sliding_walk(), np.zeros_like(truth))
    assert found[truth].mean() > 0.9
    high = sliding_walk().positions()[:, FOOT_INDICES, 1] > 0.1
    assert not found[high].any()


def test_the_networks_word_is_kept():
    motion = walk(2.0)
    labels = np.random.default_rng(0).random((motion.num_frames, 4)) < 0.3
    assert standing_feet(motion, labels)[labels].all()


def test_slides_become_steps():
    motion = sliding_walk(too_far=1.6)
    planted = standing_feet(motion, foot_contacts(walk(3.0).positions(), 30.0))
    before = gmd_skating_ratio(motion.positions(), 30.0)
    locked = lock_free_feet(motion, planted, None)
    after = gmd_skating_ratio(locked.positions(), 30.0)
    assert before > 0.1
    assert after < 0.25 * before
    assert jitter(locked.positions(), 30.0) < 1.3 * jitter(motion.positions(), 30.0) + 5
    np.testing.assert_allclose(locked.root_positions[:, (0, 2)], motion.root_positions[:, (0, 2)], atol=1e-9)


def test_on_a_given_path_the_feet_are_held_too():
    motion = sliding_walk(too_far=1.6)
    planted = standing_feet(motion, foot_contacts(walk(3.0).positions(), 30.0))
    path = np.zeros((motion.num_frames, FEATURES), np.float32)
    path[:, ROOT_XZ] = 1
    locked = lock_free_feet(motion, planted, path)
    np.testing.assert_allclose(locked.root_positions[:, (0, 2)], motion.root_positions[:, (0, 2)], atol=1e-12)
    assert gmd_skating_ratio(locked.positions(), 30.0) < 0.5 * gmd_skating_ratio(motion.positions(), 30.0)


def test_given_poses_stay_and_feet_stand_where_they_stand_there():
    motion = sliding_walk()
    planted = standing_feet(motion, foot_contacts(walk(3.0).positions(), 30.0))
    given = np.zeros((motion.num_frames, FEATURES), np.float32)
    given[40:45] = 1
    locked = lock_free_feet(motion, planted, given)
    np.testing.assert_array_equal(locked.rotations[40:45], motion.rotations[40:45])
    feet, were = locked.positions()[:, FOOT_INDICES], motion.positions()[:, FOOT_INDICES]
    through = planted[44] & planted[45]
    assert through.any()
    np.testing.assert_allclose(feet[45][through], were[44][through], atol=0.01)


def test_a_body_that_stands_is_not_lifted():
    rotations = np.zeros((60, len(JOINT_NAMES), 4))
    rotations[..., 0] = 1
    root = np.tile((0.0, rest_height(SKELETON), 0.0), (60, 1))
    still = Motion(SKELETON, root, rotations, 30.0)
    locked = lock_free_feet(still, standing_feet(still, np.zeros((60, 4), bool)), None)
    np.testing.assert_allclose(locked.positions(), still.positions(), atol=1e-6)


def test_feet_that_hang_over_the_ground_are_left_where_they_are():
    motion = walk(2.0)
    climbing = replace(motion, root_positions=motion.root_positions + np.array((0, 1.0, 0)))
    planted = standing_feet(climbing, np.zeros((motion.num_frames, 4), bool))
    assert not planted.any()
    np.testing.assert_array_equal(lock_free_feet(climbing, planted, None).positions(), climbing.positions())
    assert climbing.positions()[:, TOES, 1].min() > 0.5


def lifted(motion: Motion, metres: float) -> Motion:
    return replace(motion, root_positions=motion.root_positions + np.array([0.0, metres, 0.0]))


def test_a_take_that_floats_is_set_down():
    truth = walk(3.0)
    made = grounded(lifted(truth, 0.3))
    np.testing.assert_allclose(made.positions()[:, TOES, 1].min(), truth.positions()[:, TOES, 1].min(), atol=0.005)
    np.testing.assert_allclose(np.diff(made.root_positions, axis=0), np.diff(truth.root_positions, axis=0), atol=1e-12)
    np.testing.assert_array_equal(made.rotations, truth.rotations)


def test_a_jump_and_a_hang_that_touch_somewhere_keep_their_height():
    steady = walk(3.0)
    time = np.linspace(0, 1, steady.num_frames)
    jump = replace(steady, root_positions=steady.root_positions + np.outer(np.sin(np.pi * time), (0.0, 0.6, 0.0)))
    hang = replace(steady, root_positions=steady.root_positions + np.outer(time < 0.95, (0.0, 0.8, 0.0)))
    for motion in (steady, jump, hang):
        assert grounded(motion) is motion


def test_given_poses_say_how_high_a_take_is_and_given_paths_do_not():
    floating = lifted(walk(3.0), 0.3)
    mask = np.zeros((floating.num_frames, 207), np.float32)
    mask[:, ROOT_XZ] = 1
    assert grounded(floating, mask) is not floating
    mask[5] = 1
    assert grounded(floating, mask) is floating


def test_feet_of_whoever_lies_or_is_upside_down_do_not_stand():
    lying = replace(rest(40), rotations=rest(40).rotations.copy())
    lying.rotations[:, 0] = about("x", -np.pi / 2)
    on_the_back = replace(lying, root_positions=rest(40).root_positions * (1, 0, 1) + (0, 0.12, 0))
    labels = np.ones((40, 4), bool)
    assert not standing_feet(on_the_back, labels).any()
    assert lock_free_feet(on_the_back, standing_feet(on_the_back, labels), None) is on_the_back
    lying.rotations[:, 0] = about("x", np.pi)
    assert not standing_feet(lying, labels).any()
    squatting = rest(40)
    for side in ("left", "right"):
        for part, turn in (("hip", -2.2), ("knee", 2.6), ("ankle", -0.4)):
            squatting.rotations[:, JOINT_NAMES.index(f"{side}_{part}")] = about("x", turn)
    assert standing_feet(squatting, labels).all()
