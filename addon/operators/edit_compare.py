"""Before/after: an edit and what it was made of, by turns."""

from __future__ import annotations

import bpy

from ..core import MotionMixError, OperatorReturn
from ..editing import compare
from ..rigs import read
from ..telling import allowed, failed, tell
from .active_rig import rig_of


class MOTIONMIX_OT_edit_compare(bpy.types.Operator):
    """Show the Action as it was before the edit, and at the next press as it is after it"""

    bl_idname = "motionmix.edit_compare"
    bl_label = "Before / After"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """There must be something to compare with."""
        obj = read.target_of(context.object)
        reason = read.problem(obj)
        if not reason and obj is not None and compare.other_of(obj) is None:
            reason = "There is no edit of this Action to compare with"
        return allowed(cls, reason)

    def execute(self, context: bpy.types.Context) -> set[OperatorReturn]:
        """Show the other one."""
        try:
            action = compare.toggle(rig_of(context))
        except MotionMixError as error:
            return failed(self, error)
        tell(self, "INFO", f"Shows “{action.name}”")
        return {"FINISHED"}


CLASSES = (MOTIONMIX_OT_edit_compare,)
