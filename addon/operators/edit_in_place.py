"""In place: travel taken out of an Action, or put on the root bone."""

# Blender declares properties as annotations that call functions.
# mypy: disable-error-code="valid-type"

from __future__ import annotations

import bpy
from bpy.props import EnumProperty

from ..editing import settings
from .asked import SKIP
from .edit_base import EditOperator


class MOTIONMIX_OT_edit_in_place(EditOperator, bpy.types.Operator):
    """Take the travel along the ground out of the Action, or put it on the rig's root bone"""

    bl_idname = "motionmix.edit_in_place"
    bl_label = "In Place"
    bl_options = {"UNDO"}
    tool = "in_place"

    root: EnumProperty(
        name="Travel", description=settings.TRAVEL_TEXT, items=settings.ROOT_ITEMS, default="NONE", options=SKIP
    )


CLASSES = (MOTIONMIX_OT_edit_in_place,)
