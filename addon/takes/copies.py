"""Duplicating and deleting takes."""

from __future__ import annotations

import bpy

from .. import compat
from ..core import RequestError
from . import own, show
from .collection import base_name, belongs, editable, enter, next_name, record, takes_of


def duplicate(obj: bpy.types.Object, action: bpy.types.Action) -> bpy.types.Action:
    """A copy of a take with its request, under the next number, shown on the armature."""
    copy = action.copy()
    copy.name = next_name(base_name(action))
    copy.use_fake_user = True
    record(copy).starred = False
    enter(obj, [copy])
    show.show(obj, copy)
    return copy


def delete(obj: bpy.types.Object, action: bpy.types.Action) -> None:
    """Delete a take. An armature that plays it goes on to the next take, others to their own Action.

    Raises RequestError: it's linked, or an NLA strip plays it. Nothing has been changed then.
    """
    editable(action)
    strip = strip_with(action)
    if strip is not None:
        raise RequestError(f"The take “{action.name}” is in an NLA strip of “{strip.name}”: remove the strip first")
    follower = _follower(obj, action)
    for player in bpy.data.objects:
        if compat.current_assignment(player).action != action:
            continue
        if player == obj and follower is not None:
            show.show(player, follower)
        else:
            own.show(player)
    bpy.data.actions.remove(action)


def unstarred(obj: bpy.types.Object) -> list[bpy.types.Action]:
    """The takes of this armature that have no star, can be deleted, and aren't used by an NLA strip."""
    return [
        action
        for action in takes_of(obj)
        if not record(action).starred and action.library is None and strip_with(action) is None
    ]


def strip_with(action: bpy.types.Action) -> bpy.types.Object | None:
    """An object that has this Action in an NLA strip."""
    for obj in bpy.data.objects:
        data = obj.animation_data
        if data is not None and any(_uses(strip, action) for track in data.nla_tracks for strip in track.strips):
            return obj
    return None


def _uses(strip: bpy.types.NlaStrip, action: bpy.types.Action) -> bool:
    return strip.action == action or any(_uses(inner, action) for inner in strip.strips)


def _follower(obj: bpy.types.Object, action: bpy.types.Action) -> bpy.types.Action | None:
    takes = takes_of(obj)
    if not belongs(obj, action) or len(takes) < 2:
        return None
    place = takes.index(action)
    return takes[place + 1] if place + 1 < len(takes) else takes[place - 1]
