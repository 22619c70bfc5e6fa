"""Joints that stay on joints that are made new: a back on new hips.

A back that stays has the counter-moves to each sway and each bounce of its own hips in its curves; on hips that sway in
another way it would shake (on validation clips by a quarter more than any real back). So what stays is carried along
slowly: the fast part of the old hips' way and turning stays with it, turned as the slow part, the new one, turns it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..motion.motion import Motion
from ..motion.rotations import IDENTITY, quat_apply, quat_continuous, quat_inv, quat_mul, quat_normalise
from ..motion.skeleton import JOINT_NAMES
from ..representation.default import SMOOTHING_SECONDS, smooth_path

TURN_SECONDS, WAY_SECONDS = 0.2, 0.05
"""Standard deviations of the Gaussians that part fast from slow. Turning hips shake the head, far away from them, the
most; where the hips go is the new legs' business, whose steps they bounce with, but for their shaking."""


def carried(
    made: NDArray[np.float64], part: Motion, way: NDArray[np.float64], chosen: frozenset[str]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """World rotations (T, J, 4) and the root's way (T, 3) that carry what isn't chosen as smoothly as before.

    Args:
        made: (T, J, 4) world rotations, new for the chosen joints.
        part: the source's T frames.
        way: (T, 3) the new root's, metres.
        chosen: names of the joints that are new.
    """
    worlds = made.copy()
    parents = part.skeleton.parents
    for joint, parent in enumerate(parents):
        stays = any(above == joint and JOINT_NAMES[below] not in chosen for below, above in enumerate(parents))
        if JOINT_NAMES[joint] not in chosen or not stays:
            continue
        above = worlds[:, parent] if parent >= 0 else np.broadcast_to(IDENTITY, worlds[:, 0].shape)
        own = quat_mul(above, part.rotations[:, joint])
        change = quat_normalise(_slow(quat_continuous(quat_mul(worlds[:, joint], quat_inv(own))), part, TURN_SECONDS))
        worlds[:, joint] = quat_mul(change, own)
        if parent < 0:
            fast = part.root_positions - _slow(part.root_positions, part, WAY_SECONDS)
            way = _slow(way, part, WAY_SECONDS) + quat_apply(change, fast)
    return worlds, way


def _slow(values: NDArray[np.float64], part: Motion, seconds: float) -> NDArray[np.float64]:
    return smooth_path(values, seconds / SMOOTHING_SECONDS * part.fps)
