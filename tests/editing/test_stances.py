"""Feet that hold: a stand stays where the poses that hold have it, and steps where those are in two places."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motionmix_core.editing.finishing import LEGS, feet_held
from motionmix_core.editing.stances import WITHIN_REACH, carrying, set_down, with_steps
from motionmix_core.motion.contacts import FOOT_INDICES, foot_contacts
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import axis_angle_to_quat, quat_mul
from motionmix_core.motion.skeleton import JOINT_NAMES, SOLE_THICKNESS
from motionmix_core.retarget.planting import runs
from tests.editing.clips import lively_stand
from tests.motions import walk

GAP = slice(30, 60)


def shuffled(way: tuple[float, float, float]) -> tuple[Motion, np.ndarray]:
    """Standing for a second, drifting along `way` for another with the feet on the ground, standing there."""
    motion = lively_stand(3.0)
    t = np.clip((np.arange(motion.num_frames) - 29) / 31, 0, 1)[:, None]
    fixed = np.ones(motion.num_frames, bool)
    fixed[GAP] = False
    return replace(motion, root_positions=motion.root_positions + t * t * (3 - 2 * t) * np.array(way)), fixed


def test_who_stands_in_one_place_takes_no_step() -> None:
    motion, fixed = shuffled((0.0, 0.0, 0.01))
    assert with_steps(motion, np.ones((motion.num_frames, 4), bool), fixed).all()


@pytest.mark.parametrize(("way", "first"), [((0.3, 0.0, 0.0), 0), ((-0.3, 0.0, 0.0), 1)])
def test_feet_step_one_after_the_other_the_one_on_that_side_first(way: tuple[float, float, float], first: int) -> None:
    motion, fixed = shuffled(way)
    standing = with_steps(motion, np.ones((motion.num_frames, 4), bool), fixed).reshape(-1, 2, 2).any(axis=2)
    assert standing.any(axis=1).all()  # never both in the air
    steps = [runs(~standing[:, side]) for side in (0, 1)]
    assert [len(found) for found in steps] == [1, 1]
    assert steps[first][0][1] <= steps[1 - first][0][0]
    assert standing[fixed].all()


def test_feet_that_glide_take_steps_instead_of_pulling_the_hips_down() -> None:
    motion = lively_stand(4.0)
    t = np.clip((np.arange(motion.num_frames) - 30) / 60, 0, 1)[:, None]
    motion = replace(motion, root_positions=motion.root_positions + t * np.array([0.0, 0.0, 1.6]))
    fixed = np.arange(motion.num_frames) < 30
    contacts = np.ones((motion.num_frames, 4), bool)  # both feet stand, says the network, all the way
    standing = with_steps(motion, contacts, fixed).reshape(-1, 2, 2).any(axis=2)
    assert standing.any(axis=1).mean() > 0.9  # one after the other
    assert standing[fixed].all()
    assert all(len(runs(~standing[:, side])) >= 2 for side in (0, 1))
    held = feet_held(motion, contacts, fixed, swing_height=0.03)
    assert (motion.root_positions - held.root_positions)[:, 1].max() < 0.12
    toes = held.positions()[:, FOOT_INDICES].reshape(-1, 2, 2, 3)[:, :, 1]
    for side in (0, 1):
        for start, stop in runs(standing[:, side]):
            assert np.linalg.norm((toes[start:stop, side] - toes[start, side])[:, (0, 2)], axis=-1).max() < 0.03


def test_some_new_foot_carries_the_body_where_one_did() -> None:
    source = walk(2.0)
    before = foot_contacts(source.positions(), source.fps)
    hovering = before.copy()
    hovering[:, 2:] = False  # the new right leg never quite stands
    planted = carrying(source, hovering, before.any(axis=1), ["right"])
    np.testing.assert_array_equal(planted[:, :2], before[:, :2])
    alone = before[:, 2:].any(axis=1) & ~before[:, :2].any(axis=1)
    assert alone.any()
    np.testing.assert_array_equal(planted[:, 2:].any(axis=1), alone)
    # in the air there is nothing to stand on
    high = replace(source, root_positions=source.root_positions + np.array([0, 0.2, 0]))
    np.testing.assert_array_equal(carrying(high, hovering, before.any(axis=1), ["right"]), hovering)


def test_a_foot_that_bears_the_body_alone_is_set_down() -> None:
    source = walk(3.0)
    before = foot_contacts(source.positions(), source.fps)
    rotations = source.rotations.copy()
    for name, angle in (("right_hip", -0.5), ("right_knee", 0.9)):  # a new right leg, drawn up all the time
        joint = JOINT_NAMES.index(name)
        rotations[:, joint] = quat_mul(axis_angle_to_quat(np.array([angle, 0.0, 0.0])), rotations[:, joint])
    drawn_up = replace(source, rotations=rotations)
    left_only = before.copy()
    left_only[:, 2:] = False
    planted = carrying(drawn_up, left_only, before.any(axis=1), ["right"], WITHIN_REACH)
    bears = planted[:, 2:].any(axis=1)
    fixed = np.zeros(source.num_frames, bool)
    fixed[:5] = True
    assert bears[~fixed].sum() > 20
    lowered = set_down(drawn_up, planted, fixed, ["right"])
    toe = lowered.positions()[:, JOINT_NAMES.index("right_foot"), 1] - SOLE_THICKNESS
    assert drawn_up.positions()[bears & ~fixed, JOINT_NAMES.index("right_foot"), 1].min() > 0.05
    assert toe[bears & ~fixed].max() < 0.01
    others = [joint for joint, name in enumerate(JOINT_NAMES) if name not in ("right_hip", "right_knee", "right_ankle")]
    np.testing.assert_allclose(lowered.rotations[:, others], drawn_up.rotations[:, others], atol=1e-12)
    np.testing.assert_allclose(lowered.rotations[fixed], drawn_up.rotations[fixed], atol=1e-12)
    # nor is it put where a prompt has it in the air
    assert not carrying(drawn_up, left_only, before.any(axis=1), ["right"])[:, 2:].any()


@pytest.mark.parametrize("way", [(0.3, 0.0, 0.0), (0.0, 0.0, 0.25)])
def test_a_drift_becomes_steps(way: tuple[float, float, float]) -> None:
    motion, fixed = shuffled(way)
    contacts = np.ones((motion.num_frames, 4), bool)
    held = feet_held(motion, contacts, fixed, swing_height=0.03)
    np.testing.assert_array_equal(held.rotations[fixed], motion.rotations[fixed])
    np.testing.assert_array_equal(held.root_positions[fixed], motion.root_positions[fixed])
    toes = held.positions()[:, FOOT_INDICES].reshape(-1, 2, 2, 3)[:, :, 1]
    standing = with_steps(motion, contacts, fixed).reshape(-1, 2, 2).any(axis=2)
    for side in (0, 1):
        for start, stop in runs(standing[:, side]):
            assert np.linalg.norm(toes[start:stop, side] - toes[start, side], axis=-1).max() < 0.01
        ((start, stop),) = runs(~standing[:, side])
        assert toes[start:stop, side, 1].max() > toes[0, side, 1] + 0.02
    # no pop: no leg moves faster than in a quick step
    assert np.linalg.norm(np.diff(held.positions()[:, LEGS], axis=0), axis=-1).max() * held.fps < 2.0
