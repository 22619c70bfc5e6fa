"""The panel Edit: change the animator's own Action where they say."""

from __future__ import annotations

import bpy

from .. import compat
from ..core import MotionMixError
from ..editing import body, bones, compare, ranges, settings
from ..editing.spec import VARIED
from ..operators.edit_body_part import MOTIONMIX_OT_edit_body_part
from ..operators.edit_clean_up import MOTIONMIX_OT_edit_clean_up, MOTIONMIX_OT_edit_measure
from ..operators.edit_compare import MOTIONMIX_OT_edit_compare
from ..operators.edit_continue import MOTIONMIX_OT_edit_continue, MOTIONMIX_OT_edit_sequence
from ..operators.edit_in_between import MOTIONMIX_OT_edit_in_between
from ..operators.edit_in_place import MOTIONMIX_OT_edit_in_place
from ..operators.edit_loop import MOTIONMIX_OT_edit_find_repeat, MOTIONMIX_OT_edit_loop
from ..operators.edit_sequence import MOTIONMIX_OT_edit_sequence_add, MOTIONMIX_OT_edit_sequence_remove
from ..operators.edit_transition import MOTIONMIX_OT_edit_transition
from ..present import present
from ..rigs import read
from .bone_collections import draw_bone_collections
from .tab import ArmatureTab, Icon, draw_button, wrapped

_MANY_KEYS = 200_000
BUTTONS: dict[str, tuple[str, str, Icon]] = {
    "in_between": (MOTIONMIX_OT_edit_in_between.bl_idname, "Make In-between", "KEYFRAME_HLT"),
    "body_part": (MOTIONMIX_OT_edit_body_part.bl_idname, "Edit Body Part", "ARMATURE_DATA"),
    "clean_up": (MOTIONMIX_OT_edit_clean_up.bl_idname, "Clean Up", "BRUSH_DATA"),
    "continue": (MOTIONMIX_OT_edit_continue.bl_idname, "Continue", "FF"),
    "transition": (MOTIONMIX_OT_edit_transition.bl_idname, "Make Transition", "NLA"),
    "loop": (MOTIONMIX_OT_edit_loop.bl_idname, "Make Loop", "FILE_REFRESH"),
    "in_place": (MOTIONMIX_OT_edit_in_place.bl_idname, "In Place", "PIVOT_CURSOR"),
}
_RANGED = {"in_between", "body_part", "clean_up", "loop"}
_PROMPTED = {"in_between", "body_part", "transition", "loop"}


class MOTIONMIX_PT_edit(ArmatureTab, bpy.types.Panel):
    """One edit at a time: which, on which frames and bones, how strongly, and the button."""

    bl_label = "Edit"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the panel."""
        layout = present(self.layout)
        edit = settings.of(present(context.scene))
        obj = read.target_of(context.object)
        assert obj is not None
        layout.prop(edit, "tool", text="")
        _draw_action(layout, context, obj, edit)
        column = layout.column()
        column.use_property_split = True
        column.use_property_decorate = False
        if edit.tool in _RANGED:
            _draw_range(column, context, obj, edit)
        _DRAW.get(edit.tool, _nothing)(column, context, obj, edit)
        if edit.tool in _PROMPTED:
            layout.prop(edit, "prompt", text="", placeholder="Whatever fits", icon="TEXT")
        if edit.tool != "transition":  # always something new: both motions stay as they are
            row = layout.row()
            row.prop(edit, "output", expand=True)
        if edit.tool in VARIED and (edit.output == "TAKE" or edit.tool == "transition"):
            layout.prop(edit, "variations")
        draw_button(layout, *BUTTONS[edit.tool])


def _draw_action(
    layout: bpy.types.UILayout, context: bpy.types.Context, obj: bpy.types.Object, edit: settings.MotionMixEditSettings
) -> None:
    action = compat.current_assignment(obj).action
    row = layout.row(align=True)
    if action is None:
        if edit.tool != "transition":
            wrapped(layout, context, "No Action to edit: key poses, or generate a motion", "INFO")
        return
    row.label(text=action.name, icon="ACTION")
    if compare.other_of(obj) is not None:
        row.operator(MOTIONMIX_OT_edit_compare.bl_idname, text="", icon="UV_SYNC_SELECT")


def _draw_range(
    column: bpy.types.UILayout, context: bpy.types.Context, obj: bpy.types.Object, edit: settings.MotionMixEditSettings
) -> None:
    column.prop(edit, "range")
    if edit.range == "FRAMES":
        row = column.row(align=True)
        row.prop(edit, "first")
        row.prop(edit, "last", text="")
        return
    if context.screen is not None and context.screen.is_animation_playing:
        return
    line, icon = range_line(present(context.scene), obj, edit)
    wrapped(column, context, line, icon)


def range_line(scene: bpy.types.Scene, obj: bpy.types.Object, edit: settings.MotionMixEditSettings) -> tuple[str, str]:
    """The frames that are meant, or why there are none; and an icon."""
    curves = compat.curves_of(obj)
    if sum(len(curve.keyframe_points) for curve in curves) > _MANY_KEYS:
        return "Very many keys: the range is looked for when you press the button", "INFO"
    try:
        found = body.of(obj)
        span = ranges.find(edit.range, scene, found.channels.values(), edit.first, edit.last)
    except MotionMixError as error:
        return str(error), "INFO"
    poses = [frames for frames in found.pose_keys(span).values() if len(frames)]
    count = len(ranges.unique_frames(poses))
    if count == 1:
        return f"Frames {span.first:g} to {span.last:g}, one key", "CHECKMARK"
    return f"Frames {span.first:g} to {span.last:g}, {count} keys", "CHECKMARK"


def _draw_body_part(
    column: bpy.types.UILayout, context: bpy.types.Context, obj: bpy.types.Object, edit: settings.MotionMixEditSettings
) -> None:
    column.prop(edit, "bones")
    if edit.bones == "PRESET":
        column.use_property_split = False
        grid = column.grid_flow(row_major=True, columns=2, even_columns=True, align=True)
        for name, _, _ in bones.PRESET_ITEMS:
            grid.prop_enum(edit, "parts", name)
        column.use_property_split = True
    elif edit.bones == "COLLECTIONS":
        draw_bone_collections(column, obj, edit)
    column.prop(edit, "strength", slider=True)
    column.prop(edit, "ease")
    column.prop(edit, "chain_ease")


def _draw_clean_up(
    column: bpy.types.UILayout, context: bpy.types.Context, obj: bpy.types.Object, edit: settings.MotionMixEditSettings
) -> None:
    row = column.row(align=True)
    row.prop(edit, "auto_noise", text="Strength as Found")
    row = column.row()
    row.active = not edit.auto_noise
    row.prop(edit, "noise", slider=True)
    column.operator(MOTIONMIX_OT_edit_measure.bl_idname, icon="VIEWZOOM")
    if edit.found:
        wrapped(column, context, f"Found: {edit.found}", "INFO")
    column.label(text="Protect")
    column.use_property_split = False
    grid = column.grid_flow(row_major=True, columns=2, even_columns=True, align=True)
    for name, _, _ in bones.PRESET_ITEMS:
        grid.prop_enum(edit, "protect_parts", name)
    column.prop(edit, "protect_keys")  # across all of the width, or its words are cut
    column.use_property_split = True


def _draw_continue(
    column: bpy.types.UILayout, context: bpy.types.Context, obj: bpy.types.Object, edit: settings.MotionMixEditSettings
) -> None:
    column.prop(edit, "use_sequence")
    column.use_property_split = False
    if not edit.use_sequence:
        column.prop(edit, "prompt", text="", placeholder="Whatever fits", icon="TEXT")
        column.use_property_split = True
        column.prop(edit, "seconds")
        return
    for number, part in enumerate(edit.sequence):
        row = column.row(align=True)
        row.prop(part, "prompt", text="", placeholder="Whatever fits")
        length = row.row(align=True)
        length.scale_x = 0.5
        length.prop(part, "seconds", text="")
        row.operator(MOTIONMIX_OT_edit_sequence_remove.bl_idname, text="", icon="X").row = number
    column.operator(MOTIONMIX_OT_edit_sequence_add.bl_idname, icon="ADD")
    column.operator(MOTIONMIX_OT_edit_sequence.bl_idname, text="As a New Motion", icon="PLAY")


def _draw_transition(
    column: bpy.types.UILayout, context: bpy.types.Context, obj: bpy.types.Object, edit: settings.MotionMixEditSettings
) -> None:
    column.prop_search(edit, "after", bpy.data, "actions", text="Into")
    if edit.after:
        column.prop(edit, "seconds")
    else:
        wrapped(column, context, "Fills the gap between the two selected NLA strips", "INFO")


def _draw_loop(
    column: bpy.types.UILayout, context: bpy.types.Context, obj: bpy.types.Object, edit: settings.MotionMixEditSettings
) -> None:
    column.prop(edit, "loop_seconds")
    column.operator(MOTIONMIX_OT_edit_find_repeat.bl_idname, icon="VIEWZOOM")


def _draw_in_place(
    column: bpy.types.UILayout, context: bpy.types.Context, obj: bpy.types.Object, edit: settings.MotionMixEditSettings
) -> None:
    column.prop(edit, "root")


def _nothing(*_arguments: object) -> None:
    """A tool without settings of its own."""


_DRAW = {
    "body_part": _draw_body_part,
    "clean_up": _draw_clean_up,
    "continue": _draw_continue,
    "transition": _draw_transition,
    "loop": _draw_loop,
    "in_place": _draw_in_place,
}


CLASSES = (MOTIONMIX_PT_edit,)
