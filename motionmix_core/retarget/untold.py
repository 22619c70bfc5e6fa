"""What a rig has no bones for: toes, or the third bend of a spine of two bones. Kept, so that the way back is exact.

The inverse infers such joints from their neighbours. How far that is from the motion is known when the motion is put
on the rig, and can be given to the inverse again. Where the pose has been changed since, it no longer counts.
"""

from __future__ import annotations

import numpy as np

from ..motion.rotations import axis_angle_to_quat, quat_angle, quat_inv, quat_mul, quat_to_axis_angle
from ..motion.skeleton import Skeleton
from .calibration import Calibration
from .joint_turns import joint_turns
from .plan import Plan
from .rig import Untold

_NOTHING = 1e-4  # radians: a joint that the rig tells better than this is told
_SAME, _OTHER = np.radians(2.0), np.radians(4.0)  # a joint's place among its neighbours is the one written, or isn't


def untold_of(
    turns: np.ndarray,
    goals: dict[int, np.ndarray],
    posed: dict[int, np.ndarray],
    plan: Plan,
    calibration: Calibration,
    skeleton: Skeleton,
) -> Untold | None:
    """What bones turned to `goals` don't tell of joint turns (T, J, 4); None when they tell all.

    posed: the bones as they really are, after locks and foot lock.
    """
    inferred = joint_turns(goals, plan, calibration, skeleton)
    joints = np.flatnonzero(quat_angle(inferred, turns).max(axis=0) > _NOTHING)
    if not len(joints):
        return None
    lost = quat_mul(quat_inv(inferred[:, joints]), turns[:, joints])
    shown = joint_turns(posed, plan, calibration, skeleton)[:, joints]
    return Untold(tuple(skeleton.names[joint] for joint in joints), shown, lost)


def with_untold(turns: np.ndarray, untold: Untold, skeleton: Skeleton) -> np.ndarray:
    """The joint turns (T, J, 4) with what was lost put back, as far as the pose is the one that was written."""
    turns = turns.copy()
    for place, name in enumerate(untold.joints):
        joint = skeleton.index(name)
        away = quat_angle(turns[:, joint], untold.shown[:, place])
        weight = np.clip((_OTHER - away) / (_OTHER - _SAME), 0.0, 1.0)
        back = axis_angle_to_quat(weight[:, None] * quat_to_axis_angle(untold.lost[:, place]))
        turns[:, joint] = quat_mul(turns[:, joint], back)
    return turns
