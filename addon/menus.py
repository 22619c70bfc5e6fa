"""Entries that MotionMix adds to Blender's own menus."""

from __future__ import annotations

import bpy

from .operators.add_skeleton import MOTIONMIX_OT_add_skeleton


def draw_add_menu(menu: bpy.types.Menu, _context: bpy.types.Context) -> None:
    """Add > Armature > MotionMix Skeleton."""
    menu.layout.operator(MOTIONMIX_OT_add_skeleton.bl_idname, text="MotionMix Skeleton", icon="OUTLINER_OB_ARMATURE")
