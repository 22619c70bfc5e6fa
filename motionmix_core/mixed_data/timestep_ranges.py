"""Which timesteps a clip may train, and with which condition (MotionMix, training, and an extension).

Timesteps are 0-based and T* (`pivot`) is the first of the conditional ones:

| | annotated | not annotated |
|---|---|---|
| clean | every t, condition as given | t < T*, null condition (or every t, as an option) |
| noisy | t >= T*, condition as given | left out |

The paper's setting is the diagonal: noisy clips annotated, clean ones not. The option is `unannotated_everywhere` of
`[mix]`, on by default in `config.py` and off in `paper_config.py`. A pivot of 0 switches the mix off: then
every clip trains every t, as in the plain trainer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..diffusion.schedule import Schedule
from ..errors import DataError, RequestError


@dataclass(frozen=True)
class TimestepRanges:
    """steps: T of the training schedule. pivot: T*, 0 to T. unannotated_everywhere: clean clips without annotation also
    train the unconditional branch above the pivot."""

    steps: int
    pivot: int
    unannotated_everywhere: bool = False

    def __post_init__(self) -> None:
        if self.steps < 1 or not 0 <= self.pivot <= self.steps:
            raise RequestError(f"the pivot must lie between 0 and the {self.steps} training steps, not {self.pivot}")

    def trainable(self, clean: ArrayLike, annotated: ArrayLike) -> NDArray[np.bool_]:
        """(N,) False for clips that can't be used: noisy without annotation (while the mix is on)."""
        if self.pivot == 0:
            return np.ones(np.shape(clean), bool)
        return np.asarray(clean, bool) | np.asarray(annotated, bool)

    def bounds(
        self, clean: ArrayLike, annotated: ArrayLike, own_pivot: ArrayLike | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The half-open range of timesteps of each clip.

        Args:
            clean, annotated: (N,) bool.
            own_pivot: (N,) int, pivots of the clips' own in place of T* for noisy clips (see `pivot_of_noise`);
                negative where a clip has none.
        Returns:
            low, high: (N,) int64, low <= t < high, never empty.
        Raises:
            DataError: a clip that is noisy and not annotated: leave those out by `trainable`.
        """
        is_clean, has_label = np.asarray(clean, bool), np.asarray(annotated, bool)
        low = np.zeros(is_clean.shape, np.int64)
        high = np.full(is_clean.shape, self.steps, np.int64)
        if self.pivot == 0:
            return low, high
        if not np.all(is_clean | has_label):
            raise DataError("a noisy clip without annotation can train no timestep; leave it out of the training list")
        start = np.full(is_clean.shape, self.pivot, np.int64)
        if own_pivot is not None:
            own = np.asarray(own_pivot, np.int64)
            start = np.where(own >= 0, own, start)
        # The noisiest step stays open to every noisy clip, else a very noisy one would have an empty range.
        low = np.where(is_clean, 0, np.minimum(start, self.steps - 1))
        if not self.unannotated_everywhere:
            high = np.where(is_clean & ~has_label, self.pivot, high)
        return low, high

    def draw(
        self,
        uniform: ArrayLike,
        clean: ArrayLike,
        annotated: ArrayLike,
        own_pivot: ArrayLike | None = None,
    ) -> NDArray[np.int64]:
        """Timesteps of a batch, uniform inside each clip's range; a role may be missing from the batch.

        uniform: (N,) numbers in [0, 1) from the trainer's generator. Returns (N,) int64.
        """
        low, high = self.bounds(clean, annotated, own_pivot)
        at = low + np.floor(np.asarray(uniform, np.float64) * (high - low)).astype(np.int64)
        return np.minimum(at, high - 1)  # a float32 draw may round up to 1


def pivot_of_noise(schedule: Schedule, noise_level: float | None) -> int:
    """A clip's own pivot: the first timestep that is at least as noisy as the clip; -1 for an unknown level.

    noise_level: standard deviation of the clip's error in normalised features.
    """
    if noise_level is None:
        return -1
    return min(int(np.searchsorted(schedule.noise_levels, noise_level)), len(schedule) - 1)
