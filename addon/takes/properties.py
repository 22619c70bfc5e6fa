"""What is stored about takes: with each Action, with each armature, and what the list shows just now."""

# Blender declares properties as annotations that call functions.
# mypy: disable-error-code="valid-type"

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import BoolProperty, IntProperty, PointerProperty, StringProperty

from . import blend, edges, show

# Kept in the scene that overrides a linked rig, too.
_OVERRIDE: Any = {"LIBRARY_OVERRIDABLE"}
_HIDDEN: Any = {"HIDDEN"}
_UNSAVED: Any = {"SKIP_SAVE"}

STARRED_TEXT = "Mark the takes worth keeping; the list can show these alone"
BLEND_IN_TEXT = "Frames at the take's start over which it grows out of the pose or Action that you had"
BLEND_OUT_TEXT = "Frames at the take's end over which it goes back into the pose or Action that you had"


def _get_row(state: MotionMixRigTakes) -> int:
    obj: Any = state.id_data
    return show.row_of(obj)


def _set_row(state: MotionMixRigTakes, row: int) -> None:
    obj: Any = state.id_data
    show.show_row(obj, row)


def _get_blend_in(take: MotionMixTake) -> int:
    action: Any = take.id_data
    return edges.lengths_of(action)[0]


def _get_blend_out(take: MotionMixTake) -> int:
    action: Any = take.id_data
    return edges.lengths_of(action)[1]


def _set_blend_in(take: MotionMixTake, frames: int) -> None:
    action: Any = take.id_data
    blend.set_in_panel(action, frames, edges.lengths_of(action)[1])


def _set_blend_out(take: MotionMixTake, frames: int) -> None:
    action: Any = take.id_data
    blend.set_in_panel(action, edges.lengths_of(action)[0], frames)


class MotionMixTake(bpy.types.PropertyGroup):
    """About one take (``action.motionmix_take``). The request itself is the Action's custom property "motionmix"."""

    starred: BoolProperty(name="Star", description=STARRED_TEXT, options=set())
    rig: StringProperty(name="Rig", description="Key of the rig that the take was made for", options=_HIDDEN)
    slot: IntProperty(name="Slot", description="Slot of the Action that the take is in", options=_HIDDEN)
    serial: IntProperty(name="Number", description="In which order the takes were made", options=_HIDDEN)
    source: PointerProperty(
        name="Source", description="The Action that this take is an edit of", type=bpy.types.Action, options=_HIDDEN
    )
    into: PointerProperty(
        name="Into", description="The Action that this take goes over into", type=bpy.types.Action, options=_HIDDEN
    )
    blend_in: IntProperty(
        name="Blend In",
        description=BLEND_IN_TEXT,
        min=0,
        soft_max=48,
        get=_get_blend_in,
        set=_set_blend_in,
        subtype="TIME",
        options=set(),
    )
    blend_out: IntProperty(
        name="Blend Out",
        description=BLEND_OUT_TEXT,
        min=0,
        soft_max=48,
        get=_get_blend_out,
        set=_set_blend_out,
        subtype="TIME",
        options=set(),
    )


class MotionMixRigTakes(bpy.types.PropertyGroup):
    """About an armature's takes (``object.motionmix_takes``)."""

    rig: StringProperty(name="Rig", description="Key that this rig's takes carry", options=_HIDDEN, override=_OVERRIDE)
    own_known: BoolProperty(
        name="Remembered", description="A take has been shown on this rig", options=_HIDDEN, override=_OVERRIDE
    )
    own_action: PointerProperty(
        name="My Action",
        description="The Action that this rig had before a take was shown on it",
        type=bpy.types.Action,
        options=_HIDDEN,
        override=_OVERRIDE,
    )
    own_slot: StringProperty(
        name="Slot", description="Slot of the Action that this rig had", options=_HIDDEN, override=_OVERRIDE
    )
    own_pose: StringProperty(
        name="Pose", description="The pose that this rig had, under its Action", options=_HIDDEN, override=_OVERRIDE
    )
    row: IntProperty(
        name="Take",
        description="Click a take to see it. Your own Action stays as it is",
        get=_get_row,
        set=_set_row,
        options=set(),
        override=_OVERRIDE,
    )


class MotionMixTakeFilter(bpy.types.PropertyGroup):
    """Which takes the list shows (``window_manager.motionmix_take_filter``): neither saved nor undone."""

    only_starred: BoolProperty(name="Starred Only", description="List the takes with a star alone", options=_UNSAVED)
    every_rig: BoolProperty(
        name="From All Rigs",
        description="List also the takes that were made for other rigs, if their bones are in this one",
        options=_UNSAVED,
    )


CLASSES = (MotionMixTake, MotionMixRigTakes, MotionMixTakeFilter)
_PLACES = (
    (bpy.types.Action, "motionmix_take", MotionMixTake),
    (bpy.types.Object, "motionmix_takes", MotionMixRigTakes),
    (bpy.types.WindowManager, "motionmix_take_filter", MotionMixTakeFilter),
)


def register() -> None:
    """Put the groups on Actions, objects and the window manager."""
    for owner, name, group in _PLACES:
        more: dict[str, Any] = {"override": _OVERRIDE} if owner is bpy.types.Object else {}
        declare: Any = PointerProperty
        setattr(owner, name, declare(type=group, **more))


def unregister() -> None:
    """Take them off again. What was stored stays in the file."""
    for owner, name, _group in _PLACES:
        if hasattr(owner, name):
            delattr(owner, name)
