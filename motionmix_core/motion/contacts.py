"""Which foot joints rest on the ground, from joint positions alone."""

from __future__ import annotations

import numpy as np

from .skeleton import FOOT_JOINTS, JOINT_NAMES

FOOT_INDICES: tuple[int, ...] = tuple(JOINT_NAMES.index(name) for name in FOOT_JOINTS)
MAX_SPEED = 0.15  # m/s, after Kimodo's labels (anchors 2.1)
# Above the joint's height when the sole is flat on the ground: ankle, toe joint.
MAX_HEIGHT = (0.15, 0.08, 0.15, 0.08)


def foot_contacts(
    positions: np.ndarray, fps: float, max_speed: float = MAX_SPEED, max_height: tuple[float, ...] = MAX_HEIGHT
) -> np.ndarray:
    """(T, 22, 3) canonical joint positions -> (T, 4) bool: left ankle, left foot, right ankle, right foot.

    A foot joint is in contact while it is low and slow. Speed is the central difference (one-sided at the ends).
    """
    feet = positions[:, FOOT_INDICES]
    if len(feet) > 1:
        speed = np.linalg.norm(np.gradient(feet, axis=0), axis=-1) * fps
    else:
        speed = np.zeros(feet.shape[:2])
    return (speed < max_speed) & (feet[..., 1] < np.asarray(max_height))
