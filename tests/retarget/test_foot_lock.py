"""Foot lock on the canonical skeleton: planted feet stand, nothing pops, and what needs no lock is left alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motionmix_core.motion.contacts import foot_contacts
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import quat_angle
from motionmix_core.motion.skeleton import FOOT_JOINTS
from motionmix_core.retarget.foot_lock import lock_feet
from motionmix_core.retarget.planting import runs
from tests.motions import SKELETON, jump, random_motion, smooth_noise, walk

FEET = [SKELETON.index(name) for name in FOOT_JOINTS]
FLAT = np.array([0.056, 0.025, 0.056, 0.025])  # heights of ankle and toe joint over the ground when the sole is flat


def slides(motion: Motion, contacts: np.ndarray) -> list[float]:
    """Farthest that each planted joint gets from where its contact began, metres."""
    feet = motion.positions()[:, FEET]
    return [
        float(np.linalg.norm(feet[a:b, joint] - feet[a, joint], axis=-1).max())
        for joint in range(4)
        for a, b in runs(contacts[:, joint])
    ]


def sliding_walks() -> list[tuple[str, Motion, np.ndarray]]:
    """Walks whose feet slide by 5 to 16 cm a step, hover or sink, with the contacts of the walk that they came from."""
    steady = walk()
    contacts = foot_contacts(steady.positions(), steady.fps)
    wobble = smooth_noise(np.random.default_rng(3), steady.num_frames, steady.fps, (3,)) * (0.03, 0.02, 0.03)
    roots = {
        "10 % too far": steady.root_positions * (1, 1, 1.1),
        "30 % too far": steady.root_positions * (1, 1, 1.3),
        "20 % too short": steady.root_positions * (1, 1, 0.8),
        "wobbling": steady.root_positions + wobble,
        "hovering": steady.root_positions + np.array([0, 0.03, 0]),
        "sunken": steady.root_positions - np.array([0, 0.03, 0]),
    }
    return [(name, replace(steady, root_positions=root), contacts) for name, root in roots.items()]


@pytest.mark.parametrize(("name", "motion", "contacts"), sliding_walks(), ids=lambda v: v if isinstance(v, str) else "")
def test_planted_feet_stand_still_on_the_ground(name: str, motion: Motion, contacts: np.ndarray) -> None:
    locked = lock_feet(motion, contacts)
    assert max(slides(locked, contacts)) <= 0.01
    heights = (locked.positions()[:, FEET, 1] - FLAT)[contacts]
    assert heights.min() >= -0.005
    assert heights.max() <= 0.005  # every contact of these walks is flat on the ground


@pytest.mark.parametrize(("name", "motion", "contacts"), sliding_walks(), ids=lambda v: v if isinstance(v, str) else "")
def test_nothing_pops(name: str, motion: Motion, contacts: np.ndarray) -> None:
    locked = lock_feet(motion, contacts)
    before = np.linalg.norm(np.diff(motion.positions(), 2, axis=0), axis=-1).max() * motion.fps**2
    after = np.linalg.norm(np.diff(locked.positions(), 2, axis=0), axis=-1).max() * motion.fps**2
    assert after <= before + 10.0  # metres a second squared, with eases that may add 8
    turn_before = quat_angle(motion.rotations[1:], motion.rotations[:-1]).max()
    turn_after = quat_angle(locked.rotations[1:], locked.rotations[:-1]).max()
    assert np.degrees(turn_after) <= np.degrees(turn_before) + 5.0


@settings(max_examples=15)
@given(
    stride=st.floats(0.75, 1.35),
    sway=st.floats(0.0, 0.04),
    height=st.floats(-0.03, 0.03),
    turn=st.floats(-3.1, 3.1),
    seed=st.integers(0, 10**6),
)
def test_any_sliding_walk_is_cured(stride: float, sway: float, height: float, turn: float, seed: int) -> None:
    steady = walk(2.5)
    contacts = foot_contacts(steady.positions(), steady.fps)
    noise = smooth_noise(np.random.default_rng(seed), steady.num_frames, steady.fps, (3,)) * sway
    root = steady.root_positions * (1, 1, stride) + noise + np.array([0.0, height, 0.0])
    sliding = replace(steady, root_positions=root).transformed(turn, (2.0, 0.0, -1.0))
    locked = lock_feet(sliding, contacts)
    assert max(slides(locked, contacts)) <= 0.01
    assert (locked.positions()[:, FEET, 1] - FLAT)[contacts].min() >= -0.005
    before, after = (
        np.linalg.norm(np.diff(m.positions(), 2, axis=0), axis=-1).max() * m.fps**2 for m in (sliding, locked)
    )
    assert after <= before + 20.0  # two eases of 8 m/s2 at one frame, and the knee's share


def test_knees_keep_their_direction_and_the_upper_body_its_pose() -> None:
    _, motion, contacts = sliding_walks()[1]
    locked = lock_feet(motion, contacts)
    for side in ("left", "right"):
        hip, knee, ankle = (SKELETON.index(f"{side}_{part}") for part in ("hip", "knee", "ankle"))
        p = locked.positions()
        axis = p[:, ankle] - p[:, hip]
        forward = (
            p[:, knee]
            - p[:, hip]
            - axis * (np.sum((p[:, knee] - p[:, hip]) * axis, -1) / np.sum(axis * axis, -1))[:, None]
        )
        bent = np.linalg.norm(forward, axis=-1) > 0.02
        assert (forward[bent, 2] > 0).all()
    upper = [SKELETON.index(name) for name in ("spine1", "neck", "left_shoulder", "right_wrist")]
    np.testing.assert_allclose(locked.rotations[:, upper], motion.rotations[:, upper], atol=1e-12)


@pytest.mark.parametrize("at", [range(20, 24), range(30, 60), range(1)])
def test_stands_go_on_where_fixed_frames_have_them(at: range) -> None:
    name, motion, contacts = sliding_walks()[1]
    fixed = np.isin(np.arange(motion.num_frames), at)
    locked = lock_feet(motion, contacts, fixed=fixed)
    np.testing.assert_array_equal(locked.rotations[fixed], motion.rotations[fixed])
    np.testing.assert_array_equal(locked.root_positions[fixed], motion.root_positions[fixed])
    assert max(slides(locked, contacts & ~fixed[:, None])) <= 0.01
    feet, were = locked.positions()[:, FEET], motion.positions()[:, FEET]
    for frame, beside in ((at[0], at[0] - 1), (at[-1], at[-1] + 1)):
        if beside >= 0:
            through = contacts[frame] & contacts[beside]
            away = np.linalg.norm(feet[beside] - were[frame], axis=-1)[through]
            assert away.max(initial=0.0) <= 0.01, name
    steps = np.linalg.norm(np.diff(locked.positions(), 2, axis=0), axis=-1).max() * motion.fps**2
    assert steps <= np.linalg.norm(np.diff(motion.positions(), 2, axis=0), axis=-1).max() * motion.fps**2 + 20.0


def test_without_contacts_the_motion_is_returned_bit_for_bit(rng: np.random.Generator) -> None:
    motion = random_motion(rng)
    locked = lock_feet(motion, np.zeros((motion.num_frames, 4), dtype=bool))
    assert locked.rotations.tobytes() == motion.rotations.tobytes()
    assert locked.root_positions.tobytes() == motion.root_positions.tobytes()


def test_feet_that_stand_already_stay_where_they_are() -> None:
    motion = walk()
    locked = lock_feet(motion)
    assert np.abs(locked.positions() - motion.positions()).max() < 1e-3


def test_flight_is_left_alone_far_from_the_ground() -> None:
    motion = jump(height=0.8)
    top = int(np.argmax(motion.root_positions[:, 1]))
    locked = lock_feet(motion)
    np.testing.assert_allclose(locked.positions()[top], motion.positions()[top], atol=1e-6)


def test_lock_is_stable_when_applied_again() -> None:
    _, motion, contacts = sliding_walks()[1]
    once = lock_feet(motion, contacts)
    twice = lock_feet(once, contacts)
    assert np.abs(twice.positions() - once.positions()).max() < 0.01


def test_probabilities_count_as_contacts_above_one_half() -> None:
    _, motion, contacts = sliding_walks()[0]
    soft = np.where(contacts, 0.9, 0.2)
    np.testing.assert_array_equal(lock_feet(motion, soft).rotations, lock_feet(motion, contacts).rotations)


def test_contacts_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="foot contacts must be"):
        lock_feet(walk(), np.zeros((3, 4), dtype=bool))
