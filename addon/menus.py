"""Entries that MotionMix adds to Blender's own menus."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bpy

from .operators.add_skeleton import MOTIONMIX_OT_add_skeleton
from .operators.edit_clean_up import MOTIONMIX_OT_edit_clean_up
from .operators.edit_in_between import MOTIONMIX_OT_edit_in_between
from .operators.generate import MOTIONMIX_OT_generate
from .panels.command_menu import MOTIONMIX_MT_commands
from .present import present
from .translations import interface


def draw_add_menu(menu: bpy.types.Menu, _context: bpy.types.Context) -> None:
    """Add > Armature > MotionMix Skeleton."""
    layout = present(menu.layout)
    layout.operator(MOTIONMIX_OT_add_skeleton.bl_idname, text="MotionMix Skeleton", icon="OUTLINER_OB_ARMATURE")


def draw_animation_menu(menu: bpy.types.Menu, _context: bpy.types.Context) -> None:
    """Object > Animation > Generate Motion and MotionMix, and the same in the Pose menu."""
    layout = present(menu.layout)
    layout.separator()
    layout.operator(MOTIONMIX_OT_generate.bl_idname, icon="PLAY")
    layout.menu(MOTIONMIX_MT_commands.bl_idname, icon="ACTION")


def draw_edit_menu(menu: bpy.types.Menu, _context: bpy.types.Context) -> None:
    """Pose > In-Betweens and the Key menus of the Dope Sheet, the Timeline and the Graph Editor: edits of the keys."""
    layout = present(menu.layout)
    layout.separator()
    for operator in (MOTIONMIX_OT_edit_in_between, MOTIONMIX_OT_edit_clean_up):
        layout.operator(operator.bl_idname, text=f"{interface(operator.bl_label)} (MotionMix)").range = "SELECTED"


def add() -> None:
    """Put our entries into the menus."""
    for menu, draw in _entries():
        menu.append(draw)


def remove() -> None:
    """Take our entries out of the menus."""
    for menu, draw in _entries():
        menu.remove(draw)


def _entries() -> tuple[tuple[Any, Callable[..., None]], ...]:
    types: Any = bpy.types
    return (
        (types.VIEW3D_MT_armature_add, draw_add_menu),
        (types.VIEW3D_MT_object_animation, draw_animation_menu),
        (types.VIEW3D_MT_pose, draw_animation_menu),
        (types.VIEW3D_MT_pose_slide, draw_edit_menu),
        (types.DOPESHEET_MT_key, draw_edit_menu),
        (types.GRAPH_MT_key, draw_edit_menu),
    )
