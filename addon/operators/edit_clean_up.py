"""Clean up a capture, and look how noisy it is."""

# Blender declares properties as annotations that call functions.
# mypy: disable-error-code="valid-type"

from __future__ import annotations

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty

from ..core import MotionMixError, OperatorReturn
from ..editing import clean_up, settings
from ..editing.bones import PRESET_ITEMS
from ..present import present
from ..rigs import read
from ..telling import failed, tell
from .active_rig import RigOperator
from .asked import SKIP
from .edit_base import RangeOperator


class MOTIONMIX_OT_edit_clean_up(RangeOperator, bpy.types.Operator):
    """Take shaking, pops, lost frames and sliding feet out of a capture"""

    bl_idname = "motionmix.edit_clean_up"
    bl_label = "Clean Up"
    bl_options = {"UNDO"}
    tool = "clean_up"

    strength: FloatProperty(name="Strength", description=settings.NOISE_TEXT, default=0.15, options=SKIP)
    protect_parts: EnumProperty(
        name="Protect", description=settings.PROTECT_TEXT, items=PRESET_ITEMS, options={"ENUM_FLAG", "SKIP_SAVE"}
    )
    protect_keys: BoolProperty(name="Protect Selected Keys", description=settings.PROTECT_KEYS_TEXT, options=SKIP)


class MOTIONMIX_OT_edit_measure(RigOperator, bpy.types.Operator):
    """Find out how noisy the motion is, and set the strength that suits it"""

    bl_idname = "motionmix.edit_measure"
    bl_label = "Measure Noise"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[OperatorReturn]:
        """Read the range and say what was found."""
        panel = settings.of(present(context.scene))
        spec = settings.spec_of(present(context.scene), "clean_up")
        try:
            line, level = clean_up.noise_line(present(context.scene), read.target_of(context.object), spec)
        except MotionMixError as error:
            return failed(self, error)
        panel.found = line
        panel.noise = level
        tell(self, "INFO", f"Found: {line}")
        return {"FINISHED"}


CLASSES = (MOTIONMIX_OT_edit_clean_up, MOTIONMIX_OT_edit_measure)
