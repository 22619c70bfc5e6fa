"""The parts of a prompt sequence: add one, take one away."""

# Blender declares properties as annotations that call functions.
# mypy: disable-error-code="valid-type"

from __future__ import annotations

import bpy
from bpy.props import IntProperty

from ..core import OperatorReturn
from ..editing import settings
from ..present import present


class MOTIONMIX_OT_edit_sequence_add(bpy.types.Operator):
    """Add a prompt to the sequence"""

    bl_idname = "motionmix.edit_sequence_add"
    bl_label = "Add Prompt"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    def execute(self, context: bpy.types.Context) -> set[OperatorReturn]:
        """Append an empty one."""
        settings.of(present(context.scene)).sequence.add()
        return {"FINISHED"}


class MOTIONMIX_OT_edit_sequence_remove(bpy.types.Operator):
    """Remove this prompt from the sequence"""

    bl_idname = "motionmix.edit_sequence_remove"
    bl_label = "Remove Prompt"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    row: IntProperty(name="Row", description="Which prompt of the list, from 0", options={"SKIP_SAVE"})

    def execute(self, context: bpy.types.Context) -> set[OperatorReturn]:
        """Take it out."""
        settings.of(present(context.scene)).sequence.remove(self.row)
        return {"FINISHED"}


CLASSES = (MOTIONMIX_OT_edit_sequence_add, MOTIONMIX_OT_edit_sequence_remove)
