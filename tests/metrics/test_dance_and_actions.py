"""PFC, beat alignment and action accuracy against hand-computed values."""

from __future__ import annotations

import numpy as np
import pytest

from motionmix_core.metrics.actions import accuracy, accuracy_by_class, confusion_matrix
from motionmix_core.metrics.dance import beat_alignment, kinematic_beats, physical_foot_contact
from tests import motions


class TestPfc:
    def test_a_planted_foot_or_a_coasting_body_costs_nothing(self) -> None:
        assert physical_foot_contact(motions.rest(30).positions(), 30) == 0
        assert physical_foot_contact(motions.walk().positions(), 30) == pytest.approx(0, abs=1e-9)
        gliding = motions.rest(90).positions() + np.arange(90)[:, None, None] / 30 * np.array([0, 0, 1.0])
        assert physical_foot_contact(gliding, 30) == 0

    def test_sliding_under_constant_acceleration(self) -> None:
        """Acceleration is at its maximum in every frame, so PFC is the mean product of both feet's steps, times 1e4."""
        time = np.arange(31) / 30
        path = 0.5 * 3.0 * time**2
        positions = motions.rest(31).positions() + path[:, None, None] * [0, 0, 1]
        steps = np.diff(path)[1:]
        assert physical_foot_contact(positions, 30) == pytest.approx((steps**2).mean() * 1e4)

    def test_falling_counts_less_than_pushing_up(self) -> None:
        """Downward acceleration is free: gravity does that."""
        rng = np.random.default_rng(0)
        slide = np.cumsum(np.abs(rng.normal(size=60)))[:, None, None] * [0, 0, 0.01]
        time = np.arange(60) / 30
        lift = motions.rest(60).positions() + slide
        fall = lift.copy()
        lift[:, 0, 1] += 5 * time**2
        fall[:, 0, 1] -= 5 * time**2
        assert physical_foot_contact(fall, 30) < physical_foot_contact(lift, 30)


class TestBeats:
    def test_stops_of_a_swing_are_its_beats(self) -> None:
        time = np.arange(240) / 60
        positions = motions.rest(240, 60).positions() + np.cos(2 * np.pi * time)[:, None, None] * [1, 0, 0]
        found = kinematic_beats(positions, 60, smoothing=2)
        inner = found[(found > 0.3) & (found < 3.7)]
        np.testing.assert_allclose(inner, [0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5], atol=1.5 / 60)

    def test_alignment_falls_with_the_distance_to_the_nearest_beat(self) -> None:
        motion_beats = np.array([1.0, 2.0, 3.0])
        assert beat_alignment(motion_beats, motion_beats, 30) == 1
        assert beat_alignment(motion_beats, motion_beats + 3 / 30, 30) == pytest.approx(np.exp(-0.5))
        assert beat_alignment(motion_beats, np.array([1.0, 2.1]), 30) == pytest.approx((1 + np.exp(-0.5)) / 2)
        assert beat_alignment(np.array([]), motion_beats, 30) == 0
        with pytest.raises(ValueError, match="music beat"):
            beat_alignment(motion_beats, np.array([]), 30)


class TestActions:
    def test_accuracy_from_ids_and_from_scores(self) -> None:
        labels = np.array([0, 1, 1, 2])
        ids = np.array([0, 1, 0, 2])
        assert accuracy(ids, labels) == 0.75
        assert accuracy(np.eye(4)[ids], labels) == 0.75
        np.testing.assert_array_equal(
            confusion_matrix(ids, labels, 4), [[1, 0, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]]
        )
        np.testing.assert_array_equal(accuracy_by_class(ids, labels, 4), [1, 0.5, 1, np.nan])

    def test_predictions_must_match_the_labels(self) -> None:
        with pytest.raises(ValueError, match="each of at least one label"):
            accuracy(np.zeros(3, int), np.zeros(2, int))
