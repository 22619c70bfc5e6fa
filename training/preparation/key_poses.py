"""Keyed poses of a body, and the curves that lead from one to the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.ndimage import gaussian_filter1d

SOFTNESS = 0.025  # seconds, of the low-pass that rounds the cubic's corners
PLACES = ("side", "chest", "head", "hips", "ground")
"""What a hand is led by: it hangs from its shoulder, or is somewhere seen from one of these."""
HANGING = (0.07, -0.455, 0.06)

Triple = tuple[float, float, float]


@dataclass(frozen=True)
class Hand:
    """A wrist at `at` from `place`, in metres to its own side, up, forward.

    fingers, palm: directions in the chest's axes; None = as the forearm leads them. elbow: where it points, likewise;
    None = as people hold it.
    """

    place: str = "side"
    at: Triple = HANGING
    fingers: Triple | None = None
    palm: Triple | None = None
    elbow: Triple | None = None


@dataclass(frozen=True)
class Pose:
    """One keyed pose; the default stands at ease.

    hips: metres to the left, up, forward from where they stand. lean, back, head: degrees forward, to the left about
    the vertical, sideways to the left, of the pelvis, of the chest against it, of the head against the chest.
    shoulders: degrees that (left, right) are shrugged. feet: metres out, up, forward of the ball's place, degrees that
    the heel is lifted about it, degrees that the toes point out. knees: how far (left, right) point out.
    """

    hips: Triple = (0.0, 0.0, 0.0)
    lean: Triple = (0.0, 0.0, 0.0)
    back: Triple = (2.0, 0.0, 0.0)
    head: Triple = (0.0, 0.0, 0.0)
    shoulders: tuple[float, float] = (0.0, 0.0)
    left_foot: tuple[float, float, float, float, float] = (0.0, 0.0, 0.0, 0.0, 6.0)
    right_foot: tuple[float, float, float, float, float] = (0.0, 0.0, 0.0, 0.0, 6.0)
    knees: tuple[float, float] = (0.1, 0.1)
    left_hand: Hand = field(default_factory=Hand)
    right_hand: Hand = field(default_factory=Hand)


def pose_with(base: Pose, changes: Mapping[str, Any]) -> Pose:
    """`base` with the channels that `changes` names; a hand is named whole.

    Raises TypeError for a channel that isn't there, ValueError for a place that isn't.
    """
    made: dict[str, Any] = {}
    for name, value in changes.items():
        if isinstance(value, Mapping):
            hand = Hand(**{key: _fixed(channel) for key, channel in value.items()})
            if hand.place not in PLACES:
                raise ValueError(f"{name}: no place {hand.place!r}, only {', '.join(PLACES)}")
            made[name] = hand
        else:
            made[name] = _fixed(value)
    return replace(base, **made)


@dataclass(frozen=True)
class Curves:
    """Channels over the frames' times (T,), from values at the keys' seconds (K, rising).

    A monotone cubic: it doesn't overshoot and rests where a key is an extreme. Before the first and after the last key
    it holds their values. later: seconds that a channel runs behind its keys.
    """

    seconds: tuple[float, ...]
    times: np.ndarray
    fps: float
    later: float = 0.0

    def __call__(self, values: Sequence[Sequence[float]], later: float | None = None) -> np.ndarray:
        """(T, C) of the values (K, C)."""
        table = np.array(values, dtype=np.float64)
        if len(self.seconds) == 1:
            return np.repeat(table, len(self.times), axis=0)
        at = np.clip(self.times - (self.later if later is None else later), self.seconds[0], self.seconds[-1])
        curve = PchipInterpolator(self.seconds, table, axis=0)(at)
        return np.asarray(gaussian_filter1d(curve, SOFTNESS * self.fps, axis=0, mode="nearest"))


def held(values: Sequence[Triple | None]) -> list[Triple]:
    """None filled with the last value before it, at the beginning with the first one."""
    last = next(value for value in values if value is not None)
    filled = []
    for value in values:
        last = last if value is None else value
        filled.append(last)
    return filled


def _fixed(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
