"""Feet that are said to stand and travel take steps; feet that stand are left alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motionmix_core.generation.feet import lock_free_feet
from motionmix_core.generation.glides import GLIDE, without_glides
from motionmix_core.motion.contacts import FOOT_INDICES, foot_contacts
from motionmix_core.motion.motion import Motion
from motionmix_core.retarget.planting import runs
from tests.motions import rest, walk


def slowing_down() -> Motion:
    """A body that comes to rest after 1.5 m, its feet on the ground all the time."""
    motion = rest(90)
    way = 1.5 * (1 - np.exp(-np.arange(90) / 15))[:, None] * np.array([0.0, 0.0, 1.0])
    return replace(motion, root_positions=motion.root_positions + way)


def test_a_body_is_not_pulled_down_by_a_foot_that_glides() -> None:
    motion = slowing_down()
    stands = np.ones((90, 4), bool)
    locked = lock_free_feet(motion, stands, None)
    assert (motion.root_positions - locked.root_positions)[:, 1].max() < 0.12
    contacts = without_glides(motion, stands, np.zeros(90, bool)).reshape(-1, 2, 2).any(axis=2)
    feet = locked.positions()[:, FOOT_INDICES].reshape(-1, 2, 2, 3)[:, :, 1]
    glided = motion.positions()[:, FOOT_INDICES].reshape(-1, 2, 2, 3)[:, :, 1]
    for side in range(2):
        assert len(runs(~contacts[:, side])) >= 1
        for start, stop in runs(contacts[:, side]):
            assert np.linalg.norm(glided[start:stop, side] - glided[start, side], axis=-1).max() <= GLIDE
            assert np.linalg.norm((feet[start:stop, side] - feet[start, side])[:, (0, 2)], axis=-1).max() < 0.02


def test_steps_of_a_walk_stay_as_they_are() -> None:
    motion = walk(4.0)
    contacts = foot_contacts(motion.positions(), motion.fps)
    np.testing.assert_array_equal(without_glides(motion, contacts, np.zeros(motion.num_frames, bool)), contacts)


def test_what_is_fixed_stands_on() -> None:
    motion = slowing_down()
    fixed = np.arange(90) < 40
    stands = without_glides(motion, np.ones((90, 4), bool), fixed)
    assert stands[fixed].all()
    assert without_glides(motion, np.ones((90, 4), bool), np.ones(90, bool)).all()


def test_a_foot_that_bears_the_body_alone_takes_no_step() -> None:
    motion = slowing_down()
    one = np.ones((90, 4), bool)
    one[5:60, :2] = False
    free = np.zeros(90, bool)
    assert not without_glides(motion, one, free)[5:60, 2:].all()
    assert without_glides(motion, one, free, one_stands=True)[5:60, 2:].all()
