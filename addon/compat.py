"""Everything that differs between the Blender versions 4.2 to 5.x, in one place.

4.2 and 4.3 keep an action's curves on the action itself; from 4.4 an action has slots and each slot a channel bag;
5.0 dropped the old way. 5.0 also moved the selected state of a bone to the pose bone. Nothing else in the add-on asks
for a version.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import bpy
from bpy_extras import anim_utils

HAS_SLOTS = hasattr(bpy.types.Action, "slots") or "slots" in bpy.types.Action.bl_rna.properties


@dataclass(frozen=True)
class NewAction:
    """An action made for one object and not yet assigned to it.

    action: the action. slot: its slot for the object, None where actions have no slots. bag: what holds ``.fcurves``
    and ``.groups``.
    """

    action: Any
    slot: Any
    bag: Any


@dataclass(frozen=True)
class Assignment:
    """What an object plays.

    action, slot: each None if there is none. had_animation_data: whether it had any at all.
    """

    had_animation_data: bool
    action: Any
    slot: Any


def new_action(obj: bpy.types.Object, name: str) -> NewAction:
    """An empty action with room for the object's curves. It's not assigned: the object looks and plays as before."""
    action: Any = bpy.data.actions.new(name)
    if not HAS_SLOTS:
        action.id_root = obj.id_type
        return NewAction(action, None, action)
    slot = action.slots.new(id_type=obj.id_type, name=obj.name)
    return NewAction(action, slot, _ensure_bag(action, slot))


def _ensure_bag(action: Any, slot: Any) -> Any:
    ensure = getattr(anim_utils, "action_ensure_channelbag_for_slot", None)  # 5.0 and later
    if ensure is not None:
        return ensure(action, slot)
    layer = action.layers[0] if action.layers else action.layers.new("Layer")
    strip = layer.strips[0] if layer.strips else layer.strips.new(type="KEYFRAME")
    return strip.channelbag(slot, ensure=True)


def new_curve(bag: Any, path: str, index: int, group: str) -> Any:
    """A new F-curve in the group of that name (made when it isn't there yet)."""
    curve = bag.fcurves.new(path, index=index)
    curve.group = bag.groups.get(group) or bag.groups.new(group)
    return curve


def curves_of(obj: bpy.types.Object) -> list[Any]:
    """The F-curves that the object's current action has for it; an empty list without an action."""
    data: Any = obj.animation_data
    if data is None or data.action is None:
        return []
    if not HAS_SLOTS:
        return list(data.action.fcurves)
    if data.action_slot is None:
        return []
    tools: Any = anim_utils  # the function came with slots, in 4.4
    bag = tools.action_get_channelbag_for_slot(data.action, data.action_slot)
    return list(bag.fcurves) if bag is not None else []


def curves_in(action: Any, slot: Any = None) -> list[Any]:
    """The F-curves that an action has for one slot; for all its slots together if none is given."""
    if not HAS_SLOTS:
        return list(action.fcurves)
    tools: Any = anim_utils
    bags = [tools.action_get_channelbag_for_slot(action, found) for found in ([slot] if slot else action.slots)]
    return [curve for bag in bags if bag is not None for curve in bag.fcurves]


def slot_identifier(slot: Any) -> str:
    """What a slot is called inside its action, to be found again with `slot_named`; "" for no slot."""
    return "" if slot is None else str(slot.identifier)


def slot_named(action: Any, identifier: str) -> Any:
    """The slot of that identifier; None if the action has none, or where there are no slots."""
    if not HAS_SLOTS or not identifier:
        return None
    return next((slot for slot in action.slots if slot.identifier == identifier), None)


def slot_handle(slot: Any) -> int:
    """The number of a slot inside its action and in copies of it, which stays when it's renamed; 0 for no slot."""
    return 0 if slot is None else int(slot.handle)


def slot_with_handle(action: Any, handle: int) -> Any:
    """The slot of that number; None if the action has none, or where there are no slots."""
    if not HAS_SLOTS or not handle:
        return None
    return next((slot for slot in action.slots if slot.handle == handle), None)


def set_strip_slot(strip: Any, slot: Any) -> None:
    """Let an NLA strip play this slot of its action."""
    if HAS_SLOTS and slot is not None:
        strip.action_slot = slot


def bag_in(action: Any, slot: Any) -> Any:
    """What holds ``.fcurves`` and ``.groups`` of an action for one of its slots (None where there are no slots)."""
    return _ensure_bag(action, slot) if HAS_SLOTS else action


def curves_of_strip(strip: Any) -> list[Any]:
    """The F-curves that an NLA strip plays."""
    if not HAS_SLOTS:
        return list(strip.action.fcurves)
    if strip.action_slot is None:
        return []
    tools: Any = anim_utils
    bag = tools.action_get_channelbag_for_slot(strip.action, strip.action_slot)
    return list(bag.fcurves) if bag is not None else []


def copy_action(obj: bpy.types.Object) -> tuple[Any, Any]:
    """A copy of the object's current action and the copy's slot for the object (None where there are no slots)."""
    data: Any = obj.animation_data
    copy = data.action.copy()
    if not HAS_SLOTS:
        return copy, None
    place = list(data.action.slots).index(data.action_slot)
    return copy, copy.slots[place]


def current_assignment(obj: bpy.types.Object) -> Assignment:
    """What the object plays now, to be handed to `restore`."""
    data: Any = obj.animation_data
    if data is None:
        return Assignment(False, None, None)
    return Assignment(True, data.action, data.action_slot if HAS_SLOTS else None)


def assign(obj: bpy.types.Object, action: Any, slot: Any) -> None:
    """Let the object play this action (None: nothing)."""
    data: Any = obj.animation_data_create()
    data.action = action
    if HAS_SLOTS and action is not None:
        data.action_slot = slot


def restore(obj: bpy.types.Object, assignment: Assignment) -> None:
    """Put back what the object played when `current_assignment` was asked."""
    if not assignment.had_animation_data:
        obj.animation_data_clear()
    else:
        assign(obj, assignment.action, assignment.slot)


def slot_for(action: Any, obj: bpy.types.Object) -> Any:
    """The slot of the action that suits the object.

    The one that was made for it, else one called as the one that it played last (slots keep their names when objects
    are renamed), else the first that it can use. None where there are no slots.
    """
    if not HAS_SLOTS:
        return None
    suitable = [slot for slot in action.slots if slot.target_id_type in {obj.id_type, "UNSPECIFIED"}]
    data: Any = obj.animation_data
    for identifier in ("OB" + obj.name, data.last_slot_identifier if data is not None else ""):
        for slot in suitable:
            if slot.identifier == identifier:
                return slot
    return (suitable or [None])[0]


def select_bone(pose_bone: Any, on: bool = True) -> None:
    """Select or deselect a bone in pose mode."""
    if hasattr(pose_bone, "select"):  # 5.0 and later
        pose_bone.select = on
    else:
        pose_bone.bone.select = on


def is_bone_selected(pose_bone: Any) -> bool:
    """Whether a bone is selected in pose mode."""
    return bool(pose_bone.select if hasattr(pose_bone, "select") else pose_bone.bone.select)
