"""Clean up a capture, and look how noisy it is."""

# Blender declares properties as annotations that call functions.
# mypy: disable-error-code="valid-type"

from __future__ import annotations

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty

from ..core import Motion, OperatorReturn
from ..editing import clean_up, settings
from ..editing.bones import PRESET_ITEMS
from ..editing.spec import EditSpec
from ..present import present
from ..telling import tell
from .asked import SKIP
from .edit_base import RangeOperator
from .edit_look import LookOperator


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


class MOTIONMIX_OT_edit_measure(LookOperator, bpy.types.Operator):
    """Find out how noisy the motion is, and set the strength that suits it"""

    bl_idname = "motionmix.edit_measure"
    bl_label = "Measure Noise"
    bl_options = {"REGISTER", "UNDO"}
    tool = "clean_up"
    looked_at = staticmethod(clean_up.looked_at)

    @staticmethod
    def found_in(seen: Motion, _spec: EditSpec) -> tuple[str, float]:
        """How noisy it is, in words, and the strength that suits it."""
        return clean_up.noise_line(seen)

    def _told(self, result: tuple[str, float]) -> set[OperatorReturn]:
        panel = settings.of(present(bpy.context.scene))
        panel.found, panel.noise = result
        tell(self, "INFO", f"Found: {panel.found}")
        return {"FINISHED"}


CLASSES = (MOTIONMIX_OT_edit_clean_up, MOTIONMIX_OT_edit_measure)
