"""A course over the ground from one motion to another: how far a body gets, and where it is when.

A network that only knows where the way ends runs on as before for most of it, goes too far and hurries back. So it is
told a path: the speed at either end fades evenly into one that is kept in between. What both ends share is that speed
where nobody says how far it shall go; else it is whatever gets there.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..motion.motion import Motion
from .continuation import ground_speed

BRAKING_SECONDS = 2.0
"""In so long somebody who runs has come to a stand, or one who stands is running."""
SHORTEST_SECONDS = 2.0
"""Of a way that a course is told for: over a shorter one the network knows as well, and feet slide less."""
ROOM_SECONDS = 3.0
"""From so long on a place that is given may need another speed in between than the ends share."""
Vector = NDArray[np.float64]


def led_on(leaving: Vector, arriving: Vector, seconds: float) -> Vector:
    """(3,) metres that a body gets, going over from one speed (3,) in metres a second to another in so long a time."""
    return _gone(leaving, arriving, _shared(leaving, arriving), seconds, np.array([seconds]))[0]


def course(before: Motion, after: Motion, new: int) -> Vector | None:
    """(new, 3) places over the ground (y is 0) of the frames from the last of one motion to the first of the other.

    None: so short a way needs none. Both motions are at one rate.
    """
    fps, start = before.fps, before.root_positions[-1] * (1, 0, 1)
    seconds = (new + 1) / fps
    if seconds < SHORTEST_SECONDS:
        return None
    leaving, arriving = ground_speed(before, True), ground_speed(after, False)
    way = after.root_positions[0] * (1, 0, 1) - start
    kept = _shared(leaving, arriving)
    if seconds >= ROOM_SECONDS:
        kept = (way - (leaving + arriving) * BRAKING_SECONDS / 2) / (seconds - BRAKING_SECONDS)
    times = np.arange(1, new + 2) / fps
    gone = _gone(leaving, arriving, kept, seconds, times)
    share = times / seconds  # what is left is spread so that neither end's speed changes
    return np.asarray(start + gone + (share**2 * (3 - 2 * share))[:, None] * (way - gone[-1]))[:-1]


def _shared(leaving: Vector, arriving: Vector) -> Vector:
    """(3,) the slower of two speeds, as far as they go the same way."""
    one, other = float(np.linalg.norm(leaving)), float(np.linalg.norm(arriving))
    if min(one, other) <= 0 or leaving @ arriving <= 0:
        return np.zeros(3)
    way = leaving / one + arriving / other
    return np.asarray(way / np.linalg.norm(way) * (leaving @ arriving) / max(one, other))


def _gone(leaving: Vector, arriving: Vector, kept: Vector, seconds: float, times: Vector) -> Vector:
    """(N, 3) metres from the start at N times: speeds fade from `leaving` to `kept` and from that to `arriving`."""
    fade = min(seconds, BRAKING_SECONDS)

    def faded(time: Vector) -> Vector:
        t = np.minimum(time, fade)
        return np.asarray(t - t * t / (2 * fade))[:, None]

    return (
        kept * times[:, None]
        + (leaving - kept) * faded(times)
        + (arriving - kept) * (fade / 2 - faded(seconds - times))
    )
