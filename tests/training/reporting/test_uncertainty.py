"""Intervals of the goals' measures."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from motionmix_core.metrics.report import Estimate
from training.reporting.goals import Goal
from training.reporting.uncertainty import over_groups, ratio


def test_a_ratio_carries_both_intervals() -> None:
    found = ratio(Estimate(20.0, 3.0, 100), Estimate(10.0, 2.0, 50))
    assert found.mean == pytest.approx(2.0)
    assert found.interval == pytest.approx(np.hypot(3 / 10, 2 * 2 / 10))


def test_members_of_one_group_are_drawn_together() -> None:
    rng = np.random.default_rng(5)
    levels = np.repeat(rng.normal(0, 1, 40), 25)  # 1,000 numbers, of 40 performances
    groups = [f"clip {n}" for n in np.repeat(np.arange(40), 25)]

    def mean(chosen: np.ndarray) -> float:
        return float(levels[chosen].mean())

    together = over_groups(mean, groups)
    alone = over_groups(mean, [str(n) for n in range(1000)])
    assert together.mean == alone.mean == pytest.approx(levels.mean())
    assert together.interval == pytest.approx(1.96 / np.sqrt(40), rel=0.35)
    assert together.interval > 3 * alone.interval


def test_one_group_gives_no_interval() -> None:
    assert over_groups(lambda chosen: float(len(chosen)), ["a", "a"]) == Estimate(2.0)


def test_a_goal_that_is_missed_by_less_than_is_known_says_so() -> None:
    missed = Goal("jitter", 0.21, 0.15, True, "off", ".0%", 0.3)
    assert missed.met is False and "the bound lies inside the interval" in missed.verdict
    assert "inside" not in Goal("jitter", 0.21, 0.15, True, "off", ".0%", 0.03).verdict
