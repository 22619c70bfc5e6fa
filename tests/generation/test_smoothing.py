"""The low-pass over generated frames: it takes jitter out, keeps motion, and never moves what was given."""

from __future__ import annotations

import numpy as np
import pytest

from motionmix_core.generation.smoothing import smoothed


def wave(frames=90):
    t = np.arange(frames) / 30
    return np.stack((np.sin(2 * np.pi * t), 1.3 * t), axis=1).astype(np.float32)


def test_jitter_goes_and_motion_stays(rng):
    clean = wave()
    noisy = clean + rng.normal(0, 0.01, clean.shape).astype(np.float32)
    result = smoothed(noisy, None, 0.7)
    jitter = lambda x: np.abs(np.diff(x, n=3, axis=0)).mean()  # noqa: E731
    assert jitter(result) < 0.4 * jitter(noisy)
    assert np.abs(result - clean).max() < 0.03
    np.testing.assert_allclose(smoothed(clean, None, 0.7), clean, atol=0.012)


def test_a_straight_line_is_not_slowed_at_its_ends():
    line = np.linspace(0, 5, 40, dtype=np.float32)[:, None]
    np.testing.assert_allclose(smoothed(line, None, 1.5), line, atol=1e-5)


def test_given_entries_stay_to_the_last_bit_and_nothing_pops_beside_them(rng):
    noisy = wave() + rng.normal(0, 0.01, (90, 2)).astype(np.float32)
    mask = np.zeros_like(noisy)
    mask[30:50, 0] = 1
    result = smoothed(noisy, mask, 1.0)
    np.testing.assert_array_equal(result[30:50, 0], noisy[30:50, 0])
    free = smoothed(noisy, None, 1.0)
    np.testing.assert_array_equal(result[:, 1], free[:, 1])  # the other column is filtered as ever
    np.testing.assert_array_equal(result[:26, 0], free[:26, 0])
    assert np.abs(result[29, 0] - noisy[29, 0]) < np.abs(free - noisy).max()


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_short_motions_and_no_smoothing(frames):
    motion = wave(frames)
    assert smoothed(motion, None, 0.7).shape == motion.shape
    np.testing.assert_array_equal(smoothed(motion, None, 0.0), motion)
