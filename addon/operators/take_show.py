"""Going from take to take, and back to one's own Action."""

# Blender declares properties as annotations that call functions.
# mypy: disable-error-code="valid-type"

from __future__ import annotations

import bpy
from bpy.props import IntProperty

from ..core import OperatorReturn
from ..takes import own, show
from ..telling import allowed, tell
from .active_rig import RigOperator, rig_of
from .take_target import TakeOperator, why_not


class MOTIONMIX_OT_take_show(TakeOperator, bpy.types.Operator):
    """Let the armature play this take. Your own Action and pose are kept"""

    bl_idname = "motionmix.take_show"
    bl_label = "Show Take"
    bl_options = {"REGISTER", "UNDO"}

    def run(self, _context: bpy.types.Context, obj: bpy.types.Object, action: bpy.types.Action) -> set[OperatorReturn]:
        """Show the take."""
        show.show(obj, action)
        return {"FINISHED"}


class MOTIONMIX_OT_take_step(bpy.types.Operator):
    """Show the next take of the active armature, or the one before. Good on a key of its own"""

    bl_idname = "motionmix.take_step"
    bl_label = "Next Take"
    bl_options = {"REGISTER", "UNDO"}

    step: IntProperty(name="Step", description="1 is the next take, -1 the one before", default=1)

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """The active armature must have takes."""
        return allowed(cls, why_not(context))

    def execute(self, context: bpy.types.Context) -> set[OperatorReturn]:
        """Show the neighbour."""
        obj = rig_of(context)
        action = show.neighbour(obj, self.step)
        if action is None:
            tell(self, "INFO", "All takes in the file are for other rigs")
            return {"CANCELLED"}
        show.show(obj, action)
        tell(self, "INFO", action.name)
        return {"FINISHED"}


class MOTIONMIX_OT_take_own(RigOperator, bpy.types.Operator):
    """Go back to the Action and the pose that this armature had before takes were shown on it"""

    bl_idname = "motionmix.take_own"
    bl_label = "Show My Action"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[OperatorReturn]:
        """Show the animator's own Action."""
        own.show(rig_of(context))
        return {"FINISHED"}


CLASSES = (MOTIONMIX_OT_take_show, MOTIONMIX_OT_take_step, MOTIONMIX_OT_take_own)
