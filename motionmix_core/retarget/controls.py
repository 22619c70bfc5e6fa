"""IK controls instead of FK ones: hands and feet held by their controls, knees and elbows aimed by their poles.

The pose is the one that the FK controls would make. A control goes along stiffly with the hand or foot bone; a pole
stands off the knee or elbow in the plane in which the limb bends, where it is in the rig's rest pose when the limb is
straight.

Hands and feet are always within reach, and yet Blender's solver shortens bones that have an IK stretch (Rigify's) by
some hundredths of their length, which turns knees and elbows by degrees: such bones are kept rigid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..motion.rotations import quat_apply, quat_continuous, quat_inv, quat_mul
from ..motion.skeleton import JOINT_NAMES
from .calibration import Calibration
from .plan import Plan
from .pose import carried, head_without, local_location, local_rotation
from .rig import BoneMapping, IkLimb, RigDescription

_STRAIGHT = 0.01  # of a limb's length: a bend smaller than this hardly tells the plane


@dataclass(frozen=True)
class Posed:
    """A pose in the character frame.

    turns: (T, J, 4) of the canonical joints. world, heads: rotation (T, 4) and head (T, 3) of each bone, before what
    hangs on the carrier is moved by `shift` (T, 3).
    """

    turns: np.ndarray
    world: dict[int, np.ndarray]
    heads: dict[int, np.ndarray]
    shift: np.ndarray


@dataclass(frozen=True)
class IkChannels:
    """Rotations and locations of controls and poles by bone, and the FK bones that need no keys any more.

    rigid: bones whose IK stretch has to be off for that.
    """

    rotations: dict[str, np.ndarray]
    locations: dict[str, np.ndarray]
    replaced: frozenset[str]
    rigid: tuple[str, ...]


def bake_ik_controls(
    rig: RigDescription,
    mapping: BoneMapping,
    limbs: Sequence[IkLimb],
    plan: Plan,
    calibration: Calibration,
    posed: Posed,
) -> IkChannels:
    """Keys for the IK controls of these limbs, in their own parents' spaces."""
    assert rig.owned is not None
    world = dict(posed.world)
    heads = {
        bone: head + posed.shift if plan.carrier in (bone, *rig.ancestors(bone)) else head
        for bone, head in posed.heads.items()
    }
    rotations: dict[str, np.ndarray] = {}
    locations: dict[str, np.ndarray] = {}
    replaced: set[str] = set()
    rigid: list[str] = []
    for limb in limbs:
        slots = (limb.upper, limb.hinge, limb.end)
        if not all(slot in mapping.bones for slot in slots) or limb.control not in rig.indices:
            continue
        chain = [rig.index(mapping.bones[slot][0]) for slot in slots]
        rigid += _stretching(rig, chain)
        goal = _follow(rig.index(limb.control), chain[2], world, heads, calibration)
        _key(rig, limb.control, goal, world, heads, calibration, rotations, locations)
        if limb.toe in rig.indices and limb.toe_slot in mapping.bones:
            toe = rig.index(mapping.bones[limb.toe_slot][0])
            toe_goal = _follow(rig.index(limb.toe), toe, world, heads, calibration)
            _key(rig, limb.toe, toe_goal, world, heads, calibration, rotations, {})
            replaced.add(rig.bones[toe])
        if limb.pole in rig.indices:
            place = _pole_place(limb, rig, chain, posed.turns, heads, calibration)
            stiff = np.broadcast_to(calibration.rotations[rig.index(limb.pole)], (len(place), 4))
            _key(rig, limb.pole, (stiff, place), world, heads, calibration, {}, locations)
        if limb.always and not limb.pole:
            continue  # without a pole the knee bends the way the bones' own keys say, from which the solver starts
        # where only the limb's two long bones follow a constraint, the hand or foot is still turned by its own keys
        kept = limb.always and not rig.owned[chain[2]]
        replaced.update(rig.bones[bone] for bone in (chain[:2] if kept else chain))
    return IkChannels(rotations, locations, frozenset(replaced), tuple(rigid))


def _stretching(rig: RigDescription, chain: Sequence[int]) -> list[str]:
    """The bones that stretch under IK and lie where a limb's two long bones do: these, or hidden ones for the IK."""
    assert rig.stretching is not None
    ends = rig.heads[list(chain)]
    near = 1e-3 * float(np.linalg.norm(np.diff(ends, axis=0), axis=1).min())
    apart = np.linalg.norm(rig.heads[:, None] - ends[None, :2], axis=-1).min(axis=1)
    return [rig.bones[bone] for bone in np.flatnonzero(rig.stretching & (apart < near))]


def _follow(
    control: int, bone: int, world: dict[int, np.ndarray], heads: dict[int, np.ndarray], calibration: Calibration
) -> tuple[np.ndarray, np.ndarray]:
    """Rotation and head of a control that goes along with a bone as if it were part of it."""
    rest = calibration.rotations
    turned = quat_mul(world[bone], quat_mul(quat_inv(rest[bone]), rest[control]))
    offset = quat_apply(quat_inv(rest[bone]), calibration.heads[control] - calibration.heads[bone])
    return turned, heads[bone] + quat_apply(world[bone], offset)


def _pole_place(
    limb: IkLimb,
    rig: RigDescription,
    chain: list[int],
    turns: np.ndarray,
    heads: dict[int, np.ndarray],
    calibration: Calibration,
) -> np.ndarray:
    """(T, 3) where the pole stands: off the hinge, towards where it bends."""
    start, hinge, end = (heads[bone] for bone in chain)
    line = (end - start) / np.maximum(np.linalg.norm(end - start, axis=-1, keepdims=True), 1e-9)
    bend = hinge - start - line * np.sum((hinge - start) * line, axis=-1, keepdims=True)
    length = float(np.linalg.norm(hinge[0] - start[0]) + np.linalg.norm(end[0] - hinge[0]))
    # knees point forward of a turned thigh, elbows backward of a turned upper arm
    fallback = quat_apply(
        turns[:, JOINT_NAMES.index(limb.upper)], np.array([0.0, 0.0, 1.0 if limb.upper.endswith("hip") else -1.0])
    )
    fallback = fallback - line * np.sum(fallback * line, axis=-1, keepdims=True)
    small = _STRAIGHT * length
    doubt = np.exp(-((np.linalg.norm(bend, axis=-1, keepdims=True) / small) ** 2))
    way = bend + small * doubt * fallback
    way /= np.maximum(np.linalg.norm(way, axis=-1, keepdims=True), 1e-9)
    distance = float(np.linalg.norm(calibration.heads[rig.index(limb.pole)] - calibration.heads[chain[1]]))
    return np.asarray(hinge + way * distance)


def _key(
    rig: RigDescription,
    bone: str,
    goal: tuple[np.ndarray, np.ndarray],
    world: dict[int, np.ndarray],
    heads: dict[int, np.ndarray],
    calibration: Calibration,
    rotations: dict[str, np.ndarray],
    locations: dict[str, np.ndarray],
) -> None:
    """Put the keys that bring a bone to its goal into rotations and locations, and its pose into world and heads."""
    index = rig.index(bone)
    frames = len(goal[0])
    for parent in reversed(rig.ancestors(index)):
        if parent not in world:
            world[parent] = np.broadcast_to(carried(rig, parent, world, calibration, frames), (frames, 4))
            heads[parent] = head_without(rig, parent, world, heads, calibration)
    world[index], heads[index] = goal
    rotations[bone] = quat_continuous(local_rotation(rig, index, world, calibration))
    start = head_without(rig, index, world, heads, calibration)
    locations[bone] = local_location(rig, index, world, calibration, goal[1] - start)
