"""What the panels have in common: the tab that they stand in, lines as long as it's wide, and the big button."""

from __future__ import annotations

import textwrap
from typing import Any

import bpy

from .. import worker_bridge
from ..operators.cancel import MOTIONMIX_OT_cancel
from ..present import present
from ..rigs import read
from ..translations import interface

_PIXELS_PER_CHARACTER = 7.0

Icon = Any
"""The name of an icon: a text, for which the stubs of each Blender want one of its own hundreds spelled out."""


class Tab:
    """Base of the panels in the tab MotionMix of the 3D viewport's sidebar."""

    bl_space_type: Any = "VIEW_3D"
    bl_region_type: Any = "UI"
    bl_category = "MotionMix"


class ArmatureTab(Tab):
    """Base of those that are shown while an armature, or a mesh that one moves, is active."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Shown for armatures."""
        obj = read.target_of(context.object)
        return obj is not None and obj.type == "ARMATURE"


def wrapped(layout: bpy.types.UILayout, context: bpy.types.Context, text: str, icon: Icon = "NONE") -> None:
    """A label of as many lines as the sidebar's width asks for."""
    column = layout.column(align=True)
    following: Icon = "NONE" if icon == "NONE" else "BLANK1"
    for number, line in enumerate(textwrap.wrap(interface(text), max(12, characters(context)))):
        column.label(text=line, icon=icon if number == 0 else following, translate=False)


def characters(context: bpy.types.Context) -> int:
    """About how many characters go beside an icon in a line of the sidebar."""
    scale = present(context.preferences).system.ui_scale
    width = (context.region.width if context.region is not None else 250) / scale - 50
    return int(width / _PIXELS_PER_CHARACTER)


def draw_button(layout: bpy.types.UILayout, operator: str, text: str, icon: Icon) -> None:
    """The button that makes motion; while the worker is busy, how far it is and how to stop it."""
    bridge = worker_bridge.bridge()
    column = layout.column()
    row = column.row()
    row.scale_y = 1.5
    row.operator(operator, text=text, icon=icon)
    if bridge.busy:  # below the button, which must not move away from under the mouse
        factor, line = bridge.progress()
        row = column.row(align=True)
        row.progress(factor=factor, text=line)
        row.operator(MOTIONMIX_OT_cancel.bl_idname, text="", icon="X")
