"""Bodies that sink into the ground are lifted onto it: as a whole by what carries them, limbs by themselves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motionmix_core.generation.sunken import FINGERTIPS_AT, RESTS_AT, UNNOTICED, lifted, sunk
from motionmix_core.motion.contacts import FOOT_INDICES
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import quat_apply
from motionmix_core.motion.skeleton import JOINT_NAMES
from tests.motions import SKELETON, about, rest, walk

FPS, FRAMES = 30.0, 90
KNEES, WRISTS = ([JOINT_NAMES.index(f"{side}_{part}") for side in ("left", "right")] for part in ("knee", "wrist"))


def bent(motion: Motion, turns: dict[str, tuple[str, float]], how_far: np.ndarray | float = 1.0) -> Motion:
    """The motion with joints turned: name -> axis and radians, times `how_far` (T,)."""
    rotations = motion.rotations.copy()
    for name, (axis, angle) in turns.items():
        rotations[:, JOINT_NAMES.index(name)] = about(axis, angle * np.ones(motion.num_frames) * how_far)
    return replace(motion, rotations=rotations)


def at_height(motion: Motion, metres: float | np.ndarray) -> Motion:
    """The motion with its hips at this height (or heights)."""
    root = motion.root_positions.copy()
    root[:, 1] = metres
    return replace(motion, root_positions=root)


def kneeling(knees: float) -> Motion:
    """Thighs and trunk upright, shins level behind; knees so high over the ground, below it if negative."""
    turns = {f"{side}_knee": ("x", np.pi / 2) for side in ("left", "right")}
    upright = bent(rest(FRAMES), turns)
    return at_height(upright, upright.root_positions[0, 1] - upright.positions()[0, KNEES[0], 1] + knees)


def lying(legs_down: float) -> Motion:
    """On the back, the trunk on the ground, arms level; legs pointing down into it by so many radians."""
    flat = bent(rest(FRAMES), {"pelvis": ("x", -np.pi / 2)})
    hips = {f"{side}_hip": ("x", legs_down) for side in ("left", "right")}
    return at_height(bent(flat, hips), RESTS_AT["pelvis"] + 0.05)


def test_what_stands_walks_or_kneels_on_the_ground_stays_as_it_is() -> None:
    for motion in (walk(3.0), rest(30), kneeling(RESTS_AT["knee"] + 0.005), lying(-0.05)):
        assert lifted(motion) is motion


@pytest.mark.parametrize("depth", [0.05, 0.25])
def test_a_knee_that_is_knelt_on_carries_the_body(depth: float) -> None:
    motion = kneeling(-depth)
    made = lifted(motion)
    np.testing.assert_allclose(made.positions()[:, KNEES, 1], RESTS_AT["knee"], atol=5e-3)
    rise = made.root_positions[:, 1] - motion.root_positions[:, 1]
    np.testing.assert_allclose(rise, depth + RESTS_AT["knee"], atol=5e-3)
    np.testing.assert_allclose(made.rotations[:, 3], motion.rotations[:, 3], atol=1e-9)
    np.testing.assert_array_equal(made.root_positions[:, [0, 2]], motion.root_positions[:, [0, 2]])


def test_legs_of_whoever_lies_are_turned_up_and_the_trunk_stays() -> None:
    motion = lying(0.6)
    assert motion.positions()[:, KNEES, 1].max() < -0.03
    made = lifted(motion)
    assert sunk(made).max() <= UNNOTICED
    assert np.abs(made.root_positions - motion.root_positions).max() < 0.05
    lengths = [np.linalg.norm(np.diff(m.positions()[:, [1, 4, 7]], axis=1), axis=-1) for m in (motion, made)]
    np.testing.assert_allclose(lengths[0], lengths[1], atol=1e-9)


def test_hands_on_straight_arms_carry_the_body() -> None:
    """As in a cartwheel: head down, arms straight, so the body rises and the elbows hardly bend."""
    arms = {"left_shoulder": ("z", np.pi / 2), "right_shoulder": ("z", -np.pi / 2)}
    upside_down = bent(rest(FRAMES), {**arms, "pelvis": ("x", np.pi)})
    motion = at_height(upside_down, upside_down.root_positions[0, 1] - upside_down.positions()[0, WRISTS[0], 1] - 0.2)
    made = lifted(motion)
    np.testing.assert_allclose(made.positions()[:, WRISTS, 1], RESTS_AT["wrist"], atol=UNNOTICED)
    np.testing.assert_allclose(
        made.root_positions[:, 1] - motion.root_positions[:, 1], 0.2 + RESTS_AT["wrist"], atol=0.02
    )


@pytest.mark.parametrize("aside", [0.0, 0.4, np.pi / 2])
def test_fingers_do_not_go_into_the_ground(aside: float) -> None:
    """Upside down on straight arms, wrists on the ground, hands hanging into it: they bend backwards, no more."""
    arms = {f"{side}_shoulder": ("z", turn) for side, turn in (("left", np.pi / 2), ("right", -np.pi / 2))}
    flat = {f"{side}_wrist": ("z", turn) for side, turn in (("left", -aside), ("right", aside))}
    upside_down = bent(rest(FRAMES), {**arms, **flat, "pelvis": ("x", np.pi)})
    wrist = upside_down.positions()[0, WRISTS[0], 1]
    motion = at_height(upside_down, upside_down.root_positions[0, 1] - wrist + RESTS_AT["wrist"])
    made = lifted(motion)
    for name in ("left_wrist", "right_wrist"):
        joint, end = JOINT_NAMES.index(name), SKELETON.end_offsets[name]
        tips = [
            (m.positions()[:, joint] + quat_apply(m.global_rotations()[:, joint], end))[:, 1] for m in (motion, made)
        ]
        if aside < np.pi / 2:
            assert tips[0].max() < -0.1
        np.testing.assert_allclose(tips[1], np.maximum(tips[0], FINGERTIPS_AT), atol=1e-9)
    others = [joint for joint in range(len(JOINT_NAMES)) if joint not in WRISTS]
    np.testing.assert_allclose(made.rotations[:, others], motion.rotations[:, others], atol=1e-9)
    np.testing.assert_allclose(made.positions(), motion.positions(), atol=1e-9)


def test_it_is_eased_in_and_out_and_the_rest_stays_to_the_last_bit() -> None:
    t = np.clip((15 - np.abs(np.arange(FRAMES) - 45)) / 15, 0, 1)
    motion = at_height(kneeling(0.0), kneeling(0.1).root_positions[0, 1] - 0.2 * t * t * (3 - 2 * t))
    made = lifted(motion)
    assert sunk(motion).max() > 0.1 >= 0.01 >= sunk(made).max()
    np.testing.assert_array_equal(made.root_positions[:20], motion.root_positions[:20])
    np.testing.assert_array_equal(made.rotations[:20], motion.rotations[:20])
    acceleration = [np.abs(np.diff(m.root_positions[:, 1], 2)).max() * FPS**2 for m in (motion, made)]
    assert acceleration[1] < acceleration[0] + 6.0  # metres a second squared: no pop


def test_fixed_frames_keep_their_pose_to_the_last_bit() -> None:
    motion, free = kneeling(-0.1), np.ones(FRAMES)
    free[:30] = 0
    made = lifted(motion, free)
    np.testing.assert_array_equal(made.root_positions[:30], motion.root_positions[:30])
    np.testing.assert_array_equal(made.rotations[:30], motion.rotations[:30])
    assert sunk(made)[31:].max() <= UNNOTICED
    assert lifted(motion, np.zeros(FRAMES)) is motion


def test_a_loops_ends_are_lifted_alike() -> None:
    depth = np.where(np.arange(FRAMES) < 20, 0.15, 0.0)
    motion = at_height(kneeling(0.05), kneeling(0.05).root_positions[0, 1] - depth)
    rise = (lifted(motion, loop=True).root_positions - motion.root_positions)[:, 1]
    assert rise[-1] > 0.05  # on the way to what comes behind it, the first frame
    assert abs(rise[0] - rise[-1]) < 2 * np.abs(np.diff(rise)).max()


def test_feet_that_stand_are_left_to_the_foot_lock() -> None:
    low = replace(walk(2.0), root_positions=walk(2.0).root_positions - (0, 0.08, 0))
    assert low.positions()[:, FOOT_INDICES, 1].min() < -0.03
    assert lifted(low) is low
