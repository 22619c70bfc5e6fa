"""What a script can ask of Generate and of the edits alike, in place of what the panel says."""

# Blender declares properties as annotations that call functions.
# mypy: disable-error-code="valid-type"

from __future__ import annotations

from typing import Any

from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, StringProperty

from .. import properties

SKIP: Any = {"SKIP_SAVE"}  # what isn't given is taken from the panel, not from the last call


class AskedOperator:
    """Base of the operators that make motion.

    No hard limits: a value out of range is answered with a message rather than silently changed.
    """

    seed: IntProperty(name="Seed", description=properties.SEED_TEXT, options=SKIP)
    variations: IntProperty(name="Variations", description=properties.VARIATIONS_TEXT, default=1, options=SKIP)
    quality: EnumProperty(
        name="Quality",
        description=properties.QUALITY_TEXT,
        items=properties.QUALITY_ITEMS,
        default="normal",
        options=SKIP,
        translation_context=properties.TRANSLATION_CONTEXT,
    )
    guidance: FloatProperty(name="Guidance", description=properties.GUIDANCE_TEXT, default=2.5, options=SKIP)
    steps: IntProperty(name="Steps", description=properties.STEPS_TEXT, default=16, options=SKIP)
    foot_lock: BoolProperty(name="Foot Lock", description=properties.FOOT_LOCK_TEXT, default=True, options=SKIP)
    model: StringProperty(name="Model", description=properties.MODEL_TEXT, options=SKIP)
    take: StringProperty(
        name="As Take", description="Name of a take: its settings are used in place of the panel's", options=SKIP
    )
