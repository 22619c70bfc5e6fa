"""Shaking: third differences of joint positions in time."""

from __future__ import annotations

import numpy as np

from .sampling_rate import need_frames


def mean_jerk(positions: np.ndarray, fps: float) -> float:
    """Mean length of the third time derivative over frames and joints, m/s^3; for smooth motion the same at any fps."""
    need_frames(positions, 4, "jerk")
    return float(np.linalg.norm(np.diff(positions, n=3, axis=0), axis=-1).mean() * fps**3)


def jitter(positions: np.ndarray, fps: float) -> float:
    """StableMotion's and MotionBricks' jitter: the mean jerk in units of 10 m/s^3."""
    return mean_jerk(positions, fps) / 10


def acceleration_error(positions: np.ndarray, truth: np.ndarray, fps: float) -> float:
    """Mean length of the difference of joint accelerations between a motion and the truth, m/s^2 (RoHM, SmoothNet)."""
    need_frames(positions, 3, "the acceleration error")
    if positions.shape != truth.shape:
        raise ValueError(f"the motion {positions.shape} and the truth {truth.shape} must have the same shape")
    difference = np.diff(positions - truth, n=2, axis=0)
    return float(np.linalg.norm(difference, axis=-1).mean() * fps**2)
