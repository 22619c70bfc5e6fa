"""Loop: the end of an Action made to flow into its beginning, and where that is easiest."""

# Blender declares properties as annotations that call functions.
# mypy: disable-error-code="valid-type"

from __future__ import annotations

import bpy
from bpy.props import FloatProperty

from ..core import OperatorReturn
from ..editing import loop, settings
from ..editing.source import Source
from ..editing.spec import EditSpec
from ..present import present
from ..telling import tell
from .asked import SKIP
from .edit_base import RangeOperator
from .edit_look import LookOperator


class MOTIONMIX_OT_edit_loop(RangeOperator, bpy.types.Operator):
    """Make the end of the range flow into its beginning: the same pose and speed, carried on by the travel"""

    bl_idname = "motionmix.edit_loop"
    bl_label = "Make Loop"
    bl_options = {"UNDO"}
    tool = "loop"

    seconds: FloatProperty(name="New End", description=settings.LOOP_TEXT, default=0.6, options=SKIP)


class MOTIONMIX_OT_edit_find_repeat(LookOperator, bpy.types.Operator):
    """Find where the motion is again as on the first frame of the range, and end the range just before it"""

    bl_idname = "motionmix.edit_find_repeat"
    bl_label = "Find Where It Repeats"
    bl_options = {"REGISTER", "UNDO"}
    tool = "loop"
    looked_at = staticmethod(loop.looked_at)

    @staticmethod
    def found_in(seen: Source, spec: EditSpec) -> loop.BestRange:
        """The part that makes the best loop."""
        return loop.best_range(seen, spec.seconds)

    def _told(self, result: loop.BestRange) -> set[OperatorReturn]:
        panel = settings.of(present(bpy.context.scene))
        panel.range, panel.first, panel.last = "FRAMES", result.first, result.last
        off = f"{100 * result.apart:.1f}"
        tell(self, "INFO", f"Frames {result.first} to {result.last}: the next one is {off} cm from the first")
        return {"FINISHED"}


CLASSES = (MOTIONMIX_OT_edit_loop, MOTIONMIX_OT_edit_find_repeat)
