"""A motion that ends in the air: where its hips go from there, until the feet can touch the ground.

In the air nothing but weight moves a body's middle: it flies on in a parabola. A network that is shown the last second
lets it sink slowly, for most motion stays on the ground. So the rest of a flight that has begun isn't left to it: the
hips' way is known until they are as low as legs can bear them, and only the pose is made.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..generation.floating import GRAVITY, IN_THE_AIR, clearance_of
from ..motion.motion import Motion
from ..motion.skeleton import rest_height

SHORTEST_SECONDS, FITTED_SECONDS = 0.1, 0.25
"""In the air at the end, before it is taken for a flight, and how much of that tells where it goes."""
WEAKEST, STRONGEST = 4.0, 16.0
"""Metres a second squared by which hips in flight fall: those of real jumps by 9 to 11, runners' by 6 and more."""
LANDING = 0.85
"""Height of the hips with which feet land, over that when standing."""
LEAST = 0.5
"""The same where the legs are drawn up or the body lies: they needn't be stretched first."""
LONGEST_SECONDS = 1.5


def flown_on(motion: Motion) -> NDArray[np.float64]:
    """(N, 3) places of the hips after the last frame, at the motion's rate, until they land; N = 0: it isn't in flight.

    motion: T frames on the canonical skeleton, Y up, the ground at 0.
    """
    none = np.zeros((0, 3))
    clearance = clearance_of(motion)
    grounded = np.flatnonzero(clearance <= IN_THE_AIR)
    first = int(grounded[-1]) + 1 if len(grounded) else 0
    if motion.num_frames - first < max(3, round(SHORTEST_SECONDS * motion.fps) + 1):
        return none
    first = max(first, motion.num_frames - 1 - round(FITTED_SECONDS * motion.fps))
    root = motion.root_positions[first:]
    time = (np.arange(len(root)) - len(root) + 1) / motion.fps
    if not WEAKEST < -2 * np.polyfit(time, root[:, 1], 2)[0] < STRONGEST:
        return none
    fallen = GRAVITY / 2 * time**2
    speed = np.polyfit(time, root + fallen[:, None] * (0, 1, 0), 1)[0]
    after = np.arange(1, round(LONGEST_SECONDS * motion.fps) + 1) / motion.fps
    way = root[-1] + after[:, None] * speed - (GRAVITY / 2 * after**2)[:, None] * (0, 1, 0)
    stretched = float(root[-1, 1] - clearance[-1])  # from the hips to the lowest part of the body
    whole = rest_height(motion.skeleton)
    height = np.clip(stretched, LEAST * whole, LANDING * whole)
    lands = np.flatnonzero((way[:, 1] <= height) & (after * GRAVITY > speed[1]))
    return way[: lands[0]] if len(lands) else none


def flying(motion: Motion, first: int, places: NDArray[np.float64]) -> Motion:
    """The motion with its hips at the places (N, 3) from frame `first` on."""
    root = motion.root_positions.copy()
    root[first : first + len(places)] = places
    return replace(motion, root_positions=root)
