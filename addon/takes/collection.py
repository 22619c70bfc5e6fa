"""Which takes an armature has.

A take belongs to a rig by a key that both carry: so a rig may be renamed, and a copy of it has the same takes. A take
without a key (made by an early version) belongs to every armature that has its bones.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from typing import Any

import bpy

from .. import compat
from ..core import RequestError
from ..present import custom_properties, registered
from ..rigs.takes import PROPERTY, request_of, take_name

_BONE = re.compile(r'^pose\.bones\["((?:[^"\\]|\\.)*)"\]')
_NUMBER = re.compile(r"(\d+)")
_SAMPLES = 8


def record(action: bpy.types.Action) -> Any:
    """What is stored about a take with its Action (`properties.MotionMixTake`)."""
    return registered(action, "motionmix_take")


def state(obj: bpy.types.Object) -> Any:
    """What is stored about takes with an armature (`properties.MotionMixRigTakes`)."""
    return registered(obj, "motionmix_takes")


def is_take(action: bpy.types.Action | None) -> bool:
    """Whether MotionMix made this Action. Quick: for lists and polls."""
    return action is not None and isinstance(custom_properties(action).get(PROPERTY), str)


def belongs(obj: bpy.types.Object, action: bpy.types.Action, every_rig: bool = False) -> bool:
    """Whether an Action is a take of this armature; with `every_rig`: any take that moves its bones."""
    if not is_take(action):
        return False
    key = record(action).rig
    if key and key == state(obj).rig:
        return True
    return (every_rig or not key) and fits(obj, action)


def fits(obj: bpy.types.Object, action: bpy.types.Action) -> bool:
    """Whether an Action moves bones that this armature has: told by a few of its curves."""
    curves = compat.curves_in(action, slot_in(obj, action))
    if obj.pose is None or not curves:
        return False
    for curve in curves[:: max(1, len(curves) // _SAMPLES)]:
        found = _BONE.match(curve.data_path)
        if found and bpy.utils.unescape_identifier(found[1]) not in obj.pose.bones:
            return False
    return True


def takes_of(obj: bpy.types.Object, every_rig: bool = False) -> list[bpy.types.Action]:
    """The takes of an armature in the order in which they were made."""
    return sorted((action for action in bpy.data.actions if belongs(obj, action, every_rig)), key=order)


def order(action: bpy.types.Action) -> tuple[Any, ...]:
    """Sorts takes by when they were made, then by name with #2 before #10."""
    return (record(action).serial, natural(action.name))


def natural(name: str) -> tuple[Any, ...]:
    """Sorts names with their numbers as numbers."""
    parts = _NUMBER.split(name.lower())
    return tuple(int(part) if index % 2 else part for index, part in enumerate(parts))


def shown(obj: bpy.types.Object) -> bpy.types.Action | None:
    """The take that the armature plays; None while it plays the animator's own Action, or nothing."""
    action = compat.current_assignment(obj).action
    return action if is_take(action) else None


def slot_in(obj: bpy.types.Object, action: bpy.types.Action) -> Any:
    """The slot of an Action that this armature plays; None where Actions have no slots.

    A take remembers the one that it was made in: an Action can hold several characters' motion, and neither the names
    of armatures nor those of slots last. For a take of an early version, as for other Actions, it's the one called as
    the own Action's.
    """
    return (
        compat.slot_with_handle(action, record(action).slot)
        or compat.slot_named(action, state(obj).own_slot)
        or compat.slot_for(action, obj)
    )


def find(obj: bpy.types.Object, name: str) -> bpy.types.Action:
    """The take of that name; the one shown, if the name is empty.

    Raises RequestError: there is none, or it can't go on this armature.
    """
    if not name:
        action = shown(obj)
        if action is None:
            raise RequestError(f"“{obj.name}” shows no take. Click one in the list, or name it")
        return action
    action = bpy.data.actions.get(name)
    if action is None or not is_take(action):
        raise RequestError(f"There is no take “{name}”")
    if not fits(obj, action):
        raise RequestError(f"The take “{name}” was made for another rig: “{obj.name}” doesn't have its bones")
    return action


def enter(obj: bpy.types.Object, actions: Iterable[bpy.types.Action]) -> None:
    """Note new Actions as takes of this armature, after all that there are."""
    key = rig_key(obj)
    serial = next_serial()
    for number, action in enumerate(actions):
        record(action).rig = key
        record(action).slot = compat.slot_handle(slot_in(obj, action))
        record(action).serial = serial + number


def rig_key(obj: bpy.types.Object) -> str:
    """The key that this armature's takes carry; made when it's first needed."""
    if not state(obj).rig:
        state(obj).rig = uuid.uuid4().hex[:12]
    return str(state(obj).rig)


def next_serial() -> int:
    """The number of the next take in this file."""
    return 1 + max((record(action).serial for action in bpy.data.actions), default=0)


def base_name(action: bpy.types.Action) -> str:
    """A take's name without its number."""
    return re.sub(r" #\d+$", "", action.name)


def next_name(base: str) -> str:
    """The next free "base #n" in this file."""
    return take_name(base, {action.name for action in bpy.data.actions})


def editable(action: bpy.types.Action) -> bpy.types.Action:
    """The take itself. Raises RequestError when it's linked from another file."""
    if action.library is not None:
        file = bpy.path.basename(action.library.filepath)
        raise RequestError(f"The take “{action.name}” is linked from {file}: duplicate it and change the copy")
    return action


def request(action: bpy.types.Action) -> dict[str, Any]:
    """The request that made a take.

    Raises RequestError: what is stored can't be read.
    """
    found = request_of(action)
    if found is None:
        raise RequestError(f"What made “{action.name}” can't be read any more: its property “{PROPERTY}” was changed")
    return found
