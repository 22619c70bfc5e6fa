"""Another frame rate: the same course, without kinks."""

from __future__ import annotations

import numpy as np
import pytest

from motionmix_core.motion.resampling import resampled, sampled_smoothly
from tests.motions import walk


def test_its_own_frames_stay_as_they_are() -> None:
    motion = walk()
    twice = resampled(motion, 2 * motion.fps)
    assert twice.num_frames == 2 * motion.num_frames - 1
    np.testing.assert_allclose(twice.positions()[::2], motion.positions(), atol=1e-9)
    assert resampled(motion, motion.fps) is motion


@pytest.mark.parametrize("fps", [60.0, 120.0])
def test_it_jerks_less_than_by_straight_lines(fps: float) -> None:
    motion = walk()

    def jerk(place: np.ndarray) -> float:
        return float(np.linalg.norm(np.diff(place, n=3, axis=0), axis=-1).mean())

    assert jerk(resampled(motion, fps).positions()) < 0.6 * jerk(motion.resample(fps).positions())


def test_behind_the_end_the_last_pose_is_held() -> None:
    motion = walk()
    longer = resampled(motion, 24.0, round(motion.seconds * 24) + 5)
    np.testing.assert_allclose(longer.positions()[-1], motion.positions()[-1], atol=1e-9)
    before = sampled_smoothly(motion, np.array([-3.0]), 24.0)
    np.testing.assert_allclose(before.positions()[0], motion.positions()[0], atol=1e-9)
