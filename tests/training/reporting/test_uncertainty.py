"""Intervals of the goals' measures, and distances to training clips at equal speed."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from motionmix_core.metrics.report import Estimate
from training.reporting.goals import Goal
from training.reporting.memory import Nearest
from training.reporting.uncertainty import at_equal_speed, median_less_median, ratio


def near(metres: float, speed: float) -> Nearest:
    return Nearest(metres, "clip", 0.0, speed)


def test_a_ratio_carries_both_intervals() -> None:
    found = ratio(Estimate(20.0, 3.0, 100), Estimate(10.0, 2.0, 50))
    assert found.mean == pytest.approx(2.0)
    assert found.interval == pytest.approx(np.hypot(3 / 10, 2 * 2 / 10))


def test_the_interval_of_two_medians_covers_their_difference_and_shrinks_with_more() -> None:
    rng = np.random.default_rng(5)
    few = median_less_median(rng.normal(1.0, 0.2, 30), rng.normal(0.7, 0.2, 30))
    many = median_less_median(rng.normal(1.0, 0.2, 3000), rng.normal(0.7, 0.2, 3000))
    assert abs(few.mean - 0.3) < 2 * few.interval
    assert abs(many.mean - 0.3) < 2 * many.interval
    assert many.interval < few.interval / 4


def test_quiet_motion_is_held_against_quiet_motion() -> None:
    rng = np.random.default_rng(1)
    speeds = rng.uniform(0.2, 2.0, 200)
    real = [near(0.1 * v**0.8 * np.exp(rng.normal(0, 0.1)), v) for v in speeds]
    quiet = [near(0.1 * v**0.8 * np.exp(rng.normal(0, 0.1)), v) for v in speeds / 4]
    assert np.median([one.metres for one in quiet]) < 0.5 * np.median([one.metres for one in real])
    same = at_equal_speed(quiet, real)
    assert same is not None and same.mean == pytest.approx(1.0, abs=0.05) and same.interval < 0.1
    copies = at_equal_speed([near(one.metres / 3, one.speed) for one in quiet], real)
    assert copies is not None and copies.mean == pytest.approx(1 / 3, abs=0.03)


def test_without_enough_real_motion_nothing_is_said() -> None:
    assert at_equal_speed([near(0.1, 1.0)], [near(0.1, 1.0)] * 9) is None
    assert at_equal_speed([near(0.1, 0.0)], [near(0.1, 1.0)] * 10) is None


def test_a_goal_that_is_missed_by_less_than_is_known_says_so() -> None:
    missed = Goal("jitter", 0.21, 0.15, True, "off", ".0%", 0.3)
    assert missed.met is False and "the bound lies inside the interval" in missed.verdict
    assert "inside" not in Goal("jitter", 0.21, 0.15, True, "off", ".0%", 0.03).verdict
