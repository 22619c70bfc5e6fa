"""Cusps: where a joint turns round at once is found in noise, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from motionmix_core.editing.cusps import LONG_SECONDS, cusps
from motionmix_core.editing.denoise import rotations_without_noise
from motionmix_core.motion.rotations import axis_angle_to_quat, quat_inv, quat_mul, quat_to_axis_angle

SIGMA = np.array([0.01])


def turning(angle: np.ndarray) -> np.ndarray:
    """(T,) angles about one axis -> (T, 1, 4)."""
    return axis_angle_to_quat(np.stack((np.zeros_like(angle), angle, np.zeros_like(angle)), axis=-1))[:, None]


def noisy(rotations: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return np.asarray(quat_mul(rotations, axis_angle_to_quat(rng.normal(0, SIGMA[0], (len(rotations), 1, 3)))))


def bouncing(fps: float) -> np.ndarray:
    """Turning there and back, with a bounce at 1 s and one at 2 s."""
    time = np.arange(round(3 * fps)) / fps
    return turning(0.8 * np.abs(np.sin(np.pi * time)))


@pytest.mark.parametrize("fps", [60.0, 120.0])
def test_a_bounce_is_found_with_its_jump(rng: np.random.Generator, fps: float) -> None:
    found = cusps(noisy(bouncing(fps), rng), SIGMA, fps)[:, 0, 1]
    for at in (1.0, 2.0):
        # what is put aside is deepest at the bounce, by its jump of the turning speed
        around = found[round((at - 0.05) * fps) : round((at + 0.05) * fps) + 1]
        assert -around.min() * 6 / LONG_SECONDS == pytest.approx(2 * 0.8 * np.pi, rel=0.3)


@pytest.mark.parametrize("fps", [24.0, 30.0, 60.0, 120.0])
def test_smooth_motion_has_none(rng: np.random.Generator, fps: float) -> None:
    time = np.arange(round(4 * fps)) / fps
    assert np.abs(cusps(noisy(turning(0.8 * np.sin(2 * np.pi * time)), rng), SIGMA, fps)).max() == 0


@pytest.mark.parametrize("fps", [60.0, 120.0])
def test_taking_noise_out_does_not_round_a_bounce(
    rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch, fps: float
) -> None:
    truth = bouncing(fps)
    capture = noisy(truth, rng)
    bounce = np.abs(np.arange(len(truth)) / fps - 1.0) < 1.5 / fps

    def off() -> float:
        calm = rotations_without_noise(capture, SIGMA, fps)
        return float(np.linalg.norm(quat_to_axis_angle(quat_mul(quat_inv(truth), calm)), axis=-1)[bounce, 0].max())

    kept = off()
    monkeypatch.setattr("motionmix_core.editing.cusps.SURE", np.inf)
    assert kept < 2 * SIGMA[0]
    assert kept < 0.6 * off()


def test_a_motion_of_a_few_frames_has_none() -> None:
    assert not cusps(turning(np.linspace(0, 1, 5)), SIGMA, 30.0).any()
