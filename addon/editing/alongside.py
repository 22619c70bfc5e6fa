"""What an Action moves beside the body - fingers, face, props - brought along where its motion comes into another one.

The body's motion is read as it is seen and keyed on the body's bones, so whatever else carries these bones - parents,
targets of constraints, switches, the object itself - is in it already: brought along it would count twice. All other
bones keep their keys, moved in time.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np

from .. import compat, keys
from ..core import BoneMapping, RigDescription
from ..present import pose_bones
from .splice import splice
from .write import NewKeys

_BONE = re.compile(r'^pose\.bones\["((?:[^"\\]|\\.)*)"\](.*)$')
_MOVES = re.compile(r"^\.(location|rotation_\w+|scale)$")
_TRAVEL = re.compile(r"^(delta_)?(location|rotation_\w+)$")
_SAME = 1e-5
_EMPTY = np.zeros(0)


@dataclass(frozen=True)
class Alongside:
    """new: the keys of bones that are brought along. left: names of what the Action moves too and that isn't."""

    new: tuple[NewKeys, ...] = ()
    left: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Theirs:
    """An F-curve of the other Action. keys: already where they are to be. usable: not muted, and without modifiers."""

    keys: keys.Keys
    usable: bool


def recorded(obj: bpy.types.Object, begins: float, shift: float) -> dict[tuple[str, int], _Theirs]:
    """All keyed curves of what the armature plays, from frame `begins` on, later by so many frames."""
    found = {}
    for curve in compat.curves_of(obj):
        if not len(curve.keyframe_points):
            continue
        own = splice(keys.read(curve), -np.inf, begins, _EMPTY, _EMPTY, curve.evaluate, pin_start=False)
        by = np.array([shift, 0.0], np.float32)
        moved = own.changed(co=own.co + by, handle_left=own.handle_left + by, handle_right=own.handle_right + by)
        usable = not curve.mute and not any(not modifier.mute for modifier in curve.modifiers)
        found[curve.data_path, curve.array_index] = _Theirs(moved, usable)
    return found


def brought(
    obj: bpy.types.Object,
    rig: RigDescription,
    mapping: BoneMapping,
    body: Collection[str],
    theirs: Mapping[tuple[str, int], _Theirs],
    end: float,
) -> Alongside:
    """What is keyed beside the body after frame `end` of what the armature plays now.

    body: the bones that are keyed anyway. theirs: as `recorded`, all of it behind that frame.
    """
    mine = {(curve.data_path, curve.array_index): curve for curve in compat.curves_of(obj)}
    carrying = _carrying(rig, {*body, *(bone for names in mapping.readings.values() for bone in names)})
    switches = {(bone, f'["{name}"]') for bone, name, _ in (*mapping.switches, *mapping.ik_switches)}
    new: list[NewKeys] = []
    left: list[str] = []
    for path in dict.fromkeys(path for path, _ in theirs):
        named = _BONE.match(path)
        bone, what = (bpy.utils.unescape_identifier(named[1]), named[2]) if named else ("", path)
        moves = named is not None and _MOVES.match(what) is not None
        if (bone, what) in switches or (moves and bone in body and what != ".scale") or _TRAVEL.match(path):
            continue
        if named is not None and bone not in pose_bones(obj):
            continue
        parts = {index: own for (other, index), own in theirs.items() if other == path}
        before = {index: _before(obj, path, index, mine.get((path, index)), end) for index in parts}
        if not any(_differs(parts[index], before[index]) for index in parts):
            continue
        curves = [mine[path, index] for index in parts if (path, index) in mine]
        closed = any(curve.lock or curve.mute or len(curve.modifiers) for curve in curves)
        if not moves or bone in carrying or closed or not all(own.usable for own in parts.values()):
            left.append(bone or path)
            continue
        turn = _sign(what, parts, before)
        for index, own in parts.items():
            new.append(NewKeys(path, index, bone, keys.joined(before[index], _turned(own.keys, turn))))
    return Alongside(tuple(new), tuple(dict.fromkeys(left)))


def told(name: str, left: Sequence[str]) -> tuple[str, ...]:
    """What the animator is told of what an Action moves and that isn't brought along."""
    if not left:
        return ()
    names = ", ".join(f"“{one}”" for one in left[:4]) + (", …" if len(left) > 4 else "")
    return (f"“{name}” also animates {names}: that isn't taken over",)


def _carrying(rig: RigDescription, body: Collection[str]) -> set[str]:
    """These bones and all that carry them: parents, and what constraints look at."""
    above: dict[str, list[str]] = {}
    for index, parent in enumerate(rig.parents):
        if parent >= 0:
            above.setdefault(rig.bones[index], []).append(rig.bones[parent])
    for bone, other in rig.depends:
        above.setdefault(bone, []).append(other)
    found, ahead = set(body), list(body)
    while ahead:
        new = set(above.get(ahead.pop(), ())) - found
        found |= new
        ahead += new
    return found


def _before(obj: bpy.types.Object, path: str, index: int, curve: Any, end: float) -> keys.Keys:
    """A curve's keys up to a frame, with one on it; where there is no curve, the value that stands there."""
    if curve is not None and len(curve.keyframe_points):
        return splice(keys.read(curve), end, np.inf, _EMPTY, _EMPTY, curve.evaluate, pin_stop=False)
    resolve: Any = obj.path_resolve  # the stubs of 4.2 say that it gives nothing
    try:
        value = resolve(path)
        static = float(value[index]) if hasattr(value, "__len__") else float(value)
    except (ValueError, TypeError, IndexError):  # a property that isn't there any more, or isn't a number
        static = 0.0
    return keys.fillers(np.array([end]), np.array([static]), keys.KEYFRAME)


def _differs(own: _Theirs, before: keys.Keys) -> bool:
    return bool(np.abs(own.keys.co[:, 1] - before.co[-1, 1]).max() > _SAME)


def _sign(what: str, parts: Mapping[int, _Theirs], before: Mapping[int, keys.Keys]) -> float:
    """-1 where the other Action has the negative of a quaternion, the same turn: the way there mustn't spin."""
    if what != ".rotation_quaternion" or len(parts) < 4:
        return 1.0
    return -1.0 if sum(own.keys.co[0, 1] * before[index].co[-1, 1] for index, own in parts.items()) < 0 else 1.0


def _turned(own: keys.Keys, sign: float) -> keys.Keys:
    by = np.array([1.0, sign], np.float32)
    return own.changed(co=own.co * by, handle_left=own.handle_left * by, handle_right=own.handle_right * by)
