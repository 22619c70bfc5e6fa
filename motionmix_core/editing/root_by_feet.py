"""A drifting root put right by the feet: while a foot stands, the ground under it doesn't move.

The rotations of a capture tell where the feet are, seen from the hips. So wherever a foot stands, it tells how the
hips travel, and better than a root that wanders. Both are weighed by what is known about their errors, together with
how suddenly hips change their course: one weighted least-squares problem over all frames for each axis. Which feet
stand, and where the hips are calm and where sudden, is told from the root found so far, and again from the better one;
feet that contradict the rest count for less and less (iterated reweighting). Where none stands, the calm course of the
root goes on.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..motion.contacts import FOOT_INDICES
from ..motion.motion import Motion
from .banded import difference_bands, solve_banded
from .standing import standing

STANDING_ERROR = 0.045  # metres a second that a standing foot's joints move by while it rolls
CONTRADICTION = 0.12  # metres a second: a foot that moves by so much against the rest counts half
SHAKEN_ERROR = 0.1  # the same where legs shook
SUDDENNESS = 80.0  # m/s³, how fast hips change their acceleration, as long as nothing is known
LEAST_SUDDENNESS, MOST_SUDDENNESS = 10.0, 100.0
SUDDEN_SHARE = 1.4  # of what is found, since it is found too smooth
SUDDEN_SECONDS = 0.25
STEP_SHARE = 0.9  # of the random walk's steps that are found: feet aren't quite right either, and not by chance alone
ROUNDS = 4
FIXED = 1e-4  # metres that a held frame may be off inside the solution; it is put back exactly afterwards

Curve = NDArray[np.float64]


def root_by_feet(
    motion: Motion, captured: Curve, steps: float, held: NDArray[np.bool_] | None = None, shaking: float = 0.0
) -> Motion:
    """The motion with its root moved to where its standing feet say.

    Args:
        motion: T frames with a calmed root, from which the first guess of what stands is made.
        captured: (T, 3) root as captured.
        steps: standard deviation of the random walk's steps in each axis, metres a frame, above 0.
        held: (T,) frames whose captured root is right; None = only the first frame's is.
        shaking: 0..1, how surely the legs shook, so that standing feet tell less.
    """
    frames, fps = motion.num_frames, motion.fps
    if frames < 5:
        return motion
    feet = motion.positions()[:, FOOT_INDICES] - motion.root_positions[:, None]
    away = np.diff(feet, axis=0)
    anchored = np.zeros(frames)
    anchored[0] = 1.0
    if held is not None and held.any():
        anchored = held.astype(float)
    steps = STEP_SHARE * steps
    rate = fps / 30  # errors of standing feet last for some frames, so more frames tell no more
    error = STANDING_ERROR + shaking * (SHAKEN_ERROR - STANDING_ERROR)
    sudden = np.full(frames - 3, SUDDENNESS)
    root = motion.root_positions
    for _ in range(ROUNDS):
        stand = standing(feet + root[:, None], fps)
        off = np.linalg.norm(np.diff(root, axis=0)[:, None] + away, axis=-1) * fps
        sure = np.minimum(stand[1:], stand[:-1]) / (1 + (off / CONTRADICTION) ** 2)
        weights = sure / (rate * (error / fps) ** 2)
        bands = difference_bands((fps**3 / sudden) ** 2 / rate, 3, frames)
        bands[0] += anchored / FIXED**2
        bands[:2] += difference_bands(weights.sum(axis=1) + 1 / steps**2, 1, frames)
        told = np.diff(captured, axis=0) / steps**2 - np.einsum("tf,tfc->tc", weights, away)
        right = captured * (anchored / FIXED**2)[:, None]
        right[1:] += told
        right[:-1] -= told
        root = solve_banded(bands, right)
        sudden = _suddenness(root, fps)
    return replace(motion, root_positions=root)


def _suddenness(root: Curve, fps: float) -> Curve:
    """(T - 3,) m/s³ in each axis by which the hips change their acceleration around each frame."""
    jerk = np.square(np.diff(root, n=3, axis=0) * fps**3).mean(axis=-1)
    reach = max(1, round(SUDDEN_SECONDS * fps))
    window = np.hanning(2 * reach + 3)[1:-1]
    around = np.convolve(np.pad(jerk, reach, mode="edge"), window / window.sum(), mode="valid")
    return np.asarray(np.clip(SUDDEN_SHARE * np.sqrt(around), LEAST_SUDDENNESS, MOST_SUDDENNESS))
