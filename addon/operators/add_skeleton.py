"""Add > Armature > MotionMix Skeleton."""

# Blender declares properties as annotations that call functions.
# mypy: disable-error-code="valid-type"

from __future__ import annotations

import bpy
from bpy.props import BoolProperty

from ..core import OperatorReturn
from ..present import armature, present
from ..rigs import figure, read
from ..rigs.skeleton import add_armature
from ..telling import allowed


class MOTIONMIX_OT_add_skeleton(bpy.types.Operator):
    """Add an armature with the joints that MotionMix works with: motion fits it exactly, without retargeting"""

    bl_idname = "motionmix.add_skeleton"
    bl_label = "Add MotionMix Skeleton"
    bl_options = {"REGISTER", "UNDO"}

    with_figure: BoolProperty(
        name="Figure", default=True, description="Also add a simple jointed figure, so that there is a body to look at"
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Objects can be added in Object Mode only."""
        if context.mode != "OBJECT":
            return allowed(cls, "Go to Object Mode first")
        return True

    def execute(self, context: bpy.types.Context) -> set[OperatorReturn]:
        """Add the armature at the 3D cursor."""
        obj = add_armature(context, present(context.scene).cursor.location)
        if self.with_figure:
            figure.add_figure(context, obj, read.mapping_of(obj))
            armature(obj).display_type = "STICK"
            obj.show_in_front = True  # the bones are inside the figure
        return {"FINISHED"}


CLASSES = (MOTIONMIX_OT_add_skeleton,)
