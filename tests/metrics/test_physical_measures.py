"""Skating, penetration and jitter against motions whose feet and shaking are known by construction."""

from __future__ import annotations

import numpy as np
import pytest

from motionmix_core.metrics.jitter import acceleration_error, jitter, mean_jerk
from motionmix_core.metrics.penetration import lowest_point, toe_penetration
from motionmix_core.metrics.skating import (
    contact_consistency,
    contact_skating,
    gmd_skating_ratio,
    kimodo_skating,
    rohm_skating_ratio,
)
from motionmix_core.motion.contacts import foot_contacts
from tests import motions


def sliding(speed: float, seconds: float = 3.0, fps: float = 30.0, lift: float = 0.0) -> np.ndarray:
    """The T-pose gliding over the ground at `speed` m/s: the worst skater there is."""
    motion = motions.rest(round(seconds * fps), fps)
    time = np.arange(motion.num_frames) / fps
    return motion.positions() + (time[:, None] * [0.6 * speed, 0, 0.8 * speed] + [0, lift, 0])[:, None]


class TestGmdSkating:
    @pytest.mark.parametrize("fps", [20.0, 30.0, 60.0, 120.0])
    def test_planted_feet_do_not_skate_and_sliding_feet_always_do(self, fps: float) -> None:
        assert gmd_skating_ratio(motions.walk(fps=fps).positions(), fps) == 0
        assert gmd_skating_ratio(sliding(1.0, fps=fps), fps) == 1

    def test_slower_than_the_threshold_or_higher_than_the_toe_limit_is_no_skating(self) -> None:
        assert gmd_skating_ratio(sliding(0.49), 30) == 0
        assert gmd_skating_ratio(sliding(1.0, lift=0.03), 30) == 0  # toes at 0.055 m

    def test_running_mean_counts_the_time_beyond_the_ends_as_still(self) -> None:
        # At 0.6 m/s the mean falls to 0.36 and 0.48 m/s in the two frames at each end: 4 of 59 steps drop out.
        assert gmd_skating_ratio(sliding(0.6, fps=20), 20) == pytest.approx((59 - 4) / 59)

    def test_share_of_frames(self) -> None:
        path = np.concatenate(
            [np.zeros(20), np.arange(1, 21) / 20.0, np.full(20, 1.0)]
        )  # still, 1 m/s, still at 20 fps
        positions = motions.rest(60, 20).positions() + path[:, None, None] * [0, 0, 1]
        # 20 of 59 steps move; the 5-frame mean is over 0.5 m/s where at least 3 of 5 steps move: all 20 of them.
        assert gmd_skating_ratio(positions, 20) == pytest.approx(20 / 59)

    def test_one_sliding_foot_is_enough(self) -> None:
        positions = motions.rest(60, 20).positions()
        positions[:, 11, 2] += np.arange(60) / 20
        assert gmd_skating_ratio(positions, 20) == 1


class TestKimodoSkating:
    def test_speed_and_ratio_of_a_slide(self) -> None:
        skating = kimodo_skating(sliding(0.5), 30)
        assert skating.height_speed == pytest.approx(0.5)
        assert skating.ratio == 1
        assert kimodo_skating(sliding(0.19), 30).ratio == 0

    def test_feet_in_the_air_do_not_count(self) -> None:
        skating = kimodo_skating(sliding(2.0, lift=0.2), 30)
        assert (skating.height_speed, skating.ratio) == (0, 0)

    def test_only_low_frames_enter_the_mean(self) -> None:
        positions = motions.rest(5, 30).positions()
        positions[3:, 10, 1] += 1.0  # the left toe leaves after its third frame: 1 m in one step = 30 m/s
        # low at the start of steps: left 3 (0, 0, 30 m/s), right 4 (all 0); low at both ends: left 2, right 4
        skating = kimodo_skating(positions, 30)
        assert skating.height_speed == pytest.approx(30 / 7)
        assert skating.ratio == 0

    def test_contact_labels_choose_the_frames(self) -> None:
        positions = sliding(0.5)
        contacts = np.zeros((len(positions), 4), bool)
        assert contact_skating(positions, contacts, 30) == 0
        contacts[10:20, 2] = True
        assert contact_skating(positions, contacts, 30) == pytest.approx(0.5)
        with pytest.raises(ValueError, match="contact labels"):
            contact_skating(positions, contacts[1:], 30)

    def test_consistency_is_one_for_true_labels_and_falls_with_wrong_ones(self) -> None:
        motion = motions.walk()
        labels = foot_contacts(motion.positions(), motion.fps)
        good = contact_consistency(motion.positions(), labels, motion.fps)
        assert good > 0.9
        assert contact_consistency(motion.positions(), ~labels, motion.fps) == pytest.approx(1 - good)


def test_rohm_counts_only_frames_in_which_both_feet_skate() -> None:
    both = sliding(0.3)
    assert rohm_skating_ratio(both, 30) == 1
    assert rohm_skating_ratio(sliding(0.09), 30) == 0
    one = both.copy()
    one[:, [7, 10]] = one[:1, [7, 10]]
    assert rohm_skating_ratio(one, 30) == 0


class TestPenetration:
    def test_frequency_and_depth(self) -> None:
        positions = motions.rest(10).positions()
        positions[:4, 10, 1] = -0.08
        positions[2:6, 11, 1] = -0.06
        positions[9, 10, 1] = -0.04  # within the tolerance
        found = toe_penetration(positions)
        assert found.frequency == pytest.approx(0.6)
        assert found.depth_mm == pytest.approx(70)
        assert lowest_point(positions) == pytest.approx(-0.08)

    def test_standing_is_clean(self) -> None:
        found = toe_penetration(motions.walk().positions())
        assert (found.frequency, found.depth_mm) == (0, 0)


class TestJitter:
    def test_cubic_path_has_its_exact_jerk(self) -> None:
        time = np.arange(40) / 30
        positions = motions.rest(40).positions() + (time**3)[:, None, None] * [0, 0, 2]
        assert mean_jerk(positions, 30) == pytest.approx(12)
        assert jitter(positions, 30) == pytest.approx(1.2)

    @pytest.mark.parametrize("fps", [60.0, 120.0])
    def test_smooth_motion_has_the_same_jerk_at_any_frame_rate(self, fps: float) -> None:
        def swing(fps: float) -> np.ndarray:
            time = np.arange(round(4 * fps)) / fps
            return motions.rest(len(time), fps).positions() + np.sin(3 * time)[:, None, None] * [1, 0, 0]

        assert mean_jerk(swing(fps), fps) == pytest.approx(mean_jerk(swing(30), 30), rel=0.02)

    def test_steady_motion_has_none_and_shaking_has_the_expected_amount(self, rng: np.random.Generator) -> None:
        steady = sliding(1.3)
        assert jitter(steady, 30) == pytest.approx(0, abs=1e-8)
        shaken = steady + rng.normal(scale=0.001, size=steady.shape)
        # Third differences of white noise have variance 1 + 9 + 9 + 1 = 20; a 3-D Gaussian is 1.596 std long on
        # average.
        assert mean_jerk(shaken, 30) == pytest.approx(0.001 * np.sqrt(20) * 1.596 * 30**3, rel=0.05)

    def test_acceleration_error_of_a_known_difference(self) -> None:
        truth = motions.walk().positions()
        time = np.arange(len(truth)) / 30
        made = truth + (0.5 * 0.7 * time**2)[:, None, None] * [1, 0, 0]
        assert acceleration_error(made, truth, 30) == pytest.approx(0.7)


def test_wrong_input_is_named() -> None:
    with pytest.raises(ValueError, match="at least 4 frames"):
        mean_jerk(motions.rest(3).positions(), 30)
    broken = motions.rest(10).positions()
    broken[4, 3, 1] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        gmd_skating_ratio(broken, 30)
    with pytest.raises(ValueError, match=r"\(T, J, 3\)"):
        toe_penetration(broken[0])
