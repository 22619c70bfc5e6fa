"""A back that stays doesn't shake on new hips."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motionmix_core.editing import JOINT_PRESETS
from motionmix_core.editing.carrying import carried
from motionmix_core.metrics.jitter import jitter
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import axis_angle_to_quat, quat_inv, quat_mul
from motionmix_core.motion.skeleton import JOINT_NAMES
from tests.editing.clips import lively_walk

SPINE = JOINT_NAMES.index("spine1")
CHOSEN = frozenset(JOINT_PRESETS["lower_body"])


def swaying() -> Motion:
    """Hips that wobble six times a second under a back that takes it up."""
    motion = lively_walk(4.0)
    time = np.arange(motion.num_frames) / motion.fps
    turn = np.stack((0.06 * np.sin(12 * np.pi * time), 0 * time, 0.05 * np.cos(12 * np.pi * time)), axis=1)
    wobble = axis_angle_to_quat(turn)
    rotations = motion.rotations.copy()
    rotations[:, 0] = quat_mul(rotations[:, 0], wobble)
    rotations[:, SPINE] = quat_mul(quat_inv(wobble), rotations[:, SPINE])
    return replace(motion, rotations=rotations)


@pytest.mark.parametrize("degrees", [0.0, 60.0])
def test_the_head_is_as_calm_as_before(degrees: float) -> None:
    source = swaying()
    new = lively_walk(4.0).transformed(np.radians(degrees))
    worlds = source.global_rotations().copy()
    legs = [JOINT_NAMES.index(name) for name in CHOSEN]
    worlds[:, legs] = new.global_rotations()[:, legs]
    turned, way = carried(worlds, source, new.root_positions, CHOSEN)

    def head(hips: np.ndarray, root: np.ndarray) -> np.ndarray:
        rotations = source.rotations.copy()
        rotations[:, 0] = hips
        return replace(source, root_positions=root, rotations=rotations).positions()[:, JOINT_NAMES.index("head")]

    below = [joint for joint in legs if joint != 0]
    own = jitter(source.positions()[:, [JOINT_NAMES.index("head")]], source.fps)
    put_on = jitter(head(worlds[:, 0], new.root_positions)[:, None], source.fps)
    carried_along = jitter(head(turned[:, 0], way)[:, None], source.fps)
    assert put_on > 1.5 * own
    assert carried_along < 1.15 * own
    # and it goes the new way, on legs that are as made
    assert np.linalg.norm(way - new.root_positions, axis=-1).max() < 0.03
    np.testing.assert_array_equal(turned[:, below], worlds[:, below])


def test_joints_that_carry_nothing_are_as_made() -> None:
    source = swaying()
    worlds = lively_walk(4.0).transformed(1.0).global_rotations()
    turned, way = carried(worlds, source, source.root_positions, frozenset(JOINT_NAMES))
    np.testing.assert_array_equal(turned, worlds)
    np.testing.assert_array_equal(way, source.root_positions)
