"""Continue: what comes after an Action's last key, from one prompt or several."""

# Blender declares properties as annotations that call functions.
# mypy: disable-error-code="valid-type"

from __future__ import annotations

from dataclasses import replace
from typing import Any

import bpy
from bpy.props import FloatProperty, StringProperty

from ..editing import sequence, settings
from ..editing.spec import EditSpec, parsed_sequence
from .asked import SKIP
from .edit_base import EditOperator


class SequenceOperator(EditOperator):
    """What takes one prompt or several."""

    tool = "continue"

    seconds: FloatProperty(name="Length", description=settings.SECONDS_TEXT, default=2.0, options=SKIP)
    prompts: StringProperty(name="Sequence", description=settings.PROMPTS_TEXT, options=SKIP)

    def spec(self, context: bpy.types.Context) -> EditSpec:
        """A single prompt or length that is given is meant, whatever sequence the panel holds."""
        own: Any = self
        spec = super().spec(context)
        if self.prompts:
            return replace(spec, sequence=parsed_sequence(self.prompts))
        single = own.properties.is_property_set("prompt") or own.properties.is_property_set("seconds")
        return replace(spec, sequence=()) if single else spec


class MOTIONMIX_OT_edit_continue(SequenceOperator, bpy.types.Operator):
    """Go on after the Action's last key, from its pose and its speed"""

    bl_idname = "motionmix.edit_continue"
    bl_label = "Continue"
    bl_options = {"UNDO"}


class MOTIONMIX_OT_edit_sequence(SequenceOperator, bpy.types.Operator):
    """Make one motion of several prompts, one after the other, as a new take"""

    bl_idname = "motionmix.edit_sequence"
    bl_label = "Generate Sequence"
    bl_options = {"UNDO"}

    _planned = staticmethod(sequence.begin)


CLASSES = (MOTIONMIX_OT_edit_continue, MOTIONMIX_OT_edit_sequence)
