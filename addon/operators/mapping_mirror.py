"""Take the bones of one side over to the other."""

# Blender declares properties as annotations that call functions.
# mypy: disable-error-code="valid-type"

from __future__ import annotations

import bpy
from bpy.props import EnumProperty

from ..core import OperatorReturn, RigError, mirrored
from ..rigs import read, settings
from ..telling import allowed, failed, tell
from .active_rig import poll_rig, rig_of

_SIDES = (
    ("left", "Left to Right", "The left side is right: set the right side's bones from it"),
    ("right", "Right to Left", "The right side is right: set the left side's bones from it"),
)


class MOTIONMIX_OT_mapping_mirror(bpy.types.Operator):
    """Set the bones of one arm and leg from those of the other side, by their names or by where they stand"""

    bl_idname = "motionmix.mapping_mirror"
    bl_label = "Mirror Bones"
    bl_options = {"REGISTER", "UNDO"}

    source: EnumProperty(name="From", description="The side that is copied", items=_SIDES, default="left")

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Bones must have been set by hand."""
        if not poll_rig(cls, context):
            return False
        if not settings.of(rig_of(context)).base:
            return allowed(cls, "Press Detect Bones first: then they can be changed")
        return True

    def execute(self, context: bpy.types.Context) -> set[OperatorReturn]:
        """Mirror; what has no counterpart is left as it was and told."""
        obj = rig_of(context)
        try:
            rig = read.describe(obj)
            mapping, unknown = mirrored(rig, settings.as_set(obj), self.source)
        except RigError as error:
            return failed(self, error)
        settings.keep(obj, mapping)
        if unknown:
            names = ", ".join(settings.slot_title(slot) for slot in unknown)
            tell(self, "WARNING", f"No counterpart was found for: {names}")
        return {"FINISHED"}


CLASSES = (MOTIONMIX_OT_mapping_mirror,)
