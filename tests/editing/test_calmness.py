"""A made part is smoothed until it is as calm as the source, and no further."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motionmix_core.editing.calmness import as_calm_as
from motionmix_core.editing.keys import Held
from motionmix_core.editing.masks import features_mask
from motionmix_core.metrics.jitter import jitter
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import axis_angle_to_quat, quat_mul
from motionmix_core.motion.skeleton import JOINT_NAMES
from motionmix_core.representation.default import encode
from tests.editing.clips import lively_stand

ARM = [JOINT_NAMES.index(f"left_{part}") for part in ("shoulder", "elbow", "wrist")]
FREE = slice(30, 75)


def shaking(motion: Motion, radians: float) -> Motion:
    """The arm flutters at half the frame rate in the free frames, as a network of two frames at a time makes it."""
    turns = np.zeros((motion.num_frames, len(JOINT_NAMES), 3))
    turns[FREE, ARM[0]] = radians * np.where(np.arange(motion.num_frames)[FREE, None] % 2, 1.0, -1.0)
    return replace(motion, rotations=quat_mul(motion.rotations, axis_angle_to_quat(turns)))


def mask() -> np.ndarray:
    held = np.ones((105, len(JOINT_NAMES)), bool)
    held[FREE, ARM] = False
    return features_mask(Held(held, np.ones(105, bool)))


def jitter_of(motion: Motion) -> float:
    return jitter(motion.positions()[FREE][:, ARM], motion.fps)


@pytest.mark.parametrize("radians", [0.004, 0.02])
def test_flutter_goes_where_the_source_is_calm(radians: float) -> None:
    source = lively_stand(3.5)
    made = shaking(source, radians)
    calm = as_calm_as(source, made, mask(), ARM, faster=False)
    assert jitter_of(calm) < 0.6 * jitter_of(made)
    # the arm still goes where it went
    assert np.linalg.norm(calm.positions() - source.positions(), axis=-1).max() < 0.02
    given = mask() > 0
    np.testing.assert_allclose(encode(calm)[given], encode(made)[given], atol=1e-5)


def test_a_part_among_shaking_motion_is_left_as_it_was_made() -> None:
    source = lively_stand(3.5)
    made = shaking(source, 0.02)
    assert as_calm_as(shaking(source, 0.03), made, mask(), ARM, faster=False) is made


def test_who_is_asked_to_move_faster_may_shake_in_proportion() -> None:
    slow, fast = lively_stand(3.5), lively_stand(7.0).sampled(np.arange(105) / 15.0, 30.0)
    made = shaking(fast, 0.001)
    as_before = as_calm_as(slow, made, mask(), ARM, faster=False)
    in_proportion = as_calm_as(slow, made, mask(), ARM, faster=True)
    assert jitter_of(as_before) <= jitter_of(in_proportion)
    assert jitter_of(as_before) < jitter_of(made)
