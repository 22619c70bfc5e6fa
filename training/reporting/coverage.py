"""How much of what test captions ask for the training clips hold, by how many of them there are.

No network is trained for this: a search for the nearest training caption over a quarter, a half, three quarters and
all of the takes. Where it still moves at the end, more clips would bring more; a model can only make what its data
covers. How near motion lies to so many takes: density.py.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from motionmix_core.metrics.report import Estimate
from training.evaluation.shares import first_share, take_of

from .stretches import StretchSet

SHARES = (0.25, 0.5, 0.75, 1.0)
DRAWS = 3  # which takes make up a share is drawn so many times


@dataclass(frozen=True)
class Coverage:
    """share: of the takes. recall: R@3 of a search among them."""

    share: float
    recall: Estimate


def drawn_takes(training: StretchSet, share: float) -> list[set[str]]:
    """Three draws of takes that make up a share of the captioned frames; one draw of all for a share of 1."""
    lengths = [(stretch.clip, stretch.frames) for stretch in training.stretches]
    return [first_share(lengths, share, seed) for seed in range(1 if share == 1 else DRAWS)]


def part_of(training: StretchSet, takes: set[str]) -> StretchSet:
    """The stretches of these takes."""
    return replace(training, stretches=tuple(s for s in training.stretches if take_of(s.clip) in takes))
