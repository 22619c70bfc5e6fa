"""Which bone collections an edit is about: tick one, or take its tick away."""

# Blender declares properties as annotations that call functions.
# mypy: disable-error-code="valid-type"

from __future__ import annotations

import bpy
from bpy.props import StringProperty

from ..core import OperatorReturn
from ..editing import settings
from ..present import present


class MOTIONMIX_OT_edit_collection(bpy.types.Operator):
    """Whether the bones of this bone collection may change. Several can be ticked"""

    bl_idname = "motionmix.edit_collection"
    bl_label = "Tick Bone Collection"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    collection: StringProperty(name="Collection", description="Name of the bone collection", options={"SKIP_SAVE"})

    def execute(self, context: bpy.types.Context) -> set[OperatorReturn]:
        """Tick it if it isn't, else take the tick away."""
        ticked = settings.of(present(context.scene)).collections
        at = ticked.find(self.collection)
        if at < 0:
            ticked.add().name = self.collection
        else:
            ticked.remove(at)
        return {"FINISHED"}


CLASSES = (MOTIONMIX_OT_edit_collection,)
