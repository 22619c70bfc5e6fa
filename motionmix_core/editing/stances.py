"""When feet stand in a made part between poses that hold: one stand is held in one place, or there is a step.

A foot that stands at the end of what holds goes on standing there as long as the made motion has it stand; the foot
lock sees to that. Where it would have to be at another place at the other end of the same stand it would slide there.
So it takes a step, as a body does; two feet take theirs one after the other.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..generation.glides import STEP_SECONDS, without_glides
from ..motion.contacts import FOOT_INDICES
from ..motion.kinematics import global_to_local
from ..motion.motion import Motion
from ..motion.rotations import quat_apply, quat_mul
from ..motion.skeleton import JOINT_NAMES, SOLE_THICKNESS
from ..retarget.leg_ik import bend_leg
from ..retarget.planting import ADDED_ACCELERATION, ease_between, runs, tidy_contacts

STEP = 0.03
"""Metres: so far a foot may creep within a stand before it has to step."""
NEAR_GROUND = 0.06
"""Metres over the ground from which a foot can be set down without the pose changing much."""

WITHIN_REACH = 0.3
"""The same where nothing else is asked for."""

_HIPS = [JOINT_NAMES.index(f"{side}_hip") for side in ("left", "right")]
Contacts = NDArray[np.bool_]


def with_steps(motion: Motion, contacts: Contacts, fixed: NDArray[np.bool_], one_stands: bool = False) -> Contacts:
    """Contacts (T,4) with steps where a stand leads from one place in fixed frames (T,) to another, or glides along.

    one_stands: a foot that glides steps while the other stands only.
    """
    feet = motion.positions()[:, FOOT_INDICES].reshape(-1, 2, 2, 3)
    planted = tidy_contacts(contacts, motion.fps)
    for start, stop in runs(~fixed):
        if start == 0 or stop == len(fixed):
            continue
        one, other = start - 1, stop
        standing = [side for side in range(2) if planted[one : other + 1, 2 * side : 2 * side + 2].any(axis=1).all()]
        ways = [(feet[other, side] - feet[one, side]).mean(axis=0) * (1, 0, 1) for side in standing]
        steps = [(side, way) for side, way in zip(standing, ways, strict=True) if np.linalg.norm(way) > STEP]
        if not steps:
            continue
        order = _order(motion, [side for side, _ in steps], sum(way for _, way in steps), one)
        length = stop - start
        size = max(1, min(round(STEP_SECONDS * motion.fps), int(length * 0.8 / len(order))))
        for number, side in enumerate(order):
            middle = start + length * (number + 0.5) / len(order)
            low = int(np.clip(round(middle - size / 2), start, stop - size))
            planted[low : low + size, 2 * side : 2 * side + 2] = False
    return without_glides(motion, planted, fixed, one_stands)


def carrying(
    motion: Motion, contacts: Contacts, carried: NDArray[np.bool_], sides: Collection[str], reach: float = NEAR_GROUND
) -> Contacts:
    """Contacts (T,4) with a foot that carries the body in each frame of `carried` (T,), where one is near the ground.

    Hips that keep their motion tell when a foot bore them: if the new legs have none on the ground then, the lower one
    stands. sides: the legs that are new. reach: metres over the ground from which a foot is set down.
    """
    feet = motion.positions()[:, FOOT_INDICES]
    out = np.asarray(contacts, bool).copy()
    toes = [2 * index + 1 for index, side in enumerate(("left", "right")) if side in sides]
    over = feet[:, toes, 1] - SOLE_THICKNESS
    lowest = over.argmin(axis=1)
    frames = np.flatnonzero(carried & ~out.any(axis=1) & (over.min(axis=1) < reach))
    out[frames, np.asarray(toes)[lowest[frames]]] = True
    return out


def set_down(motion: Motion, contacts: Contacts, fixed: NDArray[np.bool_], sides: Collection[str]) -> Motion:
    """The motion with standing feet of `sides` that hang in the air lowered to the ground by their legs' bending.

    contacts: (T,4). fixed: (T,) frames that keep their pose. A leg too short reaches as far as it can.
    """
    positions, worlds = motion.positions(), motion.global_rotations()
    rotations = motion.rotations.copy()
    moved = np.zeros(motion.num_frames, bool)
    turned = worlds.copy()
    for index, side in enumerate(("left", "right")):
        toe = positions[:, FOOT_INDICES[2 * index + 1], 1] - SOLE_THICKNESS
        stands = contacts[:, 2 * index : 2 * index + 2].any(axis=1) & ~fixed
        needed = np.where(stands, np.maximum(toe, 0.0), 0.0)
        if side not in sides or needed.max(initial=0.0) < STEP:
            continue
        drop = ease_between(needed[:, None], stands | fixed, motion.fps, ADDED_ACCELERATION)[:, 0]
        thigh, shin, foot = (JOINT_NAMES.index(f"{side}_{part}") for part in ("hip", "knee", "ankle"))
        goal = positions[:, foot] - np.clip(drop, 0.0, np.maximum(toe, 0.0))[:, None] * (0, 1, 0)
        hinge = quat_apply(worlds[:, thigh], np.array([1.0, 0.0, 0.0]))
        turns = bend_leg(positions[:, thigh], positions[:, shin], positions[:, foot], goal, hinge)
        for joint, turn in zip((thigh, shin), turns, strict=True):
            turned[:, joint] = quat_mul(turn, worlds[:, joint])
        moved |= (drop > 0) & ~fixed
    local = global_to_local(turned, motion.skeleton.parents)
    legs = [JOINT_NAMES.index(f"{side}_{part}") for side in sides for part in ("hip", "knee", "ankle")]
    rotations[np.ix_(moved, np.array(legs))] = local[np.ix_(moved, np.array(legs))]
    return replace(motion, rotations=rotations)


def _order(motion: Motion, sides: list[int], way: NDArray[np.float64], frame: int) -> list[int]:
    """Sideways the foot on that side goes first; else the one behind."""
    if len(sides) < 2:
        return sides
    positions = motion.positions()[frame]
    to_left = (positions[_HIPS[0]] - positions[_HIPS[1]]) * (1, 0, 1)
    to_left /= max(float(np.linalg.norm(to_left)), 1e-9)
    sideways = float(way @ to_left)
    if abs(sideways) > 0.7 * float(np.linalg.norm(way)):
        return [0, 1] if sideways > 0 else [1, 0]
    ahead = [float(positions[list(FOOT_INDICES[2 * side : 2 * side + 2])].mean(axis=0) @ way) for side in (0, 1)]
    return [0, 1] if ahead[0] < ahead[1] else [1, 0]
