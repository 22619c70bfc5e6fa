"""A course over the ground through a long gap: how far a body gets, and where it is when.

A network that only knows where the gap ends runs on as before for most of it, goes too far and hurries back. So it is
told a path: the speed at either end fades evenly into one that is kept in between. What both ends share is that speed
where nobody says how far it shall go; else it is whatever gets there. In gaps of two and three seconds of validation
clips hips are a sixth nearer to where they were so.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..motion.motion import Motion
from ..retarget.planting import runs
from .keys import Held

SPEED_SECONDS = 0.25
"""Over which a speed at an end is measured."""
BRAKING = 1.75
"""Metres a second squared by which bodies slow down or gather speed; in validation and training clips courses are
nearest to the hips' with that."""
QUICKEST_SECONDS, SLOWEST_SECONDS = 0.8, 2.0
"""In which they do it, whatever the speed: a step or two at least, and runners stop within so long."""
SHORTEST_SECONDS = 1.7
"""Of a gap that a course is told for: through a shorter one the network knows as well, and feet slide less."""
ROOM_SECONDS = 3.0
"""From so long on a place that is given may need another speed in between than the ends share."""
ROUNDS = 4
"""That speed and how long it takes to get to it depend on each other."""
Vector = NDArray[np.float64]


def ground_speed(motion: Motion, at_end: bool) -> Vector:
    """(3,) metres a second along the ground at one end."""
    frames = min(_speed_frames(motion.fps), motion.num_frames - 1)
    if frames < 1:
        return np.zeros(3)
    root = motion.root_positions
    step = root[-1] - root[-1 - frames] if at_end else root[frames] - root[0]
    return np.asarray(step * (1, 0, 1) / frames * motion.fps)


def led_on(leaving: Vector, arriving: Vector, seconds: float) -> Vector:
    """(3,) metres that a body gets, going over from one speed (3,) in metres a second to another in so long a time."""
    return _gone(leaving, arriving, _shared(leaving, arriving), seconds, np.array([seconds]))[0]


def course(before: Motion, after: Motion, new: int) -> Vector:
    """(new, 3) places over the ground (y is 0) of the frames from the last of one motion to the first of the other."""
    fps, start = before.fps, before.root_positions[-1] * (1, 0, 1)
    seconds = (new + 1) / fps
    leaving, arriving = ground_speed(before, True), ground_speed(after, False)
    way = after.root_positions[0] * (1, 0, 1) - start
    kept = _shared(leaving, arriving)
    for _ in range(ROUNDS if seconds >= ROOM_SECONDS else 0):
        one, other = (_fade(speed, kept, seconds) for speed in (leaving, arriving))
        kept = (way - (leaving * one + arriving * other) / 2) / (seconds - (one + other) / 2)
    times = np.arange(1, new + 2) / fps
    gone = _gone(leaving, arriving, kept, seconds, times)
    share = times / seconds  # what is left is spread so that neither end's speed changes
    return np.asarray(start + gone + (share**2 * (3 - 2 * share))[:, None] * (way - gone[-1]))[:-1]


def courses(motion: Motion, held: Held, shortest: float = SHORTEST_SECONDS) -> tuple[Vector, NDArray[np.bool_]]:
    """(T, 3) the motion's root, on courses through the long gaps between stretches in which the root holds, and (T,)
    where that is.

    Not between places that hold alone, whose speeds nobody tells: there the network's own way is nearer to real hips'.

    shortest: seconds of a gap that gets one.
    """
    root, led = motion.root_positions.copy(), np.zeros(motion.num_frames, bool)
    enough = _speed_frames(motion.fps) + 1
    for start, stop in runs(~held.root):
        beside = held.root[max(start - enough, 0) : start], held.root[stop : stop + enough]
        speeds_known = all(len(known) == enough and known.all() for known in beside)
        if speeds_known and (stop - start + 1) / motion.fps >= shortest:
            path = course(motion.crop(0, start), motion.crop(stop, motion.num_frames), stop - start)
            root[start:stop, [0, 2]], led[start:stop] = path[:, [0, 2]], True
    return root, led


def _speed_frames(fps: float) -> int:
    return max(1, round(SPEED_SECONDS * fps))


def _shared(leaving: Vector, arriving: Vector) -> Vector:
    """(3,) the slower of two speeds, as far as they go the same way."""
    one, other = float(np.linalg.norm(leaving)), float(np.linalg.norm(arriving))
    if min(one, other) <= 0 or leaving @ arriving <= 0:
        return np.zeros(3)
    way = leaving / one + arriving / other
    return np.asarray(way / np.linalg.norm(way) * (leaving @ arriving) / max(one, other))


def _gone(leaving: Vector, arriving: Vector, kept: Vector, seconds: float, times: Vector) -> Vector:
    """(N, 3) metres from the start at N times: speeds fade from `leaving` to `kept` and from that to `arriving`."""

    def faded(time: Vector, fade: float) -> Vector:
        t = np.minimum(time, fade)
        return np.asarray(t - t * t / (2 * fade))[:, None]

    one, other = (_fade(speed, kept, seconds) for speed in (leaving, arriving))
    arrived = other / 2 - faded(seconds - times, other)
    return kept * times[:, None] + (leaving - kept) * faded(times, one) + (arriving - kept) * arrived


def _fade(speed: Vector, kept: Vector, seconds: float) -> float:
    """Seconds in which one of the speeds becomes the other, in a gap of so many."""
    fade = float(np.clip(np.linalg.norm(speed - kept) / BRAKING, QUICKEST_SECONDS, SLOWEST_SECONDS))
    return min(seconds, fade)
