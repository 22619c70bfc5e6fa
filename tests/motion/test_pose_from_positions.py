"""Motions from joint positions: the positions come back, proportions are carried over."""

import numpy as np
import pytest

from motionmix_core.motion.pose_from_positions import motion_from_positions
from tests.motions import random_motion, walk


def test_positions_of_our_own_body_come_back(rng):
    for motion in (walk(1.0), random_motion(rng, seconds=1.0, amplitude=1.0)):
        again = motion_from_positions(motion.positions(), motion.fps)
        assert np.abs(again.positions() - motion.positions()).max() < 1e-6


def test_a_body_half_as_big_walks_the_same_way_at_our_scale():
    motion = walk(1.0)
    again = motion_from_positions(0.5 * motion.positions(), motion.fps)
    assert np.abs(again.positions() - motion.positions()).max() < 1e-6


@pytest.mark.parametrize("positions", [np.zeros((3, 21, 3)), np.zeros((0, 22, 3)), np.full((2, 22, 3), np.nan)])
def test_other_shapes_and_nan_are_refused(positions):
    with pytest.raises(ValueError, match="joint positions"):
        motion_from_positions(positions, 20)
