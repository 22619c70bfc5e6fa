"""Feet that are said to stand and travel: they take steps.

A foot lock holds a standing foot where it is. One that a network calls standing while it glides on for a metre, as
at the end of a run, would be held back until the hips are on the ground after it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..motion.contacts import FOOT_INDICES
from ..motion.motion import Motion
from ..retarget.planting import runs, tidy_contacts

GLIDE = 0.4
"""Metres a foot may travel in one stand: a body passes over a standing foot by so much."""
STEP_SECONDS = 0.4
"""How long a step takes, where there is time."""


def without_glides(
    motion: Motion, contacts: NDArray[np.bool_], fixed: NDArray[np.bool_], one_stands: bool = False
) -> NDArray[np.bool_]:
    """Contacts (T,4) with steps in each stand whose foot travels far; those in fixed frames (T,) stay.

    Args:
        motion: T frames on the canonical skeleton.
        contacts: (T,4) bool: left ankle, left foot, right ankle, right foot.
        fixed: (T,) bool: frames whose feet stand where they stand.
        one_stands: no foot steps while the other is in the air.
    """
    places = motion.positions()[:, FOOT_INDICES].reshape(-1, 2, 2, 3).mean(axis=2)[..., (0, 2)]
    planted = contacts.copy()
    size = max(2, round(STEP_SECONDS * motion.fps))
    for side in range(2):
        columns = slice(2 * side, 2 * side + 2)
        left = runs(planted[:, columns].any(axis=1))
        while left:
            start, stop = left.pop()
            free = np.flatnonzero(~fixed[start:stop]) + start
            if not len(free):
                continue
            start, stop = max(start, int(free[0]) - 1), min(stop, int(free[-1]) + 2)
            if not _glides(places[start:stop, side]):
                continue
            lifted = min(size, len(free))
            airborne = ~planted[:, 2 - 2 * side : 4 - 2 * side].any(axis=1)
            bound = fixed | airborne if one_stands else fixed
            candidates = [low for low in range(start, stop - lifted + 1) if not bound[low : low + lifted].any()]
            if not candidates:
                continue
            gains = [_gain(places[:, side], airborne, low, lifted, (start, stop)) for low in candidates]
            low = candidates[int(np.argmax(gains))]
            planted[low : low + lifted, columns] = False
            left += [(a, b) for a, b in ((start, low), (low + lifted, stop)) if b - a > 1]
    return tidy_contacts(planted, motion.fps)


def _glides(way: NDArray[np.float64]) -> bool:
    """Whether two of these places (T,2) are farther apart than GLIDE."""
    across = np.ptp(way, axis=0)
    if across.max() > GLIDE or np.linalg.norm(across) <= GLIDE:
        return bool(across.max() > GLIDE)  # without the distances of all to all, which in a minute's stand are many
    return bool(np.linalg.norm(way[:, None] - way[None], axis=-1).max() > GLIDE)


def _gain(
    places: NDArray[np.float64], airborne: NDArray[np.bool_], low: int, lifted: int, stand: tuple[int, int]
) -> float:
    """How far a foot goes in `lifted` frames, less while the other is in the air, too, and at the stand's ends."""
    high = min(low + lifted, len(places) - 1)
    far = float(np.linalg.norm(places[high] - places[max(low - 1, 0)]))
    aside = abs(low + lifted / 2 - sum(stand) / 2) / (stand[1] - stand[0])
    return far * (1 - 0.9 * float(airborne[low : low + lifted].mean())) * (1 - 0.5 * aside)
