"""AIST++ in 5 s windows as EDGE sees it: 151 numbers a frame scaled to -1..1, with the music's features."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from motionmix_core.errors import DataError
from motionmix_core.formats.aistpp import WINDOW, Dance
from motionmix_core.formats.published import Skipped
from motionmix_core.mixed_data.corruption import Corruption
from motionmix_core.representation import edge

from .clips import Drawn
from .faults import corrupted_poses
from .space import DanceSpace


@dataclass(frozen=True)
class DanceClips:
    """Windows of dances with their music. normaliser: fitted on these windows if None."""

    dances: tuple[Dance, ...]
    skipped: Sequence[Skipped] = ()
    given: edge.RangeNormaliser | None = None
    frames: int = WINDOW
    strata: None = None

    @staticmethod
    def of(found: Iterable[Dance | Skipped]) -> DanceClips:
        """Of what a reader gives. Raises DataError if there is no window with music."""
        every = list(found)
        dances = tuple(d for d in every if isinstance(d, Dance) and len(d.poses) == WINDOW and d.music is not None)
        if not dances:
            reasons = "; ".join(f"{s.file}: {s.reason}" for s in every if isinstance(s, Skipped))[:400]
            raise DataError(f"there is no whole window of 5 s with music in this data {reasons}")
        return DanceClips(dances, tuple(s for s in every if isinstance(s, Skipped)))

    @property
    def ids(self) -> list[str]:
        """Ids of the windows."""
        return [dance.id for dance in self.dances]

    @property
    def families(self) -> dict[str, str]:
        """Window id -> dance: windows overlap, and a dance isn't divided."""
        return {dance.id: dance.family for dance in self.dances}

    @cached_property
    def _raw(self) -> NDArray[np.float32]:
        return np.stack([dance.features() for dance in self.dances])

    @cached_property
    def normaliser(self) -> edge.RangeNormaliser:
        """The value ranges, by noisy and clean windows together, as published."""
        return self.given or edge.RangeNormaliser.fit(self._raw)

    @property
    def space(self) -> DanceSpace:
        """151 numbers within the value ranges."""
        return DanceSpace(self.normaliser)

    @cached_property
    def _scaled(self) -> NDArray[np.float32]:
        return self.normaliser.normalise(self._raw)

    def corrupted(self, noise: Corruption, noisy: Collection[str]) -> DanceClips:
        """Noise on raw axis-angles and the root; contacts are found anew on the noisy feet (MotionMix on AIST++)."""
        chosen = set(noisy)

        def worse(dance: Dance) -> Dance:
            if dance.id not in chosen:
                return dance
            poses, root = corrupted_poses(noise, dance.id, dance.poses, dance.root, edge.FPS)
            return replace(dance, poses=poses, root=root)

        return replace(self, dances=tuple(map(worse, self.dances)))

    def draw(self, place: int, generator: np.random.Generator) -> Drawn:
        """The whole window and its music."""
        return Drawn(self._scaled[place], self.frames, self.dances[place].music)

    def captions(self) -> list[str]:
        """None: the annotation is music."""
        return []
