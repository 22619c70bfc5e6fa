"""Motion that does something again and again: the moment that was most like the last one, and what came after it.

A run, a dance, a series of punches goes on by doing what it did. A network that is shown the last second alone makes of
it what motion does on the whole, which is to come to rest: on validation clips two thirds of the speed of what really
follows. Where the source repeats itself, its own next repetition is what a continuation starts from.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..motion.motion import Motion, concatenate
from ..motion.rotations import quat_apply, quat_inv, quat_yaw

ALIKE = 1.0
"""How far two moments may be from each other to be the same one, over the mean spread of what lies between them; two
that have nothing to do with each other are 1.4 apart. Chosen on validation clips."""
MOMENT_SECONDS, SHORTEST_SECONDS = 0.27, 0.33
STILL, AT_REST = 0.01, 0.15
"""Metres that joints are about their mean place, and the share of its highest speed: what moves less is at rest, and
isn't begun again."""
SPEED_SECONDS = 0.1
"""A metre a second counts as much as that many metres."""


def recurring(source: Motion, frames: int) -> Motion | None:
    """The source and so many frames after it, in which it does again what it did; None where it doesn't repeat itself.

    Each repetition begins over the place and with the heading that the one before it ends with; where they meet poses
    may jump a little. Any frame rate.
    """
    lag = _period(source)
    if lag is None:
        return None
    whole = source
    while whole.num_frames < source.num_frames + frames:
        again = whole.crop(whole.num_frames - lag - 1, whole.num_frames)
        ends = whole.crop(whole.num_frames - 1, whole.num_frames)
        again = again.transformed(float(ends.headings()[0] - again.crop(0, 1).headings()[0]))
        again = again.transformed(0.0, (whole.root_positions[-1] - again.root_positions[0]) * (1, 0, 1))
        whole = concatenate([whole, again.crop(1, again.num_frames)])
    return whole.crop(0, source.num_frames + frames)


def _period(source: Motion) -> int | None:
    """How many frames before the last the motion was most like it; None where it never was."""
    moment = max(2, round(MOMENT_SECONDS * source.fps))
    lags = range(max(2, round(SHORTEST_SECONDS * source.fps)), source.num_frames - moment + 1)
    if not lags:
        return None
    seen = looks(source)
    count = len(seen)
    speeds = np.linalg.norm(seen[:, seen.shape[1] // 2 :], axis=-1).mean(axis=1)
    best, found = ALIKE, None
    for lag in lags:
        between = seen[count - lag - moment :]
        spread = np.linalg.norm(between - between.mean(axis=0), axis=-1).mean()
        if spread < STILL or speeds[count - moment :].mean() < AT_REST * speeds[count - lag - moment :].max():
            continue
        away = np.linalg.norm(seen[count - moment :] - seen[count - moment - lag : count - lag], axis=-1).mean()
        if away < best * spread:
            best, found = float(away / spread), lag
    return found


def looks(motion: Motion) -> NDArray[np.float64]:
    """(T, 44, 3) places and speeds of the joints, seen from over the ground under the hips and from behind."""
    places = motion.positions()
    over = places - places[:, :1] * (1, 0, 1)
    seen = quat_apply(quat_inv(quat_yaw(motion.headings()))[:, None], over)
    return np.concatenate((seen, np.gradient(seen, axis=0) * motion.fps * SPEED_SECONDS), axis=1)
