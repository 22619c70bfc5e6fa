"""Put a simple body round the active armature's bones."""

from __future__ import annotations

import bpy

from ..core import OperatorReturn, RigError
from ..rigs import figure, read
from ..telling import allowed, tell
from .take_target import rig_of


class MOTIONMIX_OT_add_figure(bpy.types.Operator):
    """Add a simple jointed figure that follows the active armature, for a rig that has no mesh of its own"""

    bl_idname = "motionmix.add_figure"
    bl_label = "Add Figure"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """A humanoid armature must be active."""
        return allowed(cls, read.problem(read.target_of(context.object)))

    def execute(self, context: bpy.types.Context) -> set[OperatorReturn]:
        """Build the figure."""
        obj = rig_of(context)
        try:
            mapping = read.mapping_of(obj)
            if not mapping.usable:
                raise RigError(read.rig_problem(obj))
        except RigError as error:
            tell(self, "ERROR", str(error))
            return {"CANCELLED"}
        figure.add_figure(context, obj, mapping.for_reading())  # on what shows the pose: FK and IK alike
        return {"FINISHED"}


CLASSES = (MOTIONMIX_OT_add_figure,)
