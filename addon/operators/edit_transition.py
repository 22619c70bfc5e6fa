"""Transition: the way from one Action into another."""

# Blender declares properties as annotations that call functions.
# mypy: disable-error-code="valid-type"

from __future__ import annotations

import bpy
from bpy.props import FloatProperty, StringProperty

from ..editing import settings, transition
from .asked import SKIP
from .edit_base import EditOperator


class MOTIONMIX_OT_edit_transition(EditOperator, bpy.types.Operator):
    """Make the way from one Action into another: in the gap between two NLA strips, or into an Action by name"""

    bl_idname = "motionmix.edit_transition"
    bl_label = "Transition"
    bl_options = {"UNDO"}
    tool = "transition"

    seconds: FloatProperty(name="Length", description=settings.SECONDS_TEXT, default=1.0, options=SKIP)
    after: StringProperty(name="Into", description=settings.AFTER_TEXT, options=SKIP)

    _planned = staticmethod(transition.begin)


CLASSES = (MOTIONMIX_OT_edit_transition,)
