"""Loop: the end of an Action made to flow into its beginning."""

# Blender declares properties as annotations that call functions.
# mypy: disable-error-code="valid-type"

from __future__ import annotations

import bpy
from bpy.props import FloatProperty

from ..editing import settings
from .asked import SKIP
from .edit_base import RangeOperator


class MOTIONMIX_OT_edit_loop(RangeOperator, bpy.types.Operator):
    """Make the end of the range flow into its beginning: the same pose and speed, carried on by the travel"""

    bl_idname = "motionmix.edit_loop"
    bl_label = "Make Loop"
    bl_options = {"UNDO"}
    tool = "loop"

    seconds: FloatProperty(name="New End", description=settings.LOOP_TEXT, default=0.6, options=SKIP)


CLASSES = (MOTIONMIX_OT_edit_loop,)
