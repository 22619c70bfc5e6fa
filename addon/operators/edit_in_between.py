"""In-between: the motion between the animator's key poses."""

# Blender declares properties as annotations that call functions.
# mypy: disable-error-code="valid-type"

from __future__ import annotations

import bpy
from bpy.props import EnumProperty, StringProperty

from ..editing import settings
from ..editing.bones import CHOICE_ITEMS, PRESET_ITEMS
from .asked import SKIP
from .edit_base import RangeOperator


class MOTIONMIX_OT_edit_in_between(RangeOperator, bpy.types.Operator):
    """Make the motion between your key poses. The poses, and all frames outside the range, stay exactly as keyed"""

    bl_idname = "motionmix.edit_in_between"
    bl_label = "In-between"
    bl_options = {"UNDO"}
    tool = "in_between"

    bones: EnumProperty(name="Bones", description=settings.BONES_TEXT, items=CHOICE_ITEMS, default="ALL", options=SKIP)
    parts: EnumProperty(
        name="Parts", description=settings.PARTS_TEXT, items=PRESET_ITEMS, options={"ENUM_FLAG", "SKIP_SAVE"}
    )
    collections: StringProperty(name="Collections", description=settings.COLLECTIONS_TEXT, options=SKIP)


CLASSES = (MOTIONMIX_OT_edit_in_between,)
