"""Corrections spread over gaps: what is known is met, the prediction's own course is kept, nothing jumps."""

from __future__ import annotations

import numpy as np

from motionmix_core.diffusion.bridging import FADE_FRAMES, bridged, bridges

LASTING = np.array([0])


def _course(frames: int) -> np.ndarray:
    t = np.linspace(0, 3, frames)
    return np.stack((np.sin(t), np.cos(2 * t)), axis=-1).astype(np.float32)[None]


def test_a_prediction_off_by_a_constant_becomes_the_truth() -> None:
    truth = _course(40)
    mask = np.zeros((40, 2), np.float32)
    mask[:10], mask[39] = 1, 1
    made = bridged(truth + np.float32(0.3), truth, bridges(mask, LASTING))
    np.testing.assert_allclose(made, truth, atol=1e-6)


def test_known_entries_are_met_exactly(rng: np.random.Generator) -> None:
    truth = _course(60)
    mask = (rng.random((60, 2)) < 0.2).astype(np.float32)
    made = bridged(rng.normal(size=truth.shape).astype(np.float32), truth, bridges(mask, LASTING))
    np.testing.assert_array_equal(made[0][mask > 0], truth[0][mask > 0])


def test_columns_that_are_never_known_stay() -> None:
    truth = _course(30)
    mask = np.zeros((30, 2), np.float32)
    mask[:5, 0] = 1
    predicted = truth + np.float32(1.0)
    made = bridged(predicted, truth, bridges(mask, LASTING))
    np.testing.assert_array_equal(made[..., 1], predicted[..., 1])


def test_beyond_the_last_known_frame_a_place_lasts_and_a_pose_fades() -> None:
    truth = np.zeros((1, 100, 2), np.float32)
    mask = np.zeros((100, 2), np.float32)
    mask[:10] = 1
    made = bridged(truth + np.float32(0.5), truth, bridges(mask, LASTING))
    np.testing.assert_allclose(made[0, 10:, 0], 0, atol=1e-6)
    np.testing.assert_allclose(made[0, 10 + FADE_FRAMES :, 1], 0.5, atol=1e-6)
    assert np.abs(np.diff(made[0, :, 1])).max() < 0.05


def test_an_empty_mask_changes_nothing() -> None:
    truth = _course(10)
    assert bridges(np.zeros((10, 2), np.float32), LASTING) == []
    np.testing.assert_array_equal(bridged(truth, np.zeros_like(truth), []), truth)
