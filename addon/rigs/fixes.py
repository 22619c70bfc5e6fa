"""What can be put right about an armature at the press of a button."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import bpy

from ..core import RigError
from ..present import armature, present
from . import read, status
from .settings import keep


@dataclass(frozen=True)
class Fix:
    """label: for the button. apply: puts it right, given the context and the object; raises RigError when it can't."""

    label: str
    apply: Callable[[bpy.types.Context, bpy.types.Object], None]


def fix_of(obj: bpy.types.Object | None) -> Fix | None:
    """What to do about an armature that can't be animated, or isn't seen moving; None if nothing is wrong.

    None too when nothing can be done from here: where there is no armature one has to be selected or added.
    """
    if obj is None or obj.type != "ARMATURE":
        return None
    override, data = obj.override_library, obj.animation_data
    if obj.library is not None:
        return Fix("Make Library Override", _make_override)
    if override is not None and override.is_system_override:
        return Fix("Make Override Editable", _make_editable)
    if obj.mode == "EDIT":
        return Fix("Leave Edit Mode", _leave_edit_mode)
    if data is not None and data.use_tweak_mode:
        return Fix("Leave Tweak Mode", _leave_tweak_mode)
    if not armature(obj).bones or read.problem(obj):
        return None
    if not status.of(obj).usable:
        return Fix("Set Bones by Hand", _set_bones)
    if armature(obj).pose_position == "REST":
        return Fix("Show in Pose Position", _show_pose)
    return None


def _make_override(context: bpy.types.Context, obj: bpy.types.Object) -> None:
    layer = present(context.view_layer)
    made = obj.override_hierarchy_create(present(context.scene), layer, do_fully_editable=True)
    if not isinstance(made, bpy.types.Object):
        raise RigError(f"Blender can't make a library override of “{obj.name}”")
    layer.objects.active = made


def _make_editable(_context: bpy.types.Context, obj: bpy.types.Object) -> None:
    assert obj.override_library is not None
    obj.override_library.is_system_override = False


def _leave_edit_mode(_context: bpy.types.Context, _obj: bpy.types.Object) -> None:
    bpy.ops.object.mode_set(mode="OBJECT")


def _leave_tweak_mode(_context: bpy.types.Context, obj: bpy.types.Object) -> None:
    assert obj.animation_data is not None
    obj.animation_data.use_tweak_mode = False


def _set_bones(_context: bpy.types.Context, obj: bpy.types.Object) -> None:
    keep(obj, read.mapping_of(obj))


def _show_pose(_context: bpy.types.Context, obj: bpy.types.Object) -> None:
    armature(obj).pose_position = "POSE"
