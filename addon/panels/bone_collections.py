"""The list of an armature's bone collections in the panel Edit, each with a tick."""

from __future__ import annotations

from typing import Any

import bpy

from ..editing import settings
from ..operators.edit_collections import MOTIONMIX_OT_edit_collection
from ..present import armature, present

_ROWS = (3, 8)  # least and most


class MOTIONMIX_UL_bone_collections(bpy.types.UIList):
    """Bone collections with a tick each; Blender's own search field finds them by name."""

    bl_idname = "MOTIONMIX_UL_bone_collections"

    def draw_item(
        self,
        context: bpy.types.Context,
        layout: bpy.types.UILayout,
        _data: Any,
        item: Any,
        _icon: int | None,
        _active_data: Any,
        _active_property: str | None,
        _index: int | None = 0,
        _flt_flag: int | None = 0,
    ) -> None:
        """The tick and the name, one button."""
        draw_tick(layout, item.name, item.name in settings.of(present(context.scene)).collections)


def draw_tick(layout: bpy.types.UILayout, name: str, ticked: bool) -> None:
    """A bone collection's row."""
    row = layout.row(align=True)
    row.alignment = "LEFT"
    button = row.operator(
        MOTIONMIX_OT_edit_collection.bl_idname,
        text=name,
        translate=False,
        emboss=False,
        icon="CHECKBOX_HLT" if ticked else "CHECKBOX_DEHLT",
    )
    button.collection = name


def draw_bone_collections(
    layout: bpy.types.UILayout, obj: bpy.types.Object, edit: settings.MotionMixEditSettings
) -> None:
    """All of the armature's, and those still ticked that another armature has."""
    here = armature(obj).collections_all
    layout.template_list(
        MOTIONMIX_UL_bone_collections.bl_idname,
        "",
        armature(obj),
        "collections_all",
        edit,
        "collection_row",
        rows=min(max(len(here), _ROWS[0]), _ROWS[1]),
        maxrows=_ROWS[1],
    )
    for ticked in edit.collections:
        if ticked.name not in here:
            draw_tick(layout, ticked.name, True)


CLASSES = (MOTIONMIX_UL_bone_collections,)
