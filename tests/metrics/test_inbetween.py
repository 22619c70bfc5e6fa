"""L2P, L2Q, NPSS and the two baselines of the LAFAN1 protocol."""

from __future__ import annotations

import numpy as np
import pytest

from motionmix_core.metrics.inbetween import l2p, l2q, npss, slerp_between, zero_velocity
from motionmix_core.motion.rotations import quat_angle
from tests import motions


def batch(rng: np.random.Generator, count: int = 3) -> tuple[np.ndarray, np.ndarray]:
    made = [motions.random_motion(rng) for _ in range(count)]
    return np.stack([m.positions() for m in made]), np.stack([m.global_rotations() for m in made])


def test_l2p_is_the_norm_over_all_standardised_joints(rng: np.random.Generator) -> None:
    positions, _ = batch(rng)
    mean, std = positions.mean(axis=(0, 1)), np.full((22, 3), 0.5)
    assert l2p(positions, positions, mean, std) == 0
    # Every joint 1 cm off along x: sqrt(22 (0.01 / 0.5)^2), whatever the mean is.
    assert l2p(positions + np.array([0.01, 0, 0]), positions, mean, std) == pytest.approx(np.sqrt(22) * 0.02)


def test_l2q_does_not_see_the_sign_of_quaternions(rng: np.random.Generator) -> None:
    _, rotations = batch(rng)
    signs = np.where(rng.random(rotations.shape[:-1]) < 0.5, -1.0, 1.0)[..., None]
    assert l2q(rotations * signs, rotations) == pytest.approx(0, abs=1e-12)
    made = rotations.copy()
    made[:, :, 4] = [1, 0, 0, 0]
    truth = rotations.copy()
    truth[:, :, 4] = [np.cos(0.1), np.sin(0.1), 0, 0]
    assert l2q(made, truth) == pytest.approx(2 * np.sin(0.05))  # chord of the half angle


def test_npss_is_zero_for_the_same_and_grows_with_another_rhythm(rng: np.random.Generator) -> None:
    _, rotations = batch(rng)
    assert npss(rotations, rotations) == pytest.approx(0, abs=1e-12)
    time = np.arange(64) / 64

    def nodding(cycles: float) -> np.ndarray:
        angle = 0.5 * np.cos(2 * np.pi * cycles * time)
        return np.stack([np.cos(angle), np.sin(angle), 0 * angle, 0 * angle], axis=-1)[None, :, None]

    assert npss(nodding(3), nodding(2)) < npss(nodding(8), nodding(2))
    # One channel with all its power at cycle 2 (and its mirror, 62) against cycle 3: the cumulative spectra differ by a
    # half at one bin on each side, a distance of 1. The cosine channel has its power in other bins, so isolate x.
    x2, x3 = (np.zeros((1, 64, 1, 4)) for _ in range(2))
    x2[0, :, 0, 1], x3[0, :, 0, 1] = np.cos(2 * np.pi * 2 * time), np.cos(2 * np.pi * 3 * time)
    x3 *= np.sign(x3[0, 0, 0, 1])
    spectrum = npss_by_hand(continuous(x3), continuous(x2))
    assert npss(x3, x2) == pytest.approx(spectrum)


def continuous(q: np.ndarray) -> np.ndarray:
    q = q.copy()
    for frame in range(1, q.shape[1]):
        for joint in range(q.shape[2]):
            if np.dot(q[0, frame, joint], q[0, frame - 1, joint]) < 0:
                q[0, frame, joint] *= -1
    return q


def npss_by_hand(made: np.ndarray, truth: np.ndarray) -> float:
    """The published definition, channel by channel, with loops."""
    top = bottom = 0.0
    for channel in range(4):
        power = np.real(np.fft.fft(truth[0, :, 0, channel])) ** 2
        other = np.real(np.fft.fft(made[0, :, 0, channel])) ** 2
        if power.sum() == 0:
            continue
        distance = sum(
            abs(other[: k + 1].sum() / other.sum() - power[: k + 1].sum() / power.sum()) for k in range(len(power))
        )
        top += distance * power.sum()
        bottom += power.sum()
    return top / bottom


def test_slerp_baseline_meets_both_ends_at_a_steady_speed(rng: np.random.Generator) -> None:
    motion = motions.random_motion(rng, seconds=3)
    past, target = motion.crop(0, 10), motion.crop(25, 26)
    filled = slerp_between(past, target, 15)
    assert filled.num_frames == 15
    chain_root = np.concatenate([past.root_positions[-1:], filled.root_positions, target.root_positions])
    np.testing.assert_allclose(np.diff(chain_root, axis=0), np.diff(chain_root, axis=0)[:1].repeat(16, 0), atol=1e-12)
    chain = np.concatenate([past.rotations[-1:], filled.rotations, target.rotations])
    steps = quat_angle(chain[:-1], chain[1:])
    np.testing.assert_allclose(steps, steps[:1].repeat(16, 0), atol=1e-6)


def test_baselines_rank_as_in_the_literature(rng: np.random.Generator) -> None:
    """On smooth motion interpolation beats holding the pose, and both get worse with more missing frames."""
    scores = {}
    for missing in (5, 15, 30):
        made: dict[str, list[np.ndarray]] = {"slerp": [], "zero": [], "truth": []}
        for _ in range(6):
            motion = motions.random_motion(rng, seconds=2, knots_per_second=1.0)
            past = motion.crop(0, 10)
            made["slerp"].append(
                slerp_between(past, motion.crop(10 + missing, 11 + missing), missing).global_rotations()
            )
            made["zero"].append(zero_velocity(past, missing).global_rotations())
            made["truth"].append(motion.crop(10, 10 + missing).global_rotations())
        truth = np.stack(made["truth"])
        scores[missing] = l2q(np.stack(made["slerp"]), truth), l2q(np.stack(made["zero"]), truth)
        assert scores[missing][0] < scores[missing][1]
    assert scores[5][0] < scores[15][0] < scores[30][0]
    assert scores[5][1] < scores[15][1] < scores[30][1]
