"""Rotations that the network was of two minds about: found by their collapsed 6D vectors, and led past the flip.

Where a network can't decide between two turns of a bone, it predicts something between them. The two columns of its 6D
rotation (Zhou et al. 2019), of length 1 if it's sure, then shrink towards nothing or towards one line, and the rotation
that is read off them flips from one frame to the next: a hand turns over, a knee jumps. Such frames are filled from the
sure ones on either side by the shortest turn, over as many frames as it needs to be no flip; where the bone goes is
still told by the predicted joint positions, which average without harm.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..motion.rotations import (
    matrix_to_quat,
    matrix_to_rot6d,
    quat_angle,
    quat_apply,
    quat_between,
    quat_mul,
    quat_slerp,
    quat_to_matrix,
    rot6d_to_matrix,
)
from ..motion.skeleton import canonical_skeleton
from ..representation.default import JOINTS, POSITIONS, ROTATIONS
from ..retarget.planting import runs

SURE = 0.5  # length of the shorter 6D column, square to the other, under which a rotation isn't believed
LARGEST_STEP = np.radians(20.0)  # a frame of the filled turn: 600 degrees a second
LONGEST_FRAMES = 16
CLEAR_BONE = 0.4  # of its length under which a predicted bone tells no direction
EASE_FRAMES = 4  # from a sure frame to one that is aimed in full

Features = NDArray[np.float32]
Quats = NDArray[np.float64]


def sureness(features: Features) -> NDArray[np.float64]:
    """(T, 22) how long the shorter of each rotation's two columns is once they stand square: 1 for a rotation."""
    columns = np.asarray(features, np.float64)[:, ROTATIONS].reshape(-1, JOINTS, 2, 3)
    first, second = columns[..., 0, :], columns[..., 1, :]
    length = np.linalg.norm(first, axis=-1)
    along = first / np.maximum(length, 1e-9)[..., None]
    across = second - along * (along * second).sum(axis=-1, keepdims=True)
    return np.asarray(np.minimum(length, np.linalg.norm(across, axis=-1)))


def without_flips(features: Features, mask: NDArray[np.float32] | None = None) -> Features:
    """The features with their unsure rotations filled in; the features themselves where the network was sure.

    Args:
        features: (T,207), not normalised.
        mask: (T,207), above 0 = given, stays to the last bit; None = nothing was.
    """
    unsure = sureness(features) < SURE
    given = np.zeros_like(unsure)
    if mask is not None:
        given = (mask[:, ROTATIONS].reshape(-1, JOINTS, 6) > 0).any(axis=-1)
    if not (unsure & ~given).any():
        return features
    world = matrix_to_quat(rot6d_to_matrix(np.asarray(features, np.float64)[:, ROTATIONS].reshape(-1, JOINTS, 6)))
    changed = np.zeros_like(unsure)
    for joint in np.flatnonzero(unsure.any(axis=0)):
        filled = _filled(world[:, joint], unsure[:, joint], given[:, joint])
        if filled.any():
            _aim(world[:, joint], features, int(joint), filled)
        changed[:, joint] = filled
    out = features.copy()
    rotations = out[:, ROTATIONS].reshape(-1, JOINTS, 6)
    rotations[changed] = matrix_to_rot6d(quat_to_matrix(world[changed]))
    out[:, ROTATIONS] = rotations.reshape(len(out), -1)
    return out


def _filled(turns: Quats, unsure: NDArray[np.bool_], given: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Fills one joint's unsure stretches in place; (T,) bool, what was filled."""
    done = np.zeros(len(turns), bool)
    for start, stop in runs(unsure & ~given):
        before, after = start - 1, stop
        while before >= 0 and after < len(turns) and after - before < LONGEST_FRAMES:
            if float(quat_angle(turns[before], turns[after])) <= LARGEST_STEP * (after - before):
                break
            wider = [side for side in (before, after) if not given[side]]
            if not wider:
                break
            before, after = before - (before in wider), after + (after in wider)
        before, after = max(before, -1), min(after, len(turns))
        if before < 0 and after == len(turns):
            continue
        first = turns[before] if before >= 0 else turns[after]
        last = turns[after] if after < len(turns) else first
        at = np.arange(before + 1, after)
        turns[at] = quat_slerp(first[None], last[None], (at - before) / (after - before))
        done[at] = True
    return done


def _aim(turns: Quats, features: Features, joint: int, filled: NDArray[np.bool_]) -> None:
    """Turns the filled rotations so that the bone points where the predicted positions have it."""
    skeleton = canonical_skeleton()
    children = [child for child, parent in enumerate(skeleton.parents) if parent == joint]
    if len(children) != 1:
        return
    offset = np.asarray(skeleton.offsets[children[0]], np.float64)
    places = np.asarray(features, np.float64)[:, POSITIONS].reshape(-1, JOINTS, 3)[filled]
    bone = places[:, children[0]] - places[:, joint]
    length = np.linalg.norm(bone, axis=-1) / np.linalg.norm(offset)
    at = np.flatnonzero(filled)
    weight = np.clip((length - CLEAR_BONE) / (1 - CLEAR_BONE), 0, 1) * np.clip(_inside(filled)[at] / EASE_FRAMES, 0, 1)
    now = quat_apply(turns[at], np.broadcast_to(offset, (len(at), 3)))
    still = np.broadcast_to([1.0, 0.0, 0.0, 0.0], (len(at), 4))
    turns[at] = quat_mul(quat_slerp(still, quat_between(now, bone), weight), turns[at])


def _inside(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """(T,) frames to the nearest frame outside the mask; beyond the ends of the motion there is none."""
    inside = np.zeros(len(mask), np.int64)
    for start, stop in runs(mask):
        at = np.arange(start, stop)
        before = at - start + 1 if start > 0 else np.full(len(at), len(mask))
        after = stop - at if stop < len(mask) else np.full(len(at), len(mask))
        inside[start:stop] = np.minimum(before, after)
    return inside
