"""A judge's view of a motion: the same wherever it stands, whichever way it faces, however large the body is."""

from __future__ import annotations

import numpy as np
import pytest

from tests import motions
from training.evaluators.bank import FeatureBank, restarted
from training.evaluators.features import FEATURES, FPS, canonicalised, headings, leg_length, motion_features


def test_place_heading_and_size_of_the_body_are_taken_out() -> None:
    motion = motions.walk(3.0)
    positions = motion.positions()
    expected = motion_features(positions, motion.fps)
    moved = motion.transformed(2.1, (4.0, 0.0, -7.0)).positions()
    np.testing.assert_allclose(motion_features(moved, motion.fps), expected, atol=2e-4)
    np.testing.assert_allclose(motion_features(positions * 0.6, motion.fps), expected, atol=2e-3)


def test_the_frame_rate_is_taken_out() -> None:
    slow, fast = motions.walk(3.0, fps=30.0), motions.walk(3.0, fps=60.0)
    a, b = (motion_features(m.positions(), m.fps) for m in (slow, fast))
    assert a.shape[1] == FEATURES and abs(len(a) - 3.0 * FPS) <= 1
    np.testing.assert_allclose(a, b[: len(a)], atol=0.02)


def test_speed_and_turning_can_be_read_off() -> None:
    walk = motion_features(motions.walk(3.0, speed=1.2).positions(), 30.0)
    scale = leg_length(canonicalised(motions.rest(2).positions())) / leg_length(motions.rest(2).positions())
    assert walk[:, -6].mean() == pytest.approx(1.2 * scale, abs=0.05)  # forward
    assert np.abs(walk[:, -7]).max() < 0.05  # sideways
    turn = motions.turn_in_place(2.0)
    change = np.unwrap(turn.headings())
    rate = motion_features(turn.positions(), 30.0)[:, -5].mean()
    assert rate == pytest.approx((change[-1] - change[0]) / 2.0, rel=0.05)


def test_headings_from_positions_are_those_of_the_motion() -> None:
    for yaw in (-2.5, 0.0, 1.0):
        motion = motions.walk(1.0).transformed(yaw)
        assert np.exp(1j * headings(motion.positions())) == pytest.approx(np.exp(1j * yaw), abs=1e-6)


def test_a_body_that_lies_on_its_side_keeps_the_heading_it_had() -> None:
    positions = motions.rest(10).positions()
    lying = positions.copy()
    lying[5:, :, 0] = 0.0  # no width from above
    np.testing.assert_allclose(headings(lying), 0.0, atol=1e-9)
    assert np.isfinite(motion_features(lying, 30.0)).all()


def test_windows_of_the_bank_are_the_features_of_the_windows() -> None:
    motion = motions.walk(6.0)
    positions = motion.transformed(0.7, (1, 0, 2)).positions().astype(np.float32)
    bank = FeatureBank(lambda start, stop, mirror: positions[start:stop], 30.0)
    window = bank.window(0, len(positions), 60, 140)
    expected = motion_features(positions[60:140], 30.0)
    assert window.shape == expected.shape
    np.testing.assert_allclose(window[1:-1], expected[1:-1], atol=1e-3)
    np.testing.assert_allclose(window[:, -4:], expected[:, -4:], atol=1e-3)


def test_restarting_twice_changes_nothing() -> None:
    features = motion_features(motions.turn_in_place(2.0).positions(), 30.0)[7:]
    once = restarted(features)
    np.testing.assert_allclose(once[0, -4:], [0, 0, 1, 0], atol=1e-6)
    np.testing.assert_allclose(restarted(once), once, atol=1e-6)


@pytest.mark.parametrize("bad", [np.zeros((10, 22, 3)), np.ones((10, 5, 3)), np.full((10, 22, 3), np.nan)])
def test_what_is_no_body_is_refused(bad: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"judge|legs"):
        motion_features(bad, 30.0)
