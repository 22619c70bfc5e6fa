"""The filters that captures are usually smoothed with, and the best of them for a fault."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import quat_normalise

Filter = Callable[[Motion], Motion]

GAUSSIANS = (0.5, 0.75, 1.0, 1.5, 2.0, 3.0)
"""Standard deviations, in frames."""

POLYNOMIALS = (5, 7, 9, 11, 15, 21)
"""Frames of the Savitzky-Golay filter, of degree 3."""


def gaussian(motion: Motion, sigma: float) -> Motion:
    """Root and rotations filtered along time; sigma in frames."""
    reach = int(np.ceil(3 * sigma))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    return _filtered(motion, kernel / kernel.sum())


def savitzky_golay(motion: Motion, frames: int, degree: int = 3) -> Motion:
    """Root and rotations by least squares with polynomials over so many frames."""
    half = frames // 2
    powers = np.vander(np.arange(-half, half + 1), degree + 1, increasing=True)
    return _filtered(motion, np.linalg.pinv(powers)[0])


def tuned(
    faulty: Sequence[Motion], row: Callable[[Motion, int], Mapping[str, float]], measures: Sequence[str]
) -> dict[str, Filter]:
    """The two filters at the widths that do best on some faulty motions, one of each kind for each measure.

    row: measures of the filtered motion number k against the truth, less is better.
    """
    kinds: dict[str, dict[float, Filter]] = {
        "Gaussian": {sigma: partial(gaussian, sigma=sigma) for sigma in GAUSSIANS},
        "Savitzky-Golay": {frames: partial(savitzky_golay, frames=frames) for frames in POLYNOMIALS},
    }
    found: dict[str, Filter] = {}
    for name, filters in kinds.items():
        rows = {width: [row(use(motion), k) for k, motion in enumerate(faulty)] for width, use in filters.items()}
        for measure in measures:
            means = {width: float(np.mean([r[measure] for r in rows[width]])) for width in filters}
            best = min(means, key=means.__getitem__)
            found[f"{name} {best:g} (best {measure.rsplit(' ', 1)[0]})"] = filters[best]
    return found


def _filtered(motion: Motion, kernel: np.ndarray) -> Motion:
    reach = len(kernel) // 2

    def along_time(values: np.ndarray) -> np.ndarray:
        flat = values.reshape(len(values), -1)
        padded = np.concatenate((2 * flat[:1] - flat[reach:0:-1], flat, 2 * flat[-1:] - flat[-2 : -2 - reach : -1]))
        return np.stack([np.convolve(column, kernel, mode="valid") for column in padded.T], axis=1).reshape(
            values.shape
        )

    rotations = quat_normalise(along_time(motion.rotations))
    return replace(motion, root_positions=along_time(motion.root_positions), rotations=rotations)
