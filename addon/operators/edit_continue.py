"""Continue: what comes after an Action's last key, from one prompt or several."""

# Blender declares properties as annotations that call functions.
# mypy: disable-error-code="valid-type"

from __future__ import annotations

import bpy
from bpy.props import FloatProperty

from ..editing import settings
from .edit_base import SKIP, EditOperator


class MOTIONMIX_OT_edit_continue(EditOperator, bpy.types.Operator):
    """Go on after the Action's last key, from its pose and its speed"""

    bl_idname = "motionmix.edit_continue"
    bl_label = "Continue"
    bl_options = {"UNDO"}
    tool = "continue"

    seconds: FloatProperty(name="Length", description=settings.SECONDS_TEXT, default=2.0, options=SKIP)


CLASSES = (MOTIONMIX_OT_edit_continue,)
