"""Bodies that hang in the air are let down; those that fly, climb or hold on keep their height."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motionmix_core.generation.floating import GRAVITY, IN_THE_AIR, clearance_of, let_down
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import axis_angle_to_quat
from motionmix_core.motion.skeleton import JOINT_NAMES
from motionmix_core.representation.default import FEATURES, ROOT_XZ
from tests.motions import rest, walk

FPS = 30.0


def raised(motion: Motion, metres: np.ndarray, sway: float = 0.0, pace: float = 0.0) -> Motion:
    """The motion higher by so much in each frame, swaying to the side with its feet, going ahead at a pace."""
    time = np.arange(motion.num_frames) / FPS
    shift = np.stack((sway * np.sin(2 * np.pi * time), metres, pace * time), axis=1)
    return replace(motion, root_positions=motion.root_positions + shift)


def jump(frames: int, start: int, top: float) -> np.ndarray:
    """Heights of a jump that falls as things fall."""
    time = (np.arange(frames) - start) / FPS - np.sqrt(2 * top / GRAVITY)
    return np.clip(top - GRAVITY / 2 * time**2, 0, None)


def plateau(frames: int, start: int, stop: int, metres: float, rise: int = 8) -> np.ndarray:
    """Heights that rise within a few frames, stay, and come down again."""
    at = np.arange(frames)
    t = np.clip(np.minimum(at - start, stop - at) / rise, 0, 1)
    return metres * t * t * (3 - 2 * t)


@pytest.mark.parametrize("top", [0.08, 0.3, 0.6])
def test_a_jump_keeps_its_height(top: float) -> None:
    motion = raised(rest(90), jump(90, 20, top))
    assert clearance_of(motion).max() > 0.9 * top - 0.01
    assert let_down(motion) is motion


@pytest.mark.parametrize("metres", [0.05, 0.25])
def test_who_floats_sinks_to_the_ground_in_the_same_poses(metres: float) -> None:
    motion = raised(rest(120), plateau(120, 20, 100, metres, 20), sway=0.2)
    assert (clearance_of(motion) > IN_THE_AIR).sum() > 40
    made = let_down(motion)
    assert clearance_of(made).max() <= IN_THE_AIR + 1e-6
    np.testing.assert_array_equal(made.rotations, motion.rotations)
    np.testing.assert_array_equal(made.root_positions[:, [0, 2]], motion.root_positions[:, [0, 2]])
    np.testing.assert_array_equal(made.root_positions[:10], motion.root_positions[:10])
    before, after = (np.abs(np.diff(m.root_positions[:, 1], 2)).max() for m in (motion, made))
    assert after < before + 0.25 * metres  # eased, without a pop


def test_a_jump_that_stays_up_comes_down() -> None:
    heights = jump(120, 20, 0.4)
    heights[heights.argmax() :] = heights.max()
    made = let_down(raised(rest(120), heights, sway=0.2))
    clearance = clearance_of(made)
    assert clearance.max() > 0.25
    assert clearance[60:].max() <= IN_THE_AIR + 1e-6


def test_what_is_climbed_or_held_keeps_its_height() -> None:
    upstairs = raised(walk(4.0), np.repeat([0.0, 0.2, 0.4, 0.6], 30)[: walk(4.0).num_frames])
    standing = raised(rest(90), plateau(90, 20, 80, 0.4))
    assert let_down(standing) is standing
    np.testing.assert_allclose(let_down(upstairs).root_positions, upstairs.root_positions, atol=1e-9)
    hanging = raised(rest(120), plateau(120, -20, 140, 0.4))
    rotations = hanging.rotations.copy()
    swing = np.sin(np.arange(120) / FPS * 2 * np.pi)  # of the legs: the hands at the bar keep still
    for side, turn in (("left", 1.5), ("right", -1.5)):
        rotations[:, JOINT_NAMES.index(f"{side}_shoulder")] = axis_angle_to_quat(np.array([0.0, 0.0, turn]))
        rotations[:, JOINT_NAMES.index(f"{side}_hip")] = axis_angle_to_quat(swing[:, None] * np.array([0.6, 0.0, 0.0]))
    hanging = replace(hanging, rotations=rotations)
    assert let_down(hanging) is hanging
    reaching = np.clip(np.sin(np.arange(120) / FPS * np.pi), 0, None)  # still for half of the time, and then on the way
    climbing = replace(hanging, root_positions=hanging.root_positions + 0.3 * reaching[:, None] * np.array([1, 0, 0]))
    assert let_down(climbing) is climbing
    drifting = raised(hanging, np.zeros(120), sway=0.3)  # nothing is still: nothing holds it
    assert clearance_of(let_down(drifting)).max() <= IN_THE_AIR + 1e-6
    letting_go = raised(hanging, np.full(120, -0.32), sway=0.3)
    assert let_down(letting_go) is not letting_go


def test_between_two_steps_a_runner_flies_and_a_walker_does_not() -> None:
    spread = sum(plateau(90, start, start + 14, 0.5) for start in (10, 35, 60))  # radians: both feet off, hips level
    rotations = rest(90).rotations.copy()
    for side, sign in (("left", 1.0), ("right", -1.0)):
        turns = np.asarray(spread)[:, None] * np.array([0.0, 0.0, sign])
        rotations[:, JOINT_NAMES.index(f"{side}_hip")] = axis_angle_to_quat(turns)
    both_off = replace(rest(90), rotations=rotations)
    runner, walker = (raised(both_off, np.zeros(90), pace=pace) for pace in (3.5, 1.5))
    assert clearance_of(runner).max() > 0.05
    assert let_down(runner) is runner
    assert clearance_of(let_down(walker)).max() <= IN_THE_AIR + 1e-6


def test_given_poses_say_how_high_a_body_is_and_a_given_path_does_not() -> None:
    motion = raised(rest(90), plateau(90, 20, 80, 0.25), sway=0.2)
    mask = np.zeros((90, FEATURES), np.float32)
    mask[:, ROOT_XZ] = 1
    assert let_down(motion, observed_mask=mask) is not motion
    mask[3] = 1
    assert let_down(motion, observed_mask=mask) is motion


def test_feet_that_are_said_to_stand_are_left_to_the_foot_lock() -> None:
    motion = raised(rest(120), plateau(120, 20, 100, 0.045, 20), sway=0.2)
    labels = np.ones((120, 4), bool)
    assert let_down(motion, ~labels) is not motion
    assert let_down(motion, labels) is motion
    high = raised(rest(120), plateau(120, 20, 100, 0.2, 20), sway=0.2)
    assert clearance_of(let_down(high, labels)).max() < 0.06


def test_the_ends_of_a_loop_stay_where_they_are() -> None:
    motion = raised(rest(90), np.full(90, 0.05), sway=0.2)
    made = let_down(motion, loop=True)
    np.testing.assert_allclose(made.root_positions[[0, -1]], motion.root_positions[[0, -1]], atol=1e-9)
    assert clearance_of(made)[30:60].max() <= IN_THE_AIR + 1e-6
