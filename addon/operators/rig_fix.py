"""The button beside the rig's status: put right what keeps motion off the armature."""

from __future__ import annotations

import bpy

from ..core import MotionMixError, OperatorReturn
from ..present import present
from ..rigs import read
from ..rigs.fixes import fix_of
from ..telling import allowed, failed, tell
from ..translations import report
from .active_rig import rig_of


class MOTIONMIX_OT_fix_rig(bpy.types.Operator):
    """Put right what keeps motion off the active armature, as the button says"""

    bl_idname = "motionmix.fix_rig"
    bl_label = "Fix Rig"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Something must be wrong that can be put right from here."""
        obj = read.target_of(context.object)
        if fix_of(obj) is not None:
            return True
        return allowed(cls, read.problem(obj) or "Nothing is wrong with this armature")

    def execute(self, context: bpy.types.Context) -> set[OperatorReturn]:
        """Put it right."""
        obj = rig_of(context)
        fix = present(fix_of(obj))
        name = obj.name
        try:
            fix.apply(context, obj)
        except (MotionMixError, RuntimeError) as error:
            return failed(self, error)
        tell(self, "INFO", f"{report(fix.label)}: “{name}”")
        return {"FINISHED"}


CLASSES = (MOTIONMIX_OT_fix_rig,)
