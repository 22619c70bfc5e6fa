"""Cancel the motion that is being made."""

from __future__ import annotations

import bpy

from .. import worker_bridge
from ..core import OperatorReturn
from ..telling import allowed


class MOTIONMIX_OT_cancel(bpy.types.Operator):
    """Stop making motions, waiting ones too. The work really ends, and nothing is changed"""

    bl_idname = "motionmix.cancel"
    bl_label = "Cancel"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """There must be something to cancel."""
        if not worker_bridge.bridge().busy:
            return allowed(cls, "No motion is being made")
        return True

    def execute(self, _context: bpy.types.Context) -> set[OperatorReturn]:
        """Ask the worker to stop; the running operator sees to the rest."""
        worker_bridge.bridge().cancel_all()
        return {"FINISHED"}


CLASSES = (MOTIONMIX_OT_cancel,)
