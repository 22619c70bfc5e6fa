"""The default representation: exact both ways, absolute, and turned or mirrored without a round trip."""

from __future__ import annotations

import numpy as np
import pytest

from motionmix_core.motion.rotations import quat_angle
from motionmix_core.representation import default as R
from tests.motions import random_motion, walk


def error_mm_and_degrees(a, b):
    millimetres = np.linalg.norm(a.positions() - b.positions(), axis=-1).max() * 1000
    return millimetres, np.degrees(quat_angle(a.rotations, b.rotations).max())


@pytest.mark.parametrize("seed", range(5))
def test_round_trip_is_exact_with_twist(seed):
    motion = random_motion(np.random.default_rng(seed), seconds=4, amplitude=1.2)
    millimetres, degrees = error_mm_and_degrees(R.decode(R.encode(motion), motion.fps), motion)
    assert millimetres < 0.05
    assert degrees < 0.005


def test_round_trip_of_every_clip_in_the_shared_pack(shared_data, tmp_path):
    """Issue's bound: 1 mm per joint and 0.1 degrees per joint rotation, twist included."""
    from motionmix_core.mixed_data.cache import load_cache
    from motionmix_core.motion.motion import Motion
    from motionmix_core.motion.skeleton import canonical_skeleton
    from training.prepare import main as prepare

    assert prepare(["--source", str(shared_data), "--out", str(tmp_path / "cache")]) == 0
    cache = load_cache(tmp_path / "cache", ("written",))
    root, rotations = (np.load(cache.folder / f"{name}.npy") for name in ("root", "rotations"))
    assert len(cache.clips) > 500
    for clip in cache.clips:
        rows = slice(clip.start, clip.start + clip.frames)
        motion = Motion(canonical_skeleton(), root[rows], rotations[rows] / 32767.0, cache.fps)
        millimetres, degrees = error_mm_and_degrees(R.decode(cache.features[rows], cache.fps), motion)
        assert millimetres <= 1, clip.id
        assert degrees <= 0.1, clip.id


def test_there_are_207_numbers_and_blocks_cover_them_once():
    assert R.FEATURES == 207
    covered = np.concatenate([np.arange(207)[block] for block in R.BLOCKS.values()])
    np.testing.assert_array_equal(covered, np.arange(207))


def test_turning_features_equals_turning_the_motion(rng):
    motion = random_motion(rng)
    expected = R.encode(motion.transformed(1.1, (0.5, 0, -2)))
    turned = R.turned(R.encode(motion)[None], np.array([1.1]), np.array([[0.5, -2.0]]))[0]
    np.testing.assert_allclose(turned, expected, atol=2e-6)


def test_mirroring_features_equals_mirroring_the_motion():
    motion = walk(3.0).transformed(0.4)
    np.testing.assert_allclose(R.mirrored(R.encode(motion)), R.encode(motion.mirrored()), atol=2e-6)


def test_the_path_is_smoothed_but_straight_lines_and_ends_stay():
    time = np.arange(90) / 30
    straight = np.stack((1.3 * time, -0.4 * time), axis=1)
    np.testing.assert_allclose(R.smooth_path(straight, 30), straight, atol=1e-9)
    sway = straight + 0.04 * np.sin(2 * np.pi * 1.8 * time)[:, None] * [1, 0]
    left = R.smooth_path(sway, 30)[15:-15] - straight[15:-15]
    assert np.abs(left).max() < 0.01


@pytest.mark.parametrize("frames", [1, 2, 3, 7])
def test_very_short_motions_round_trip(frames):
    motion = walk(1.0).crop(0, frames)
    millimetres, degrees = error_mm_and_degrees(R.decode(R.encode(motion)), motion)
    assert millimetres < 0.05
    assert degrees < 0.005


def test_wrong_width_is_refused():
    with pytest.raises(ValueError, match="207"):
        R.decode(np.zeros((4, 206)))


def test_normaliser_is_invertible_and_bounds_small_spreads(rng):
    features = R.encode(random_motion(rng, seconds=6))
    normaliser = R.fit_normaliser(features)
    np.testing.assert_allclose(normaliser.denormalise(normaliser.normalise(features)), features, atol=1e-5)
    assert normaliser.std.min() >= 1e-3
    assert normaliser.std[0] == normaliser.std[1]  # turning the motion doesn't change the path's scale
