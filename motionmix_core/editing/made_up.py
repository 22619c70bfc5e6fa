"""Shaking that other joints make up for: a skeleton fitted to markers, whose joints tremble and whose body doesn't.

Where a solver turns the pelvis a little too far it turns the hips back, so the feet stay where the markers say. Taking
the noise out of one of these joints puts it into all that it carries. The hips' place goes the same way with bent legs.
So each is smoothed alone, to see: noise of its own goes from what it carries, and noise that is made up for appears
there.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..motion.motion import Motion
from ..motion.rotations import quat_apply, quat_normalise

SMOOTHING = np.array([-1.0, 4.0, 10.0, 4.0, -1.0]) / 16
"""Takes out what changes its sign from frame to frame, and keeps cubics."""

OWN = 0.35
"""Of a joint's noise, what has to be seen in what it carries: all of it, if it is its own, and less than half makes
what it carries shake more once the joint is smoothed."""

LEVER = 0.2  # metres at which turning counts as moving
ROOT = 22  # where the root's place stands behind the joints


def made_up_for(motion: Motion, asked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(23,) which of what is asked about (23,), 22 joints and the root's place, shakes in a way that the others make up
    for. T >= 5."""
    found = _disturbing(motion, asked)
    if found.any():
        # once the others' noise is gone it doesn't hide what is a joint's own any more
        found = _disturbing(_smoothed(motion, asked & ~found), found)
    return found


def _disturbing(motion: Motion, asked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(23,) what of what is asked about makes the body shake more, smoothed alone."""
    found = np.zeros(len(asked), bool)
    if not asked.any():
        return found
    parents, shaking = motion.skeleton.parents, _fourth(motion)
    power = np.square(shaking).sum(axis=(2, 3))
    for one in np.flatnonzero(asked):
        carried = [int(one) % ROOT]  # the root carries what the pelvis does
        for child in range(1, ROOT):
            if parents[child] in carried:
                carried.append(child)
        noise = (shaking - _fourth(_smoothed(motion, np.arange(len(asked)) == one)))[:, carried]
        # blows, and joints that shake much more, mustn't decide
        weights = 1 / np.maximum(power[:, carried] + np.median(power[:, carried], axis=0), 1e-30)
        seen = np.einsum("tj,tjpc,tjpc->", weights, shaking[:, carried], noise)
        found[one] = seen < OWN * np.einsum("tj,tjpc,tjpc->", weights, noise, noise)
    return found


def _smoothed(motion: Motion, which: NDArray[np.bool_]) -> Motion:
    """The motion with some of joints and root without what changes its sign from frame to frame; the two frames at
    either end stay."""
    joints, rotations, root = which[:ROOT], motion.rotations.copy(), motion.root_positions.copy()
    part = rotations[:, joints]
    signs = np.cumprod(np.where((part[1:] * part[:-1]).sum(axis=-1) < 0, -1.0, 1.0), axis=0)
    even = part * np.concatenate((np.ones_like(signs[:1]), signs))[..., None]
    rotations[2:-2, joints] = quat_normalise(_calm(even))
    if which[ROOT]:
        root[2:-2] = _calm(root)
    return replace(motion, root_positions=root, rotations=rotations)


def _calm(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.lib.stride_tricks.sliding_window_view(values, len(SMOOTHING), axis=0) @ SMOOTHING)


def _fourth(motion: Motion) -> NDArray[np.float64]:
    """(T - 4, 22, 4, 3) fourth differences of the places of each joint and of points around it that turn with it."""
    axes = [quat_apply(motion.global_rotations(), axis) for axis in LEVER * np.eye(3)]
    places = motion.positions()
    return np.asarray(np.diff(np.stack((places, *(places + axis for axis in axes)), axis=-2), n=4, axis=0))
