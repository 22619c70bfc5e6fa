"""What a rig doesn't show of a motion: joints that it has no bones for, and the twist of limbs that IK controls aim.

Toes or the third bend of a spine of two bones are inferred from their neighbours; a limb's twist under IK is the
solver's. How far that is from the motion is known when the motion is put on the rig, and can be given to the inverse
again, so that the way back is exact. Where the pose has been changed since, it no longer counts.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..motion.rotations import (
    axis_angle_to_quat,
    quat_angle,
    quat_apply,
    quat_between,
    quat_inv,
    quat_mul,
    quat_slerp,
    quat_to_axis_angle,
)
from ..motion.skeleton import Skeleton
from .calibration import Calibration
from .joint_turns import joint_turns
from .plan import Plan
from .rig import IkLimb, Untold

_NOTHING = 1e-4  # radians: a joint that the rig tells better than this is told
_SAME, _OTHER = np.radians(2.0), np.radians(4.0)  # a joint's place among its neighbours is the one written, or isn't


def untold_of(
    turns: np.ndarray,
    goals: dict[int, np.ndarray],
    posed: dict[int, np.ndarray],
    limbs: Sequence[IkLimb],
    plan: Plan,
    calibration: Calibration,
    skeleton: Skeleton,
) -> Untold | None:
    """What bones turned to `goals` don't tell of joint turns (T, J, 4); None when they tell all.

    posed: the bones as they really are, after locks and foot lock. limbs: those that IK controls pose.
    """
    inferred = joint_turns(goals, plan, calibration, skeleton)
    joints = np.flatnonzero(quat_angle(inferred, turns).max(axis=0) > _NOTHING)
    names = tuple(skeleton.names[joint] for joint in joints)
    rolls = tuple(slot for limb in limbs for slot in (limb.upper, limb.hinge))
    if not names and not rolls:
        return None
    lost = quat_mul(quat_inv(inferred[:, joints]), turns[:, joints])
    shown = joint_turns(posed, plan, calibration, skeleton)
    return Untold(names, shown[:, joints], lost, rolls, shown[:, [skeleton.index(slot) for slot in rolls]])


def with_untold(turns: np.ndarray, untold: Untold, skeleton: Skeleton) -> np.ndarray:
    """The joint turns (T, J, 4) with what was lost put back, as far as the pose is the one that was written."""
    turns = turns.copy()
    for place, name in enumerate(untold.rolls):
        joint = skeleton.index(name)
        limb = skeleton.offsets[skeleton.parents.index(joint)]
        turns[:, joint] = _with_roll(turns[:, joint], untold.rolled[:, place], limb)
    for place, name in enumerate(untold.joints):
        joint = skeleton.index(name)
        weight = _still_written(quat_angle(turns[:, joint], untold.shown[:, place]))
        back = axis_angle_to_quat(weight[:, None] * quat_to_axis_angle(untold.lost[:, place]))
        turns[:, joint] = quat_mul(turns[:, joint], back)
    return turns


def _with_roll(seen: np.ndarray, rolled: np.ndarray, limb: np.ndarray) -> np.ndarray:
    """(T, 4) turns that point a limb (3,) where `seen` does, twisted as `rolled` is where that points there too."""
    known = np.linalg.norm(rolled, axis=-1) > 0.5
    rolled = np.where(known[:, None], rolled, seen)
    points, pointed = quat_apply(seen, limb), quat_apply(rolled, limb)
    off = np.arctan2(np.linalg.norm(np.cross(pointed, points), axis=-1), np.sum(pointed * points, axis=-1))
    return quat_slerp(seen, quat_mul(quat_between(pointed, points), rolled), _still_written(off))


def _still_written(away: np.ndarray) -> np.ndarray:
    """1 where a pose is that near (radians) to the one that was written, 0 where it's another."""
    return np.asarray(np.clip((_OTHER - away) / (_OTHER - _SAME), 0.0, 1.0))
