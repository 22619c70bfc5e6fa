"""Which bones are which: look for them, set them by hand, go back to looking for them each time."""

# Blender declares properties as annotations that call functions.
# mypy: disable-error-code="valid-type"

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import StringProperty

from ..core import OperatorReturn, RigError, detect_mapping
from ..rigs import read, settings
from ..telling import allowed, failed, tell
from .active_rig import RigOperator, poll_rig, rig_of

_SKIP: Any = {"SKIP_SAVE"}


class MOTIONMIX_OT_mapping_detect(RigOperator, bpy.types.Operator):
    """Find the bones by name and shape and fill in the fields, where they can be changed. What is there is replaced"""

    bl_idname = "motionmix.mapping_detect"
    bl_label = "Detect Bones"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[OperatorReturn]:
        """Detect and fill in what was found, also when something is missing."""
        obj = rig_of(context)
        try:
            mapping = detect_mapping(read.describe(obj))
        except RigError as error:
            return failed(self, error)
        settings.keep(obj, mapping)
        tell(self, "WARNING" if mapping.reason else "INFO", read.status_line(mapping))
        return {"FINISHED"}


class MOTIONMIX_OT_mapping_automatic(bpy.types.Operator):
    """Forget the bones that were set by hand and find them automatically from now on"""

    bl_idname = "motionmix.mapping_automatic"
    bl_label = "Automatic Bones"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Bones must have been set by hand."""
        if not poll_rig(cls, context):
            return False
        if not settings.of(rig_of(context)).base:
            return allowed(cls, "The bones are found automatically already")
        return True

    def execute(self, context: bpy.types.Context) -> set[OperatorReturn]:
        """Clear the fields."""
        settings.forget(rig_of(context))
        return {"FINISHED"}


class MOTIONMIX_OT_mapping_pick(bpy.types.Operator):
    """Take the active bone of Pose Mode"""

    bl_idname = "motionmix.mapping_pick"
    bl_label = "Use Active Bone"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    field: StringProperty(name="Field", description="Which field gets the bone, such as bone_left_shin", options=_SKIP)

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """A pose bone must be active."""
        if not poll_rig(cls, context):
            return False
        if context.active_pose_bone is None:
            return allowed(cls, "Select a bone in Pose Mode")
        return True

    def execute(self, context: bpy.types.Context) -> set[OperatorReturn]:
        """Put the bone's name into the field."""
        bone = context.active_pose_bone
        obj = rig_of(context)
        fields = [field for slot in settings.SLOTS for field in settings.field_names(slot)]
        if self.field not in fields or bone is None or bone.id_data != obj:
            tell(self, "ERROR", f"“{self.field}” isn't a place for a bone of “{obj.name}”")
            return {"CANCELLED"}
        setattr(settings.of(obj), self.field, bone.name)
        return {"FINISHED"}


CLASSES = (MOTIONMIX_OT_mapping_detect, MOTIONMIX_OT_mapping_automatic, MOTIONMIX_OT_mapping_pick)
