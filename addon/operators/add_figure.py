"""Put a simple body round the active armature's bones."""

from __future__ import annotations

import bpy

from ..core import OperatorReturn, RigError
from ..rigs import figure, read
from ..telling import failed
from .active_rig import RigOperator, rig_of


class MOTIONMIX_OT_add_figure(RigOperator, bpy.types.Operator):
    """Add a simple jointed figure that follows the active armature, for a rig that has no mesh of its own"""

    bl_idname = "motionmix.add_figure"
    bl_label = "Add Figure"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[OperatorReturn]:
        """Build the figure."""
        obj = rig_of(context)
        try:
            mapping = read.mapping_of(obj)
            if not mapping.usable:
                raise RigError(read.rig_problem(obj))
        except RigError as error:
            return failed(self, error)
        figure.add_figure(context, obj, mapping.for_reading())  # on what shows the pose: FK and IK alike
        return {"FINISHED"}


CLASSES = (MOTIONMIX_OT_add_figure,)
