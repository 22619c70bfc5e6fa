"""The sub-panel Takes: the motions of the active armature, and what can be done with the one that is shown."""

from __future__ import annotations

from typing import Any

import bpy

from ..editing import spec as edit_spec
from ..operators import take_again, take_manage, take_show, take_time
from ..present import present, registered
from ..rigs import read
from ..takes import collection, origin, own
from ..translations import interface
from .tab import ArmatureTab, Tab, characters, wrapped

_ROWS = (5, 8)  # least and most
_BESIDE_NAME = 12  # characters' room that icons and scroll bar take of a row
_PLACES = (
    ("SCENE", False, "Move Take to Scene Range"),
    ("PREVIEW", False, "Move Take to Preview Range"),
    ("CURRENT", False, "Move Take to Current Frame"),
    ("SCENE", True, "Stretch Take to Scene Range"),
    ("PREVIEW", True, "Stretch Take to Preview Range"),
)


class MOTIONMIX_UL_takes(bpy.types.UIList):
    """The list of takes. Its rows are ``bpy.data.actions``, of which it shows the active armature's takes."""

    bl_idname = "MOTIONMIX_UL_takes"

    def draw_item(
        self,
        context: bpy.types.Context,
        layout: bpy.types.UILayout,
        _data: Any,
        item: Any,
        _icon: int | None,
        active_data: Any,
        _active_property: str | None,
        _index: int | None = 0,
        _flt_flag: int | None = 0,
    ) -> None:
        """The name (double-click renames) and the star."""
        row = layout.row(align=True)
        playing = collection.shown(active_data.id_data) == item
        row.prop(item, "name", text="", emboss=False, icon="PLAY" if playing else "ACTION")
        number = item.name.rpartition(" #")[2]
        if number.isdigit() and len(item.name) > characters(context) - _BESIDE_NAME:  # cut off at its end
            end = row.row()
            end.alignment = "RIGHT"
            end.label(text=f"#{number}", translate=False)
        if item.library is not None:
            row.label(icon="LINKED")
        record = collection.record(item)
        row.prop(record, "starred", text="", emboss=False, icon="SOLO_ON" if record.starred else "SOLO_OFF")

    def draw_filter(self, _context: bpy.types.Context, layout: bpy.types.UILayout) -> None:
        """The search field and the ways to sort."""
        row = layout.row(align=True)
        row.prop(self, "filter_name", text="", icon="VIEWZOOM")
        row.prop(self, "use_filter_invert", text="", icon="ARROW_LEFTRIGHT")
        row.separator()
        row.prop(self, "use_filter_sort_alpha", text="")
        row.prop(
            self, "use_filter_sort_reverse", text="", icon="SORT_DESC" if self.use_filter_sort_reverse else "SORT_ASC"
        )

    def filter_items(  # type: ignore[override]  # lists are what Blender takes
        self,
        context: bpy.types.Context,
        data: Any,
        property: str,  # noqa: A002  # Blender names it so
    ) -> tuple[list[int], list[int]]:
        """Which Actions are listed, and in which order: as they were made, or by name."""
        actions = list(getattr(data, property))
        obj = read.target_of(context.object)
        view = registered(present(context.window_manager), "motionmix_take_filter")
        needle = self.filter_name.casefold()
        flags = []
        for action in actions:
            on = obj is not None and collection.belongs(obj, action, view.every_rig)
            if on and view.only_starred:
                on = collection.record(action).starred
            if on and needle:
                on = (needle in searched(action)) != self.use_filter_invert
            flags.append(self.bitflag_filter_item if on else 0)
        by_name = self.use_filter_sort_alpha
        key = (lambda i: collection.natural(actions[i].name)) if by_name else (lambda i: collection.order(actions[i]))
        ordered = sorted(range(len(actions)), key=key, reverse=self.use_filter_sort_reverse)
        places = [0] * len(actions)
        for place, index in enumerate(ordered):
            places[index] = place
        return flags, places


def searched(action: bpy.types.Action) -> str:
    """What the search looks through: the name and the prompt."""
    request = collection.request_of(action) or {}
    return f"{action.name}\n{request.get('prompt', '')}".casefold()


class MOTIONMIX_MT_takes(bpy.types.Menu):
    """All that can be done with takes. Also in Blender's Animation and Pose menus, where the menu search finds it."""

    bl_idname = "MOTIONMIX_MT_takes"
    bl_label = "MotionMix Takes"

    def draw(self, _context: bpy.types.Context) -> None:
        """Draw the menu."""
        layout = present(self.layout)
        layout.operator(take_show.MOTIONMIX_OT_take_own.bl_idname, icon="USER")
        layout.operator(take_show.MOTIONMIX_OT_take_step.bl_idname, text="Next Take", icon="TRIA_DOWN").step = 1
        layout.operator(take_show.MOTIONMIX_OT_take_step.bl_idname, text="Previous Take", icon="TRIA_UP").step = -1
        layout.separator()
        layout.operator(take_again.MOTIONMIX_OT_take_again.bl_idname, icon="FILE_REFRESH")
        new_seed = take_again.MOTIONMIX_OT_take_again.bl_idname
        layout.operator(new_seed, text="Generate Take With New Seed", icon="ADD").new_seed = True
        layout.operator(take_again.MOTIONMIX_OT_take_use_settings.bl_idname, icon="COPYDOWN")
        layout.separator()
        layout.operator(take_manage.MOTIONMIX_OT_take_star.bl_idname, icon="SOLO_ON")
        layout.operator(take_manage.MOTIONMIX_OT_take_rename.bl_idname, icon="GREASEPENCIL")
        layout.operator(take_manage.MOTIONMIX_OT_take_duplicate.bl_idname, icon="DUPLICATE")
        layout.operator(take_manage.MOTIONMIX_OT_take_delete.bl_idname, icon="TRASH")
        layout.operator(take_manage.MOTIONMIX_OT_take_delete_unstarred.bl_idname, icon="BLANK1")
        layout.separator()
        for to, stretch, text in _PLACES:
            button = layout.operator(take_time.MOTIONMIX_OT_take_fit.bl_idname, text=text)
            button.to, button.stretch = to, stretch
        layout.operator(take_time.MOTIONMIX_OT_take_blend.bl_idname, icon="IPO_EASE_IN_OUT")
        layout.operator(take_time.MOTIONMIX_OT_take_push.bl_idname, icon="NLA_PUSHDOWN")
        layout.separator()
        range_from = take_time.MOTIONMIX_OT_take_range.bl_idname
        layout.operator(range_from, icon="PREVIEW_RANGE").preview = False
        layout.operator(range_from, text="Preview Range From Take", icon="BLANK1").preview = True


class MOTIONMIX_PT_takes(ArmatureTab, bpy.types.Panel):
    """The takes of the active armature."""

    bl_label = "Takes"
    bl_parent_id = "MOTIONMIX_PT_main"

    def draw_header_preset(self, context: bpy.types.Context) -> None:
        """How many there are."""
        obj = read.target_of(context.object)
        if obj is not None:
            present(self.layout).label(text=str(len(collection.takes_of(obj)) or ""))

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the list and what goes with the shown take."""
        layout = present(self.layout)
        obj = read.target_of(context.object)
        assert obj is not None
        reason = read.problem(obj)
        view = registered(present(context.window_manager), "motionmix_take_filter")
        if not collection.takes_of(obj, view.every_rig) and collection.shown(obj) is None:
            wrapped(layout, context, interface("Each motion that you generate is kept here as a take"), "INFO")
            if collection.takes_of(obj, every_rig=True):
                layout.prop(view, "every_rig")
            return
        column = layout.column()
        column.operator(
            take_show.MOTIONMIX_OT_take_own.bl_idname,
            text=interface(own.label(obj)) if own.action_of(obj) is None else own.label(obj),
            icon="PLAY" if own.is_shown(obj) else "USER",
            depress=own.is_shown(obj),
            translate=False,
        )
        _draw_list(column, obj, view)
        if reason:
            wrapped(layout, context, reason, "ERROR")
            return
        if own.plays_strips(obj):
            layout.label(text="The NLA is playing", icon="NLA")
        action = collection.shown(obj)
        if action is not None:
            _draw_shown(layout, context, action)


def _draw_list(layout: bpy.types.UILayout, obj: bpy.types.Object, view: Any) -> None:
    row = layout.row()
    count = len(collection.takes_of(obj, view.every_rig))
    row.template_list(
        MOTIONMIX_UL_takes.bl_idname,
        "",
        bpy.data,
        "actions",
        collection.state(obj),
        "row",
        rows=min(max(count, _ROWS[0]), _ROWS[1]),
        sort_lock=False,
    )
    side = row.column(align=True)
    side.prop(view, "only_starred", text="", icon="SOLO_ON")
    side.prop(view, "every_rig", text="", icon="ARMATURE_DATA")
    side.separator()
    side.operator(take_manage.MOTIONMIX_OT_take_duplicate.bl_idname, text="", icon="DUPLICATE")
    side.operator(take_manage.MOTIONMIX_OT_take_delete.bl_idname, text="", icon="TRASH")
    side.separator()
    side.menu(MOTIONMIX_MT_takes.bl_idname, text="", icon="DOWNARROW_HLT")


def _draw_shown(layout: bpy.types.UILayout, context: bpy.types.Context, action: bpy.types.Action) -> None:
    """What made the shown take, and doing it again."""
    column = layout.column(align=True)
    request = collection.request_of(action)
    if request is None:
        column.label(text="What made it can't be read", icon="ERROR")
    else:
        wrapped(column, context, described(origin.named(action, request)))
    column = layout.column(align=True)
    row = column.row(align=True)
    row.operator(take_again.MOTIONMIX_OT_take_again.bl_idname, text="Again", icon="FILE_REFRESH")
    row.operator(take_again.MOTIONMIX_OT_take_again.bl_idname, text="New Seed", icon="ADD").new_seed = True
    column.operator(take_again.MOTIONMIX_OT_take_use_settings.bl_idname, text="Use These Settings", icon="COPYDOWN")


def described(request: Any) -> str:
    """The request of a take in a line."""
    if edit_spec.is_edit(request):
        return edit_spec.described(request)
    prompt = str(request.get("prompt", "")).strip()
    parts = [
        f"“{prompt}”" if prompt else interface("any motion"),
        f"{float(request.get('seconds', 0)):.1f} s",
        f"{interface('Seed')} {request.get('seed', 0)}",
        interface(str(request.get("quality", "")).capitalize()),
        str(request.get("model", "")),
    ]
    return ", ".join(part for part in parts if part)


class MOTIONMIX_PT_take_timing(Tab, bpy.types.Panel):
    """Where the shown take lies on the timeline."""

    bl_label = "Timing and NLA"
    bl_parent_id = "MOTIONMIX_PT_takes"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Shown while a take is."""
        obj = read.target_of(context.object)
        return obj is not None and obj.type == "ARMATURE" and collection.shown(obj) is not None

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the panel."""
        layout = present(self.layout)
        obj = read.target_of(context.object)
        action = collection.shown(obj) if obj is not None else None
        if action is None:
            return
        column = layout.column(align=True)
        ends: Any = action.curve_frame_range
        first, last = (round(frame) for frame in ends)
        row = column.row()
        row.label(text="Move to")
        span = row.row()
        span.alignment = "RIGHT"
        span.label(text=f"{first} - {last}", translate=False)
        row = column.row(align=True)
        for to, text in (("SCENE", "Scene"), ("PREVIEW", "Preview"), ("CURRENT", "Current")):
            button = row.operator(take_time.MOTIONMIX_OT_take_fit.bl_idname, text=text)
            button.to, button.stretch = to, False
        column.label(text="Stretch to")
        row = column.row(align=True)
        for to, text in (("SCENE", "Scene"), ("PREVIEW", "Preview")):
            button = row.operator(take_time.MOTIONMIX_OT_take_fit.bl_idname, text=text)
            button.to, button.stretch = to, True
        column = layout.column(align=True)
        column.use_property_split = True
        column.use_property_decorate = False
        column.enabled = action.library is None
        record = collection.record(action)
        column.prop(record, "blend_in")
        column.prop(record, "blend_out", text="Out")
        layout.operator(take_time.MOTIONMIX_OT_take_push.bl_idname, icon="NLA_PUSHDOWN")


CLASSES = (MOTIONMIX_UL_takes, MOTIONMIX_MT_takes, MOTIONMIX_PT_takes, MOTIONMIX_PT_take_timing)
