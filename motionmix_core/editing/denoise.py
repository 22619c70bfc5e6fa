"""White noise taken out of curves without softening what is real: each stretch decides how fast its motion is.

A filter of one width has to choose between noise and blows. Here a stretch of about a second is written as a sum of
cosines, along the axes that its joint turns about. How the power of real motion falls from slow cosines to fast ones is
one of a family of laws (`_laws`); how well each law, together with the known noise, explains the stretch, and how often
clean clips follow it, say how likely it is. The coefficients are then scaled as Wiener's filter would, averaged over
the laws by their likelihood: the least squared error for such a mixture (Gaussian scale mixtures, Portilla et al.
2003). A stretch with a blow in it follows a law with fast cosines and keeps them; a calm one doesn't. Each frame lies
in several stretches, of three lengths, whose answers are averaged. What sudden turns still lose by it is given back by
`hits`.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from ..motion.rotations import axis_angle_to_quat, quat_inv, quat_mul, quat_normalise, quat_to_axis_angle
from .cusps import cusps
from .hits import hits_given_back
from .noise import WALK_POWER

BLOCK_SECONDS = (20 / 30, 28 / 30, 40 / 30)
"""Of the stretches: on clips that shake, three lengths together leave 4 % less error in places, and nearly 1 % less in
accelerations, than the one of 32 / 30 alone."""

HOP_SECONDS = 4 / 30
CYCLE = 0.8
"""Seconds to which a law's cosines are counted."""

SLOPES = (4.0, 6.0, 8.0)
"""Of the power over frequency, for motion that is mostly slow."""

EDGES, EDGE_SLOPE = (3.0, 4.0, 6.0, 8.0, 10.0, 14.0), 6.0
"""Half cycles in `CYCLE` up to which motion has as much power as at rest, and how it falls from there: blows,
claps."""

SHARES = (0.14, 0.04, 0.04, 0.23, 0.23, 0.14, 0.06, 0.05, 0.07)
"""How often stretches of clean training clips follow laws of these slopes and of these edges: known beforehand."""

STRENGTHS = 15
"""Of each law, from 1 rad² or m² down, each a quarter of the one before."""

SAFETY = 1.25
"""The noise is taken to be that much stronger than estimated: noise left over is seen, as trembling."""

SHARED = 0.7
"""How far the channels of a joint decide on a law together."""

Curves = NDArray[np.float64]


def without_noise(values: Curves, sigma: Curves, wanders: float = 0.0, fps: float = 30.0) -> Curves:
    """(T, J, C) curves of J joints with noise of standard deviations sigma (J,) taken out; 0 keeps a joint's curves.

    wanders: share of the noise's power that is a random walk, of steps that white noise of that strength would be
        mistaken for (`noise.WALK_POWER`).
    """
    out, noisy, sizes = values.copy(), np.flatnonzero(sigma > 0), _sizes(len(values), fps)
    if not (len(noisy) and sizes):
        return out
    calm = []
    for size in sizes:
        starts = _starts(len(values), size, fps)
        blocks = values[:, noisy][starts[:, None] + np.arange(size)]
        calm.append(_joined(_shrunk(blocks, sigma[noisy], fps, wanders), starts, len(values)))
    out[:, noisy] = np.mean(calm, axis=0)
    return out


def rotations_without_noise(rotations: Curves, sigma: Curves, fps: float = 30.0) -> Curves:
    """(T, J, 4) quaternions with rotation noise of sigma (J,) radians taken out; 0 keeps a joint's to the bit.

    Each stretch is handled as rotation vectors from its own mean rotation.
    """
    out, noisy, sizes = rotations.copy(), np.flatnonzero(sigma > 0), _sizes(len(rotations), fps)
    if not (len(noisy) and sizes):
        return out
    sharp = cusps(rotations[:, noisy], sigma[noisy], fps)
    smooth = quat_mul(rotations[:, noisy], axis_angle_to_quat(-sharp))
    calm = [_calm_rotations(smooth, sigma[noisy], size, fps) for size in sizes]
    joined = quat_normalise(np.mean([_same_side(one, smooth) for one in calm], axis=0))
    out[:, noisy] = quat_mul(hits_given_back(joined, smooth, sigma[noisy]), axis_angle_to_quat(sharp))
    return out


def _calm_rotations(rotations: Curves, sigma: Curves, size: int, fps: float) -> Curves:
    """(T, J, 4) with noise of sigma (J,) taken out in stretches of `size` frames."""
    starts = _starts(len(rotations), size, fps)
    blocks = rotations[starts[:, None] + np.arange(size)]
    blocks = _same_side(blocks, blocks[:, blocks.shape[1] // 2, None])
    mean = quat_normalise(blocks.mean(axis=1, keepdims=True))
    turns = _shrunk(quat_to_axis_angle(quat_mul(quat_inv(mean), blocks)), sigma, fps)
    calm = _same_side(quat_mul(mean, axis_angle_to_quat(turns)), blocks)
    # the blocks of one frame may hold opposite quaternions of one rotation
    signs = np.where((blocks * rotations[starts[:, None] + np.arange(size)]).sum(-1) < 0, -1, 1)
    return quat_normalise(_joined(calm * signs[..., None], starts, len(rotations)))


def _sizes(frames: int, fps: float) -> list[int]:
    """Frames of the stretches; none for a motion too short to tell noise from motion."""
    sizes = {min(max(5, round(seconds * fps)), frames) for seconds in BLOCK_SECONDS}
    return sorted(size for size in sizes if size >= 5)


def _starts(frames: int, size: int, fps: float) -> NDArray[np.int64]:
    """First frames of the overlapping stretches."""
    hop = max(1, round(HOP_SECONDS * fps))
    return np.unique(np.append(np.arange(0, frames - size + 1, hop), frames - size))


def _shrunk(blocks: Curves, sigma: Curves, fps: float, wanders: float = 0.0) -> Curves:
    """(B, S, J, C) stretches of curves with noise of sigma (J,) taken out of them."""
    count, size, joints, channels = blocks.shape
    line, basis = _line(size), _cosines(size)
    flat = blocks.reshape(count, size, -1)
    trend = (line @ np.linalg.pinv(line)).T @ flat
    coefficients = (basis @ (flat - trend)).reshape(blocks.shape)
    noise = np.repeat(np.square(SAFETY * sigma)[:, None], size, axis=1)
    walk = WALK_POWER / (2 - 2 * np.cos(np.pi * np.maximum(np.arange(size), 0.5) / size))
    noise = noise * (1 - wanders + wanders * walk)
    axes = np.linalg.eigh(np.einsum("bkjc,bkjd->bjcd", coefficients, coefficients))[1]
    turned = np.einsum("bkjc,bjcd->jbdk", coefficients, axes)
    laws = _laws(size, fps)
    total = laws[None] + noise[:, None]  # (J, H, K)
    flat = (turned**2).reshape(joints, -1, size)
    likelihood = flat @ (-0.5 / total).transpose(0, 2, 1) - 0.5 * np.log(total).sum(axis=-1)[:, None]
    likelihood = likelihood.reshape(joints, count, channels, -1)
    likelihood += SHARED * (likelihood.mean(axis=2, keepdims=True) - likelihood) + np.log(np.tile(SHARES, STRENGTHS))
    weights = np.exp(likelihood - likelihood.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    gain = (weights.reshape(joints, count * channels, -1) @ (laws[None] / total)).reshape(turned.shape)
    calm = np.einsum("jbdk,bjcd->bkjc", gain * turned, axes).reshape(count, size, -1)
    return np.asarray(basis.T @ calm + trend).reshape(blocks.shape)


@cache
def _laws(size: int, fps: float) -> Curves:
    """(H, K) power of a motion's cosine coefficients, in squares of radians or metres."""
    frequency = np.arange(size) * (CYCLE * fps / size)
    shapes = [(1 + frequency / 2) ** -slope for slope in SLOPES]
    shapes += [1 / (1 + (frequency / edge) ** EDGE_SLOPE) for edge in EDGES]
    return np.asarray((4.0 ** -np.arange(STRENGTHS)[:, None, None] * np.stack(shapes)).reshape(-1, size))


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


def _same_side(quaternions: Curves, other: Curves) -> Curves:
    """Quaternions of the same rotations, on the side of `other`."""
    return np.where((quaternions * other).sum(axis=-1, keepdims=True) < 0, -quaternions, quaternions)


def _joined(blocks: Curves, starts: NDArray[np.int64], frames: int) -> Curves:
    """(B, S, ...) overlapping stretches -> (T, ...), weighted towards each stretch's middle."""
    size = blocks.shape[1]
    window = np.sin(np.pi * (np.arange(size) + 0.5) / size) ** 2 + 1e-3
    window = window.reshape(-1, *([1] * (blocks.ndim - 2)))
    total, weights = np.zeros((frames, *blocks.shape[2:])), np.zeros((frames, *window.shape[1:]))
    for start, block in zip(starts, blocks, strict=True):
        total[start : start + size] += window * block
        weights[start : start + size] += window
    return np.asarray(total / weights)
