"""Body part: some bones' motion made new, all others' kept."""

# Blender declares properties as annotations that call functions.
# mypy: disable-error-code="valid-type"

from __future__ import annotations

from dataclasses import replace
from typing import Any

import bpy
from bpy.props import EnumProperty, FloatProperty, IntProperty, StringProperty

from ..editing import settings
from ..editing.bones import CHOICE_ITEMS, PRESET_ITEMS
from ..editing.spec import EditSpec
from .asked import SKIP
from .edit_base import RangeOperator


class MOTIONMIX_OT_edit_body_part(RangeOperator, bpy.types.Operator):
    """Make a part of the body new. The F-curves of all other bones stay as they are, byte by byte"""

    bl_idname = "motionmix.edit_body_part"
    bl_label = "Edit Body Part"
    bl_options = {"UNDO"}
    tool = "body_part"

    bones: EnumProperty(
        name="Bones", description=settings.BONES_TEXT, items=CHOICE_ITEMS, default="PRESET", options=SKIP
    )
    parts: EnumProperty(
        name="Parts", description=settings.PARTS_TEXT, items=PRESET_ITEMS, options={"ENUM_FLAG", "SKIP_SAVE"}
    )
    collections: StringProperty(name="Collections", description=settings.COLLECTIONS_TEXT, options=SKIP)
    strength: FloatProperty(name="Strength", description=settings.STRENGTH_TEXT, default=1.0, options=SKIP)
    ease: FloatProperty(name="Ease", description=settings.EASE_TEXT, default=0.3, options=SKIP)
    chain_ease: IntProperty(name="Ease on Chain", description=settings.CHAIN_TEXT, default=1, options=SKIP)

    def spec(self, context: bpy.types.Context) -> EditSpec:
        """Parts or collections that are given are meant, whatever the panel shows."""
        own: Any = self
        spec = super().spec(context)
        if not own.properties.is_property_set("bones"):
            for name, kind in (("parts", "PRESET"), ("collections", "COLLECTIONS")):
                if own.properties.is_property_set(name):
                    return replace(spec, bones=kind)
        return spec


CLASSES = (MOTIONMIX_OT_edit_body_part,)
