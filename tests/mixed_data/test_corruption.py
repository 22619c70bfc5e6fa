"""Corruptions: white noise as published, and capture faults that do what their names say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motionmix_core.diffusion import cosine_schedule, linear_schedule
from motionmix_core.errors import RequestError
from motionmix_core.mixed_data.corruption import (
    FAULTS,
    CaptureFaults,
    Drift,
    DroppedFrames,
    FootSlide,
    JointJitter,
    OverSmoothing,
    TwistFlips,
    WhiteNoise,
    clip_generator,
)
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import axis_angle_to_quat, quat_angle
from motionmix_core.motion.skeleton import canonical_skeleton

FPS = 30.0


@pytest.fixture
def walk() -> Motion:
    """Two seconds of a made-up body that travels 3 m while its limbs swing."""
    time = np.arange(60) / FPS
    skeleton = canonical_skeleton()
    phase = np.linspace(0, np.pi, skeleton.num_joints)
    swing = 0.5 * np.sin(2 * np.pi * time[:, None] + phase)
    root = np.stack([0 * time, 0.95 + 0.02 * np.sin(12 * time), 1.5 * time], axis=1)
    return Motion(skeleton, root, axis_angle_to_quat(np.stack([swing, 0.3 * swing, 0 * swing], axis=-1)), FPS)


def jitter(motion: Motion) -> float:
    """Mean third difference of positions: what trembles."""
    return float(np.abs(np.diff(motion.positions(), 3, axis=0)).mean())


def test_white_noise_has_the_level_of_its_timestep() -> None:
    schedule = cosine_schedule()
    noise = WhiteNoise(schedule, 20, 60, seed=1)
    x = np.full((400, 263), 3.0, np.float32)
    (noisy,) = noise.apply("clip", x)
    s = noise.timestep("clip")
    assert 20 <= s < 60
    assert noisy.dtype == np.float32
    # The signal is scaled, too, and the noise is white over frames and features.
    assert float(noisy.mean()) == pytest.approx(3.0 * schedule.alphas_cumprod[s] ** 0.5, abs=2e-3)
    assert float(noisy.std()) == pytest.approx(schedule.noise_std(s), rel=0.02)
    centred = noisy - noisy.mean()
    assert abs(float((centred[1:] * centred[:-1]).mean())) < 0.02 * float(noisy.var())


def test_levels_of_clips_fill_the_range_but_its_end() -> None:
    noise = WhiteNoise(cosine_schedule(), 10, 30, seed=0)
    assert {noise.timestep(f"clip {number}") for number in range(600)} == set(range(10, 30))
    assert noise.noise_std("clip 0") == cosine_schedule().noise_std(noise.timestep("clip 0"))


def test_all_arrays_of_a_clip_share_the_level_not_the_noise() -> None:
    angles, joints = np.zeros((500, 72)), np.zeros((500, 72))
    noisy_angles, noisy_joints = WhiteNoise(linear_schedule(), 20, 60, seed=2).apply("clip", angles, joints)
    assert noisy_angles.std() == pytest.approx(noisy_joints.std(), rel=0.02)
    assert abs(np.corrcoef(noisy_angles.ravel(), noisy_joints.ravel())[0, 1]) < 0.02


def test_corruption_is_fixed_for_a_clip_and_new_for_another_seed() -> None:
    x = np.zeros((20, 5))
    noise = WhiteNoise(cosine_schedule(), 20, 60, seed=1)
    np.testing.assert_array_equal(noise.apply("a", x)[0], noise.apply("a", x)[0])
    assert not np.array_equal(noise.apply("a", x)[0], noise.apply("b", x)[0])
    assert not np.array_equal(noise.apply("a", x)[0], replace(noise, seed=2).apply("a", x)[0])


@pytest.mark.parametrize("kind", sorted(FAULTS))
def test_faults_keep_length_and_rate_and_are_repeatable(walk: Motion, kind: str) -> None:
    faults = CaptureFaults.from_config([{"kind": kind}], seed=5)
    once, again = faults.apply("clip", walk), faults.apply("clip", walk)
    assert (once.num_frames, once.fps) == (walk.num_frames, walk.fps)
    np.testing.assert_array_equal(once.rotations, again.rotations)
    np.testing.assert_array_equal(once.root_positions, again.root_positions)
    changed = max(
        float(quat_angle(once.rotations, walk.rotations).max()),
        float(np.abs(once.root_positions - walk.root_positions).max()),
    )
    assert changed > 1e-3


def test_joint_jitter_trembles_by_its_angles(walk: Motion) -> None:
    noisy = JointJitter(share=1.0, low=0.05, high=0.05).apply(walk, clip_generator(0, "clip"))
    angle = quat_angle(walk.rotations, noisy.rotations)
    assert float(np.sqrt((angle**2).mean() / 3)) == pytest.approx(0.05, rel=0.05)
    np.testing.assert_array_equal(noisy.root_positions, walk.root_positions)
    some = JointJitter(share=0.3).apply(walk, clip_generator(0, "clip"))
    touched = quat_angle(walk.rotations, some.rotations).max(axis=0) > 1e-6
    assert 0 < touched.sum() < walk.skeleton.num_joints


def test_over_smoothing_takes_detail_and_keeps_the_path(walk: Motion) -> None:
    trembling = JointJitter(share=1.0).apply(walk, clip_generator(0, "clip"))
    smooth = OverSmoothing(0.13).apply(trembling, clip_generator(0, "clip"))
    assert jitter(smooth) < 0.1 * jitter(trembling)
    assert np.abs(smooth.root_positions - walk.root_positions)[12:-12].max() < 0.02
    np.testing.assert_allclose(np.linalg.norm(smooth.rotations, axis=-1), 1)


def test_foot_slide_scales_travel_alone(walk: Motion) -> None:
    slid = FootSlide(0.1).apply(walk, clip_generator(0, "clip"))
    factor = np.ptp(slid.root_positions[:, 2]) / np.ptp(walk.root_positions[:, 2])
    assert 0.9 <= factor <= 1.1
    assert abs(factor - 1) > 1e-3
    np.testing.assert_array_equal(slid.root_positions[:, 1], walk.root_positions[:, 1])
    np.testing.assert_array_equal(slid.rotations, walk.rotations)


def test_drift_grows_with_the_root_of_time(walk: Motion) -> None:
    off = np.stack([
        Drift(0.1).apply(walk, clip_generator(0, str(n))).root_positions - walk.root_positions for n in range(300)
    ])  # fmt: skip
    assert np.abs(off[:, 0]).max() == 0
    std = off.std(axis=(0, 2))
    assert std[30] == pytest.approx(0.1, rel=0.1)  # after one second
    assert std[59] / std[15] == pytest.approx(2.0, rel=0.15)


def test_dropped_frames_hold_the_last_good_one(walk: Motion) -> None:
    dropped = DroppedFrames(share=0.3, longest=0.2).apply(walk, clip_generator(0, "clip"))
    same = np.all(dropped.root_positions[1:] == dropped.root_positions[:-1], axis=1)
    assert 0.1 <= same.mean() <= 0.4
    np.testing.assert_array_equal(dropped.root_positions[0], walk.root_positions[0])
    kept = np.concatenate([[True], ~same])
    np.testing.assert_array_equal(dropped.root_positions[kept], walk.root_positions[kept])


def test_twist_flips_leave_every_position(walk: Motion) -> None:
    flipped = TwistFlips(flips=3).apply(walk, clip_generator(0, "clip"))
    np.testing.assert_allclose(flipped.positions(), walk.positions(), atol=1e-9)
    turned = quat_angle(walk.global_rotations(), flipped.global_rotations())
    assert float(turned.max()) == pytest.approx(np.pi, abs=1e-6)
    joints = np.flatnonzero(turned.max(axis=0) > 1)
    assert 1 <= len(joints) <= 3


def test_probability_and_independent_streams(walk: Motion) -> None:
    never = CaptureFaults.from_config([{"kind": "drift", "probability": 0.0}])
    np.testing.assert_array_equal(never.apply("clip", walk).root_positions, walk.root_positions)
    slide = {"kind": "foot_slide"}
    alone = CaptureFaults.from_config([slide]).apply("clip", walk)
    with_more = CaptureFaults.from_config([slide, {"kind": "joint_jitter"}]).apply("clip", walk)
    np.testing.assert_array_equal(alone.root_positions, with_more.root_positions)


def test_bad_settings_are_named() -> None:
    with pytest.raises(RequestError, match="earthquake"):
        CaptureFaults.from_config([{"kind": "earthquake"}])
    with pytest.raises(RequestError, match="magnitude"):
        CaptureFaults.from_config([{"kind": "drift", "magnitude": 3}])
    with pytest.raises(RequestError, match=r"60\.\.20"):
        WhiteNoise(cosine_schedule(), 60, 20)
