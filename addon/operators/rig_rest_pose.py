"""A T-pose given by hand, and taken back."""

from __future__ import annotations

import bpy

from ..core import OperatorReturn, RigError
from ..present import armature
from ..rigs import rest_pose, settings
from ..telling import allowed, failed, tell
from .active_rig import RigOperator, poll_rig, rig_of


class MOTIONMIX_OT_rest_pose_set(RigOperator, bpy.types.Operator):
    """Take the pose that the armature shows now as its T-pose: arms out, palms down, legs straight, looking ahead. For rigs whose rest pose gives twisted limbs"""  # noqa: E501

    bl_idname = "motionmix.rest_pose_set"
    bl_label = "Use Pose as T-Pose"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[OperatorReturn]:
        """Store the pose on the armature's object."""
        obj = rig_of(context)
        if armature(obj).pose_position == "REST":
            tell(self, "ERROR", f"“{obj.name}” is shown in its rest position. Switch it to Pose Position first")
            return {"CANCELLED"}
        try:
            moved = rest_pose.capture(obj)
        except RigError as error:
            return failed(self, error)
        tell(self, "INFO", f"The pose of {moved} bones is the T-pose of “{obj.name}” now")
        return {"FINISHED"}


class MOTIONMIX_OT_rest_pose_clear(bpy.types.Operator):
    """Find the T-pose from the rest pose again"""

    bl_idname = "motionmix.rest_pose_clear"
    bl_label = "Clear T-Pose"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """A T-pose must have been given."""
        if not poll_rig(cls, context):
            return False
        if not settings.of(rig_of(context)).reference:
            return allowed(cls, "No T-pose was given by hand")
        return True

    def execute(self, context: bpy.types.Context) -> set[OperatorReturn]:
        """Forget it."""
        rest_pose.forget(rig_of(context))
        return {"FINISHED"}


CLASSES = (MOTIONMIX_OT_rest_pose_set, MOTIONMIX_OT_rest_pose_clear)
