"""A data set as a trainer sees it: clips with ids and annotations, drawn in the space that the network reads."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from motionmix_core.formats.published import Skipped
from motionmix_core.mixed_data.corruption import Corruption

from .space import Space

Annotation = str | int | NDArray[np.float32] | None
"""A caption, an action's label, music features (frames, width), or nothing."""


@dataclass(frozen=True)
class Drawn:
    """One training example. motion: (frames, F) float32 in the network's space, zeros behind `length` frames."""

    motion: NDArray[np.float32]
    length: int
    annotation: Annotation


class Clips(Protocol):
    """The training clips of a data set.

    frames: how long a drawn motion is. space: what its numbers mean. strata: clip id -> class, where roles are to be
    drawn in each class. families: clip id -> what it was cut from, where clips overlap. skipped: what was left out.
    """

    @property
    def frames(self) -> int: ...  # noqa: D102
    @property
    def space(self) -> Space: ...  # noqa: D102
    @property
    def ids(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def strata(self) -> Mapping[str, Hashable] | None: ...  # noqa: D102
    @property
    def families(self) -> Mapping[str, Hashable] | None: ...  # noqa: D102
    @property
    def skipped(self) -> Sequence[Skipped]: ...  # noqa: D102

    def corrupted(self, noise: Corruption, noisy: Collection[str]) -> Clips:
        """The same clips, those in `noisy` made noisy once and for all in the space that the data set uses."""
        ...

    def draw(self, place: int, generator: np.random.Generator) -> Drawn:
        """Clip number `place` as one training example; which stretch and which caption, the generator decides."""
        ...

    def captions(self) -> Sequence[str]:
        """Every caption that `draw` may give, for encoding them once."""
        ...
