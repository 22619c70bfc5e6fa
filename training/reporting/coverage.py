"""How much of what test captions ask for the training clips hold, by how many of them there are.

No network is trained for this: a search for the nearest training caption, and the distance from test clips to the
nearest training clip, over a quarter, a half, three quarters and all of the takes. Where both still move at the end,
more clips would bring more; a model can only make what its data covers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from motionmix_core.metrics.report import Estimate
from training.evaluation.shares import first_share, take_of

from .memory import Library
from .stretches import StretchSet

SHARES = (0.25, 0.5, 0.75, 1.0)
DRAWS = 3  # which takes make up a share is drawn so many times


@dataclass(frozen=True)
class Coverage:
    """share: of the takes. recall: R@3 of a search among them. metres: median from test clips to the nearest."""

    share: float
    recall: Estimate
    metres: Estimate


def drawn_takes(training: StretchSet, share: float) -> list[set[str]]:
    """Three draws of takes that make up a share of the captioned frames; one draw of all for a share of 1."""
    lengths = [(stretch.clip, stretch.frames) for stretch in training.stretches]
    return [first_share(lengths, share, seed) for seed in range(1 if share == 1 else DRAWS)]


def part_of(training: StretchSet, takes: set[str]) -> StretchSet:
    """The stretches of these takes."""
    return replace(training, stretches=tuple(s for s in training.stretches if take_of(s.clip) in takes))


def part_of_library(library: Library, takes: set[str]) -> Library:
    """The library's stretches of these takes."""
    kept = np.array([take_of(clip) in takes for clip in library.clips])
    clips = tuple(clip for clip, keep in zip(library.clips, kept, strict=True) if keep)
    return Library(library.vectors[kept], clips, library.seconds[kept])
