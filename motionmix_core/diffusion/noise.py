"""Reproducible noise for numpy samplers: the same seed gives the same bytes, however many candidates are drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class SeededNoise:
    """White noise of `shape` (batch, ...) that depends only on (seed, sample in the batch, network call).

    Sample 0 of a batch of four is therefore the very motion that a batch of one gives, and a call's noise does not
    depend on which calls were made before it. Call it with the sampler's call number; `initial()` gives x_T.
    """

    seed: int
    shape: tuple[int, ...]

    def initial(self) -> NDArray[np.float32]:
        """The noise to start from, float32 of `shape`."""
        return self._draw(0)

    def __call__(self, call: int) -> NDArray[np.float32]:
        """The noise of network call `call` (0, 1, ..), float32 of `shape`."""
        return self._draw(call + 1)

    def _draw(self, stream: int) -> NDArray[np.float32]:
        out = np.empty(self.shape, np.float32)
        for sample in range(self.shape[0]):
            seed = np.random.SeedSequence([self.seed, sample, stream])
            np.random.Generator(np.random.PCG64(seed)).standard_normal(out=out[sample], dtype=np.float32)
        return out
