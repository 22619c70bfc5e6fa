"""Gaps that no clip has: trunk and arms held otherwise, and moved more or less.

An hour of clips is learned by heart in a few passes. Legs stay as they are, so that feet stand where they stood.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from motionmix_core.motion.kinematics import global_to_local, local_to_global
from motionmix_core.motion.rotations import axis_angle_to_quat, quat_inv, quat_mul, quat_to_axis_angle
from motionmix_core.motion.skeleton import JOINT_NAMES, PARENTS

HELD_OTHERWISE = 0.5
"""Share of the joints of trunk and arms that are."""
BENT_BY = 0.2
"""Radians (standard deviation, about each axis) that such a joint is bent by, alike in all frames."""
LIVELIER = 0.2
"""Standard deviation of the logarithm of how much more these joints turn away from the last pose before the gap."""
_LEGS = ("pelvis", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle", "left_foot")
UPPER = tuple(i for i, name in enumerate(JOINT_NAMES) if name not in (*_LEGS, "right_foot"))


def held_otherwise(rng: np.random.Generator, rotations: NDArray[np.float32], last: int) -> NDArray[np.float32]:
    """(B, T, 22, 4) world rotations with UPPER changed, a gap's alike in all frames. last: index of that pose."""
    local = global_to_local(rotations, PARENTS)
    size = len(local)
    pose = local[:, last, None]
    turned = quat_to_axis_angle(quat_mul(quat_inv(pose), local))
    upper = np.zeros((22, 1))
    upper[list(UPPER)] = 1
    more = np.exp(rng.normal(scale=LIVELIER, size=(size, 1, 1, 1)) * upper)
    bends = rng.normal(scale=BENT_BY, size=(size, 1, 22, 3)) * upper * (rng.random((size, 1, 22, 1)) < HELD_OTHERWISE)
    local = quat_mul(quat_mul(pose, axis_angle_to_quat(turned * more)), axis_angle_to_quat(bends))
    return np.asarray(local_to_global(local, PARENTS), np.float32)
