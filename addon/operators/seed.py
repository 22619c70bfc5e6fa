"""Draw a new seed."""

from __future__ import annotations

import random
from typing import Any

import bpy

from .. import properties
from ..core import OperatorReturn
from ..present import present


class MOTIONMIX_OT_new_seed(bpy.types.Operator):
    """Draw a new random seed: another motion for the same prompt"""

    bl_idname = "motionmix.new_seed"
    bl_label = "New Seed"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    def execute(self, context: bpy.types.Context) -> set[OperatorReturn]:
        """Set the scene's seed."""
        properties.of(present(context.scene)).seed = draw_seed()
        return {"FINISHED"}


def draw_seed() -> int:
    """A seed that differs every time, short enough to be read out to a colleague."""
    return random.SystemRandom().randrange(1, 1_000_000)


def draw_unless_kept(context: bpy.types.Context, operator: Any) -> None:
    """Give the panel a new seed, unless it's locked or the operator was given one, its own or a take's."""
    panel = properties.of(present(context.scene))
    if not (panel.lock_seed or operator.take or operator.properties.is_property_set("seed")):
        panel.seed = draw_seed()


CLASSES = (MOTIONMIX_OT_new_seed,)
