"""What the generator gives back: takes, and what the animator should be told about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import overload

import numpy as np
from numpy.typing import NDArray

from ..motion.motion import Motion


@dataclass(frozen=True, eq=False)
class GenerationResult(Sequence[Motion]):
    """A sequence of motions.

    Args:
        motions: the takes, on the canonical skeleton.
        seeds: of each take; asking for that seed alone gives the same take.
        contacts: of each take, (T,4) bool as the network sees them: left ankle, left foot, right ankle, right foot.
        warnings: lines for the animator (a prompt that was cut); empty if there is nothing to say.
        model: name of the model that made them.
    """

    motions: Sequence[Motion]
    seeds: Sequence[int]
    contacts: Sequence[NDArray[np.bool_]] = field(repr=False)
    warnings: Sequence[str] = ()
    model: str = ""

    def __len__(self) -> int:
        return len(self.motions)

    def __iter__(self) -> Iterator[Motion]:
        return iter(self.motions)

    @overload
    def __getitem__(self, index: int) -> Motion: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Motion]: ...
    def __getitem__(self, index: int | slice) -> Motion | Sequence[Motion]:
        return self.motions[index]


@dataclass(frozen=True)
class Progress:
    """How far a job is.

    Args:
        done, total: network calls; both 0 while a model is loaded.
        stage: what is being done, for the status line.
    """

    done: int
    total: int
    stage: str

    @property
    def fraction(self) -> float:
        """0 to 1."""
        return self.done / self.total if self.total else 0.0
