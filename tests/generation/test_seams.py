"""A jump between two windows is eased out, and what the animator gave stays."""

from __future__ import annotations

import numpy as np
import pytest

from motionmix_core.generation.seams import EASE_SECONDS, ease_seam
from motionmix_core.representation.default import CONTACTS, FEATURES, POSITIONS, ROOT_XZ, ROTATIONS

FPS, SEAM, FRAMES = 30.0, 40, 100
EASED = round(EASE_SECONDS * FPS)


@pytest.fixture
def jumping(rng: np.random.Generator) -> np.ndarray:
    """Features that move steadily, and jump once."""
    speed = rng.normal(0, 0.01, FEATURES)
    features = np.arange(FRAMES)[:, None] * speed
    features[SEAM:] += rng.normal(0, 0.3, FEATURES)
    features[:, CONTACTS] = 1
    return features.astype(np.float32)


def largest_change_of_speed(features: np.ndarray) -> float:
    return float(np.abs(np.diff(features[:, : CONTACTS.start], 2, axis=0)).max())


def test_the_jump_is_gone_and_both_windows_stay(jumping: np.ndarray) -> None:
    free = np.zeros_like(jumping)
    eased = ease_seam(jumping, SEAM, free, FPS)
    assert largest_change_of_speed(jumping) > 0.3
    assert largest_change_of_speed(eased) < 0.03
    np.testing.assert_array_equal(eased[:SEAM], jumping[:SEAM])
    np.testing.assert_array_equal(eased[SEAM + EASED :, POSITIONS], jumping[SEAM + EASED :, POSITIONS])
    np.testing.assert_array_equal(eased[:, CONTACTS], jumping[:, CONTACTS])


def test_another_speed_comes_in_slowly(rng: np.random.Generator) -> None:
    before, after = rng.normal(0, 0.01, (2, FEATURES))
    steps = np.where(np.arange(FRAMES)[:, None] < SEAM, before, after)
    steps[:, CONTACTS] = 0
    turning = np.cumsum(steps, axis=0).astype(np.float32)
    eased = ease_seam(turning, SEAM, np.zeros_like(turning), FPS)
    change = np.abs(np.diff(eased, 2, axis=0))
    assert change.max() < 0.5 * np.abs(np.diff(turning, 2, axis=0)).max()
    np.testing.assert_allclose(
        np.diff(eased[SEAM + EASED :], axis=0), np.diff(turning[SEAM + EASED :], axis=0), atol=1e-5
    )


def test_a_free_path_is_shifted_as_a_whole(jumping: np.ndarray) -> None:
    eased = ease_seam(jumping, SEAM, np.zeros_like(jumping), FPS)
    steps, before = np.diff(eased[:, ROOT_XZ], axis=0), np.diff(jumping[:, ROOT_XZ], axis=0)
    np.testing.assert_allclose(steps[SEAM:], before[SEAM:], atol=1e-5)
    np.testing.assert_allclose(steps[SEAM - 1], steps[SEAM - 2], atol=1e-5)


def test_what_the_animator_gave_stays(jumping: np.ndarray) -> None:
    mask = np.zeros_like(jumping)
    mask[SEAM + 5] = 1
    mask[SEAM:, ROTATIONS] = 1
    eased = ease_seam(jumping, SEAM, mask, FPS)
    np.testing.assert_array_equal(eased[SEAM + 5], jumping[SEAM + 5])
    np.testing.assert_array_equal(eased[:, ROTATIONS], jumping[:, ROTATIONS])
    np.testing.assert_array_equal(eased[SEAM + 6 :], jumping[SEAM + 6 :])


def test_limbs_that_are_given_do_not_make_the_others_jump(jumping: np.ndarray) -> None:
    mask = np.zeros_like(jumping)
    mask[:, ROTATIONS] = 1
    eased = ease_seam(jumping, SEAM, mask, FPS)
    assert np.abs(np.diff(eased[:, POSITIONS], 2, axis=0)).max() < 0.03


@pytest.mark.parametrize("seam", [0, 1, FRAMES])
def test_without_two_frames_before_it_nothing_is_done(jumping: np.ndarray, seam: int) -> None:
    np.testing.assert_array_equal(ease_seam(jumping, seam, np.zeros_like(jumping), FPS), jumping)
