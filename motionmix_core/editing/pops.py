"""Pops: joints that jump away and back within a few frames, as swapped markers and lost trackers make them.

A blow moves a joint fast, too, but gets faster and slower over frames; a pop goes out in one step and comes back in
one, to where the joint would have been, while on either side of it the joint moves far less.

A capture fits a whole skeleton to its markers: if one jumps, several joints jump, and partly make up for each other. To
mend only those that jump farthest would make it worse. So what has to be filled is tried: the joints that pop, else the
whole body in those frames; and what calms the body neither way wasn't a pop.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..motion.motion import Motion
from ..motion.rotations import quat_apply, quat_inv, quat_mul, quat_to_axis_angle
from ..retarget.planting import runs
from .interpolation import interpolated
from .keys import Held

POP_RADIANS, POP_METRES = 0.15, 0.05  # a pop is farther off than this
STEPS = 2.5  # and than so many of the largest steps beside it
RETURN = 0.5  # of its size, within which it comes back to where it began
LONGEST_SECONDS = 0.1
BESIDE_FRAMES = 3
NEARLY_BEST = 2.0  # times the roughness of the best filling: one that changes less may be so rough
CALMER = 0.8  # of the roughness as captured, that a filling must be under
LEVER = 0.2  # metres at which turning counts as moving


def popping(motion: Motion) -> Held:
    """What has to be filled since joints or the root pop: True in the frames that are off."""
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
    return _calming(motion, Held(rotations, root))


def _calming(motion: Motion, found: Held) -> Held:
    """What was found, where filling it calms the body; all joints where only that does; nothing where neither does."""
    rotations, root = found.rotations.copy(), found.root.copy()
    for start, stop in runs(found.frames):
        around = slice(max(0, start - 2 * BESIDE_FRAMES), stop + 2 * BESIDE_FRAMES)
        part, first = motion.crop(around.start, min(around.stop, motion.num_frames)), start - around.start
        off = np.zeros(part.num_frames, bool)
        off[first : first + stop - start] = True
        own = Held(rotations[around] & off[:, None], root[around] & off)
        everything = np.repeat(off[:, None], rotations.shape[1], axis=1)
        tries = [own, Held(everything, own.root), Held(everything, off)]
        before, *after = (
            _jolts(interpolated(part, Held(~bad.rotations, ~bad.root)), off)
            for bad in (Held(np.zeros_like(everything), np.zeros_like(off)), *tries)
        )
        carried = np.abs(after[0] - before).max(axis=0) > 1e-6  # what the popping joints move
        rough = [float(jolts[:, carried].sum(axis=1).max()) for jolts in (before, *after)]
        chosen = next(k for k, value in enumerate(rough[1:]) if value <= NEARLY_BEST * min(rough[1:]))
        if rough[chosen + 1] > CALMER * rough[0]:
            rotations[start:stop], root[start:stop] = False, False
        else:
            rotations[start:stop], root[start:stop] = tries[chosen].rotations[off], tries[chosen].root[off]
    return Held(rotations, root)


def _jolts(motion: Motion, off: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(N, J) how hard each joint is jolted in the N frames that are off or beside them."""
    axes = [quat_apply(motion.global_rotations(), axis) for axis in LEVER * np.eye(3)]
    points = np.stack((motion.positions(), *axes), axis=-2)
    near = np.convolve(off, np.ones(3), mode="same")[1:-1] > 0
    return np.asarray(np.linalg.norm(np.diff(points, n=2, axis=0), axis=-1).sum(axis=-1)[near])


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
