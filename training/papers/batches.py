"""Batches: clips shuffled anew each epoch, a timestep for each by its role. Step number and seed decide everything."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from motionmix_core.errors import DataError

from .clips import Annotation
from .training_set import TrainingSet


@dataclass(frozen=True)
class Batch:
    """motion: (B, frames, F) float32. lengths, timesteps: (B,) int64. annotations: B, None where hidden."""

    motion: NDArray[np.float32]
    lengths: NDArray[np.int64]
    annotations: list[Annotation]
    timesteps: NDArray[np.int64]


class BatchSampler:
    """The batches of a run. An ordinary shuffled loader: roles are mixed at random, a last partial batch is dropped."""

    def __init__(self, data: TrainingSet, batch: int, seed: int) -> None:
        """Raises DataError for fewer clips than a batch."""
        self._usable = np.flatnonzero(data.ranges.trainable(data.clean, data.annotated))
        if len(self._usable) < batch:
            raise DataError(
                f"{len(self._usable)} clips can't fill a batch of {batch}: set [training] batch lower, or use more data"
            )
        self._data, self._batch, self._seed = data, batch, seed

    @property
    def per_epoch(self) -> int:
        """Batches an epoch."""
        return len(self._usable) // self._batch

    def batch(self, step: int) -> Batch:
        """Batch number `step`, the same at every call."""
        epoch, place = divmod(step, self.per_epoch)
        order = np.random.default_rng([self._seed, 0, epoch]).permutation(self._usable)
        members = order[place * self._batch : (place + 1) * self._batch]
        generator = np.random.default_rng([self._seed, 1, step])
        drawn = [self._data.clips.draw(int(member), generator) for member in members]
        annotated = self._data.annotated[members]
        return Batch(
            np.stack([example.motion for example in drawn]),
            np.array([example.length for example in drawn], np.int64),
            [example.annotation if kept else None for example, kept in zip(drawn, annotated, strict=True)],
            self._data.ranges.draw(generator.random(len(members)), self._data.clean[members], annotated),
        )
