"""In-betweening measures of the LAFAN1 benchmark (L2P, L2Q, NPSS) and its two baselines.

Protocol: 30 fps, 10 past frames and one target key frame; scores are taken on the missing frames between them. Absolute
values hold for one data set only; the ratio to `slerp_between` is what can be compared across data (anchors 1.8).
"""

from __future__ import annotations

import numpy as np

from ..motion.motion import Motion
from ..motion.rotations import quat_slerp


def l2p(positions: np.ndarray, truth: np.ndarray, mean: np.ndarray, std: np.ndarray) -> float:
    """Distance of global joint positions, standardised by the training data, mean over clips and frames.

    positions, truth: (B, T, J, 3) metres; mean, std: (J, 3) of the training data. The norm runs over all joints.
    """
    return float(l2p_of_each(positions, truth, mean, std).mean())


def l2p_of_each(positions: np.ndarray, truth: np.ndarray, mean: np.ndarray, std: np.ndarray) -> np.ndarray:
    """`l2p` of each clip, (B,)."""
    _same_shape(positions, truth, 4)
    difference = ((positions - mean) - (truth - mean)) / std
    return np.asarray(np.sqrt(np.square(difference).sum(axis=(-1, -2))).mean(axis=1))


def l2q(rotations: np.ndarray, truth: np.ndarray) -> float:
    """Distance of global joint quaternions (B, T, J, 4), the norm over all joints, mean over clips and frames.

    A quaternion and its negative are one rotation: both are made continuous in time, from first frames of like sign.
    """
    return float(l2q_of_each(rotations, truth).mean())


def l2q_of_each(rotations: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """`l2q` of each clip, (B,)."""
    _same_shape(rotations, truth, 4)
    truth = _continuous(truth, truth[:, :1])
    difference = _continuous(rotations, truth[:, :1]) - truth
    return np.asarray(np.sqrt(np.square(difference).sum(axis=(-1, -2))).mean(axis=1))


def npss(rotations: np.ndarray, truth: np.ndarray) -> float:
    """Normalised power spectrum similarity (Gopalakrishnan et al. 2019) of global quaternions (B, T, J, 4); 0 is equal.

    The distance between the cumulative power spectra of each channel, weighted by the truth's power in it. As in the
    LAFAN1 code, power is the square of the real part of the Fourier coefficients.
    """
    distances, powers = npss_of_each(rotations, truth)
    return float(distances.sum() / max(float(powers.sum()), 1e-12))


def npss_of_each(rotations: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What each clip adds to `npss`, (B,): its spectra's distances times the truth's power, and that power."""
    _same_shape(rotations, truth, 4)
    truth = _continuous(truth, truth[:, :1])
    made = _continuous(rotations, truth[:, :1]).reshape(*truth.shape[:2], -1)
    truth = truth.reshape(*truth.shape[:2], -1)
    truth_power, made_power = (np.square(np.fft.fft(x, axis=1).real) for x in (truth, made))
    total = truth_power.sum(axis=1)
    made_total = made_power.sum(axis=1)
    cumulative = np.cumsum(truth_power / np.maximum(total, 1e-12)[:, None], axis=1)
    made_cumulative = np.cumsum(made_power / np.maximum(made_total, 1e-12)[:, None], axis=1)
    distance = np.abs(made_cumulative - cumulative).sum(axis=1)
    return (distance * total).sum(axis=1), total.sum(axis=1)


def slerp_between(past: Motion, target: Motion, missing: int) -> Motion:
    """Baseline: `missing` frames from the last of `past` to the first of `target`, root lerped and joints slerped."""
    share = np.arange(1, missing + 1) / (missing + 1)
    start, end = past.root_positions[-1], target.root_positions[0]
    root = start + share[:, None] * (end - start)
    rotations = quat_slerp(past.rotations[-1][None], target.rotations[0][None], share[:, None])
    return Motion(past.skeleton, root, rotations, past.fps)


def zero_velocity(past: Motion, missing: int) -> Motion:
    """Baseline: the last pose of `past`, held for `missing` frames."""
    last = past.num_frames - 1
    return Motion(
        past.skeleton,
        np.repeat(past.root_positions[last:], missing, axis=0),
        np.repeat(past.rotations[last:], missing, axis=0),
        past.fps,
    )


def _continuous(quaternions: np.ndarray, first: np.ndarray) -> np.ndarray:
    """(B, T, J, 4) with signs chosen so that neighbours in time agree, beginning with `first` (B, 1, J, 4)."""
    before = np.concatenate([first, quaternions[:, :-1]], axis=1)
    flips = np.where((before * quaternions).sum(axis=-1, keepdims=True) < 0, -1.0, 1.0)
    return quaternions * np.cumprod(flips, axis=1)


def _same_shape(made: np.ndarray, truth: np.ndarray, dimensions: int) -> None:
    if made.shape != truth.shape or made.ndim != dimensions:
        raise ValueError(f"need two arrays of one shape with {dimensions} axes, not {made.shape} and {truth.shape}")
