"""The tab MotionMix in the 3D viewport's sidebar."""

from __future__ import annotations

from collections.abc import Sequence

import bpy

from .. import models, properties
from ..operators.add_figure import MOTIONMIX_OT_add_figure
from ..operators.add_skeleton import MOTIONMIX_OT_add_skeleton
from ..operators.generate import MOTIONMIX_OT_generate
from ..operators.prompt_choose import MOTIONMIX_MT_prompts
from ..operators.rig_choose import MOTIONMIX_MT_rigs, MOTIONMIX_OT_choose_rig
from ..operators.rig_fix import MOTIONMIX_OT_fix_rig
from ..operators.seed import MOTIONMIX_OT_new_seed
from ..present import present
from ..rigs import batch, read, status
from ..rigs.fixes import fix_of
from ..translations import interface
from .tab import Tab, characters, draw_button, wrapped

_ONE_LINE = 1.12  # of the characters that surely fit


class MOTIONMIX_PT_main(Tab, bpy.types.Panel):
    """Who moves, what they do, and the button."""

    bl_label = "MotionMix"

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the panel."""
        layout = present(self.layout)
        settings = properties.of(present(context.scene))
        _draw_target(layout, context)
        row = layout.row(align=True)
        row.prop(settings, "prompt", text="", placeholder=interface("What the character does"), icon="TEXT")
        row.menu(MOTIONMIX_MT_prompts.__name__, text="", icon="PRESET")
        layout.row(align=True).prop(settings, "length", expand=True)  # all of the width, or its words are cut
        column = layout.column()
        column.use_property_split = True
        column.use_property_decorate = False
        _draw_length(column, context, settings)
        row = column.row(align=True)
        row.prop(settings, "seed")
        row.prop(settings, "lock_seed", text="", icon="LOCKED" if settings.lock_seed else "UNLOCKED")
        row.operator(MOTIONMIX_OT_new_seed.bl_idname, text="", icon="FILE_REFRESH")
        column.prop(settings, "variations")
        column.prop(settings, "quality")
        draw_button(layout, MOTIONMIX_OT_generate.bl_idname, "Generate", "PLAY")


class MOTIONMIX_PT_advanced(Tab, bpy.types.Panel):
    """What is rarely changed."""

    bl_label = "Advanced"
    bl_parent_id = "MOTIONMIX_PT_main"
    bl_options = {"DEFAULT_CLOSED"}
    bl_order = 1  # below the takes

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the panel."""
        layout = present(self.layout)
        layout.use_property_split = True
        layout.use_property_decorate = False
        settings = properties.of(present(context.scene))
        usual = models.names()[:1]
        if settings.model or len(models.names()) > 1:
            layout.prop(settings, "model", placeholder=usual[0] if usual else "")
        column = layout.column()
        column.prop(settings, "root")
        column.prop(settings, "foot_lock")
        column.prop(settings, "loop")
        column.prop(settings, "literal")
        column = layout.column()
        row = column.row()
        row.active = settings.length != "RANGE"
        row.prop(settings, "start")
        column.prop(settings, "extend_range")
        column = layout.column()
        for name in ("guidance", "steps"):
            row = column.row(heading=settings.bl_rna.properties[name].name)
            row.prop(settings, f"use_{name}", text="")
            value = row.row()
            value.active = getattr(settings, f"use_{name}")
            value.prop(settings, name, text="")
        layout.operator(MOTIONMIX_OT_add_figure.bl_idname, icon="OUTLINER_OB_MESH")


def _draw_target(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """The armature and whether motion can go on it, or what to do."""
    target = read.target_of(context.object)
    rig = status.of(target)
    column = layout.column(align=True)
    if rig.usable and target is not None:
        column.label(text=target.name, icon="OUTLINER_OB_ARMATURE", translate=False)
        line = interface(rig.line)
        if len(line) < _ONE_LINE * characters(context):  # of narrow letters, mostly: it goes into one line
            column.label(text=line, icon="CHECKMARK", translate=False)
        else:
            wrapped(column, context, rig.line, "CHECKMARK")
        others = len(batch.selected(context)) - 1
        if others > 0:
            words = interface("and on {count} more selected armatures") if others > 1 else interface("and on one more")
            column.label(text=words.format(count=others), icon="BLANK1", translate=False)
        _draw_fix(layout, target)
        return
    wrapped(column, context, rig.line, "INFO" if rig.absent else "ERROR")
    _draw_fix(layout, target)
    if rig.absent:
        _draw_choice(layout, batch.visible(context))
        layout.operator(MOTIONMIX_OT_add_skeleton.bl_idname, icon="OUTLINER_OB_ARMATURE")


def _draw_choice(layout: bpy.types.UILayout, armatures: Sequence[bpy.types.Object]) -> None:
    """The armatures that could be meant: one is a button, several are a menu."""
    if len(armatures) == 1:
        text = interface("Use “{name}”").format(name=armatures[0].name)
        button = layout.operator(
            MOTIONMIX_OT_choose_rig.bl_idname, text=text, icon="RESTRICT_SELECT_OFF", translate=False
        )
        button.rig = armatures[0].name
    elif armatures:
        layout.menu(MOTIONMIX_MT_rigs.bl_idname, icon="RESTRICT_SELECT_OFF")


def _draw_fix(layout: bpy.types.UILayout, target: bpy.types.Object | None) -> None:
    """The button that puts right what is wrong with the armature, if there is one."""
    fix = fix_of(target)
    if fix is not None:
        layout.operator(MOTIONMIX_OT_fix_rig.bl_idname, text=fix.label, icon="TOOL_SETTINGS")


def _draw_length(
    layout: bpy.types.UILayout, context: bpy.types.Context, settings: properties.MotionMixSettings
) -> None:
    """How long the motion is to be, in the chosen unit."""
    if settings.length == "SECONDS":
        layout.prop(settings, "seconds")
    elif settings.length == "FRAMES":
        layout.prop(settings, "frames")
    else:
        scene = present(context.scene)
        preview = scene.use_preview_range
        first = scene.frame_preview_start if preview else scene.frame_start
        last = scene.frame_preview_end if preview else scene.frame_end
        seconds = (last - first + 1) * scene.render.fps_base / scene.render.fps
        text = interface("Frames {first} to {last}, {seconds} s")
        layout.label(text=text.format(first=first, last=last, seconds=f"{seconds:.1f}"), translate=False)


CLASSES = (MOTIONMIX_PT_main, MOTIONMIX_PT_advanced)
