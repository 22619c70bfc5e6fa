"""White noise taken out of curves without softening what is real: shrinkage in overlapping cosine blocks.

A filter of one width has to choose between noise and blows. Here a stretch of about a second is written as a sum of
cosines; groups of coefficients that noise of the known strength could not have made are kept, the others go (block
thresholding, Cai & Silverman 2001), and a second pass weighs each coefficient by how much of it the first one found to
be signal, the empirical Wiener filter of BM3D (Dabov et al. 2007). Each frame lies in several blocks, whose answers are
averaged.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

BLOCK_FRAMES = 24
HOP_FRAMES = 4
STRICTNESS = 3.0
"""Of the first pass: a group of coefficients with so many times the noise's power or less is taken for noise."""

BLOW_FRAMES, BLOW_POWER, BLOW_STRENGTH = 5, 2.0, 2.0
"""What was left out comes back where over so many frames it has more than so many times the noise's power; in full, at
twice that."""

Curves = NDArray[np.float64]


def without_noise(values: Curves, sigma: Curves, wanders: bool = False) -> Curves:
    """(T, J, C) curves of J joints with noise of standard deviations sigma (J,) taken out; 0 keeps a joint's curves.

    wanders: the noise is a random walk, of steps that white noise of that strength would be mistaken for.
    """
    frames, joints, channels = values.shape
    size = min(BLOCK_FRAMES, frames)
    if size < 5 or not (sigma > 0).any():
        return values.copy()
    starts = np.unique(np.append(np.arange(0, frames - size + 1, HOP_FRAMES), frames - size))
    blocks = values.reshape(frames, -1)[starts[:, None] + np.arange(size)]
    line, basis = _line(size), _cosines(size)
    trend = np.einsum("ts,btc->bsc", line @ np.linalg.pinv(line), blocks)
    coefficients = np.einsum("kt,btc->bkc", basis, blocks - trend).reshape(len(starts), size, joints, channels)
    variance = np.repeat((sigma**2)[None, :, None], size, axis=0)
    if wanders:
        # fourth differences: 70 times the variance of white noise, 20 times that of a walk's steps
        variance = variance * (3.5 / (2 - 2 * np.cos(np.pi * np.maximum(np.arange(size), 0.5) / size)))[:, None, None]

    def answer(gain: Curves) -> Curves:
        kept = (gain * coefficients).reshape(len(starts), size, -1)
        return _joined(np.einsum("kt,bkc->btc", basis, kept) + trend, starts, frames)

    power = _beside((coefficients**2).mean(axis=-1, keepdims=True))
    gain = np.clip(1 - STRICTNESS * variance / np.maximum(power, 1e-30), 0.0, 1.0)
    gain = np.minimum.accumulate(gain, axis=1)  # motion has less and less of what is faster; noise has as much
    first = answer(gain)
    pilot = np.einsum("kt,btc->bkc", basis, first[starts[:, None] + np.arange(size)] - trend)
    power = (pilot.reshape(coefficients.shape) ** 2).mean(axis=-1, keepdims=True)
    calm = answer(power / np.maximum(power + variance, 1e-30)).reshape(values.shape)
    return calm if wanders else calm + _blows(values - calm, sigma)


def _blows(left: Curves, sigma: Curves) -> Curves:
    """(T, J, C) of what was left out, that is too strong over a few frames to be noise: the tip of a punch."""
    power = np.square(left).mean(axis=-1)
    reach = BLOW_FRAMES // 2
    padded = np.pad(power, ((reach, reach), (0, 0)), mode="reflect" if len(power) > reach else "edge")
    near = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=0).mean(axis=-1)
    gain = np.clip(BLOW_STRENGTH * (1 - BLOW_POWER * sigma**2 / np.maximum(near, 1e-30)), 0.0, 1.0)
    return np.asarray(gain[..., None] * left)


def _beside(power: Curves) -> Curves:
    """(B, K, J, 1) power averaged with that of the coefficients next to it."""
    padded = np.pad(power, ((0, 0), (1, 1), (0, 0), (0, 0)), mode="edge")
    return np.asarray((padded[:, :-2] + padded[:, 1:-1] + padded[:, 2:]) / 3)


@cache
def _cosines(size: int) -> Curves:
    """(K, T) orthonormal cosines (DCT-II)."""
    t = (np.arange(size) + 0.5) / size
    basis = np.sqrt(2 / size) * np.cos(np.pi * np.arange(size)[:, None] * t)
    basis[0] /= np.sqrt(2)
    return np.asarray(basis)


@cache
def _line(size: int) -> Curves:
    """(T, 2) a constant and a slope: they carry little noise, and a slope needs many cosines."""
    return np.column_stack((np.ones(size), np.linspace(-1, 1, size)))


def _joined(blocks: Curves, starts: NDArray[np.int64], frames: int) -> Curves:
    """(B, S, C) overlapping blocks -> (T, C), weighted towards each block's middle."""
    size = blocks.shape[1]
    window = np.sin(np.pi * (np.arange(size) + 0.5) / size) ** 2 + 1e-3
    total, weights = np.zeros((frames, blocks.shape[2])), np.zeros(frames)
    for start, block in zip(starts, blocks, strict=True):
        total[start : start + size] += window[:, None] * block
        weights[start : start + size] += window
    return np.asarray(total / weights[:, None])
