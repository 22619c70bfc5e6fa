"""Pops: joints that jump away and back within a few frames, as swapped markers and lost trackers make them.

A blow moves a joint fast, too, but gets faster and slower over frames; a pop goes out in one step and comes back in
one, to where the joint would have been, while on either side of it the joint moves far less.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..motion.motion import Motion
from ..motion.rotations import quat_inv, quat_mul, quat_to_axis_angle
from .keys import Held

POP_RADIANS, POP_METRES = 0.15, 0.05  # a pop is farther off than this
STEPS = 2.5  # and than so many of the largest steps beside it
RETURN = 0.5  # of its size, within which it comes back to where it began
LONGEST_SECONDS = 0.1
BESIDE_FRAMES = 3


def popping(motion: Motion) -> Held:
    """Which joints' rotations pop, and where the root does: True in the frames that are off."""
    frames = motion.num_frames
    rotations, root = np.zeros((frames, motion.skeleton.num_joints), bool), np.zeros(frames, bool)
    longest = min(max(1, round(LONGEST_SECONDS * motion.fps)), frames - 4)
    if longest < 1:
        return Held(rotations, root)
    q, place = motion.rotations, motion.root_positions
    turned = [np.linalg.norm(quat_to_axis_angle(quat_mul(quat_inv(q[:-k]), q[k:])), axis=-1) for k in _lags(longest)]
    moved = [np.linalg.norm(place[k:] - place[:-k], axis=-1)[:, None] for k in _lags(longest)]
    for length in range(1, longest + 1):
        rotations |= _off(turned, length, POP_RADIANS)
        root |= _off(moved, length, POP_METRES)[:, 0]
    return Held(rotations, root)


def _lags(longest: int) -> range:
    return range(1, longest + 2)


def _off(far: list[NDArray[np.float64]], length: int, least: float) -> NDArray[np.bool_]:
    """(T, J) bool: what is off for `length` frames. far[k - 1]: (T - k, J) how far frame t is from frame t + k."""
    steps = far[0]
    frames = len(steps) + 1
    starts = np.arange(2, frames - length - 1)  # first frames that are off; two on either side are needed
    out = np.zeros((frames, steps.shape[1]), bool)
    if not len(starts):
        return out
    # from the frame before, and to the frame after, whichever is nearer
    size = np.minimum.reduce([np.minimum(far[k][starts - 1], far[length - 1 - k][starts + k]) for k in range(length)])
    padded = np.pad(steps, ((BESIDE_FRAMES, BESIDE_FRAMES), (0, 0)))
    before = np.max([padded[starts - 2 - k + BESIDE_FRAMES] for k in range(BESIDE_FRAMES)], axis=0)
    after = np.max([padded[starts + length + k + BESIDE_FRAMES] for k in range(BESIDE_FRAMES)], axis=0)
    found = (size > np.maximum(least, STEPS * np.maximum(before, after))) & (far[length][starts - 1] < RETURN * size)
    for k in range(length):
        out[starts + k] |= found
    return out
