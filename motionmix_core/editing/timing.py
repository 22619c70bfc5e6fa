"""Between the scene's frame rate and the model's: both begin and end on a frame of the source."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..motion.motion import Motion
from ..motion.resampling import sampled_smoothly
from ..representation.default import FPS


@dataclass(frozen=True)
class Timing:
    """N frames at any rate against M frames of the model over the same time.

    The model's frames are stretched by less than half a frame in all, so that the first and the last frame of the
    source are frames of the model, too, and keys at the ends needn't be moved.
    """

    frames: int
    fps: float

    @property
    def model_frames(self) -> int:
        """M, at least 3: no shorter motion can be asked for."""
        return max(3, round((self.frames - 1) / self.fps * FPS) + 1)

    @property
    def seconds(self) -> float:
        """A request's length that gives M frames."""
        return self.model_frames / FPS

    def to_model(self, motion: Motion) -> Motion:
        """N source frames -> M frames at the model's rate."""
        at = np.linspace(0, self.frames - 1, self.model_frames)
        return motion if self._equal else motion.sampled(at / motion.fps, FPS)

    def to_source(self, motion: Motion) -> Motion:
        """M frames of the model -> N at the source's rate, smoothly (a straight line would kink at each frame)."""
        if self._equal:
            return motion
        return sampled_smoothly(motion, np.linspace(0, motion.num_frames - 1, self.frames), self.fps)

    def model_frame(self, frame: int) -> int:
        """The model's frame nearest to a frame of the source."""
        return round(frame * (self.model_frames - 1) / max(self.frames - 1, 1))

    def rows_to_model(self, values: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """(N, ...) bool -> (M, ...): a model's frame has what any source frame has that is nearest to it, and what
        both source frames beside it have.
        """
        at = np.linspace(0, self.frames - 1, self.model_frames)
        low = np.floor(at + 1e-9).astype(int)
        out = values[low] & values[np.minimum(np.ceil(at - 1e-9).astype(int), self.frames - 1)]
        for frame in np.flatnonzero(values.reshape(self.frames, -1).any(axis=1)):
            out[self.model_frame(int(frame))] |= values[frame]
        return np.asarray(out)

    def rows_to_source(self, values: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """(M, ...) bool -> (N, ...), from the nearest frame."""
        return np.asarray(values[np.rint(np.linspace(0, len(values) - 1, self.frames)).astype(int)])

    @property
    def _equal(self) -> bool:
        return self.frames == self.model_frames and abs(self.fps - FPS) < 1e-9
