"""Before and after: which Action an edit was made of, and which edits were made of an Action."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import bpy

from .. import compat
from ..core import RequestError
from ..takes import collection, origin, own, show
from .spec import EditSpec


def other_of(obj: bpy.types.Object) -> bpy.types.Action | None:
    """What to show in place of what the armature plays: the source of an edit, or the last edit of a source."""
    action = compat.current_assignment(obj).action
    if action is None:
        return None
    if collection.is_take(action):
        found = origin.source_of(action)
        if found is not None:
            return found
    edits = [made for made in collection.takes_of(obj) if made != action and origin.source_of(made) == action]
    return edits[-1] if edits else None


def toggle(obj: bpy.types.Object) -> bpy.types.Action:
    """Show the one instead of the other. Raises RequestError when there is nothing to compare with."""
    action = other_of(obj)
    if action is None:
        raise RequestError("There is no edit of this Action, or its source is gone: nothing to compare with")
    play(obj, action)
    return action


def spec_of(take: bpy.types.Action) -> EditSpec:
    """The edit that made a take. Raises RequestError: what is stored can't be read."""
    request = origin.named(take, collection.request(take))
    spec = EditSpec.from_stored(request)
    source = origin.source_of(take)
    if is_guessed(request) and source is not None:
        spec = replace(spec, first=float(source.curve_frame_range[0]))
    return spec


def is_guessed(request: Mapping[str, Any]) -> bool:
    """Whether a take doesn't say where its loop begins, as those that earlier versions made: at the Action's first key,
    most likely."""
    return request.get("edit") == "loop" and request.get("format") == 1


def edit_of_source(obj: bpy.types.Object, take: bpy.types.Action, request: Mapping[str, Any]) -> str:
    """Show the Action that an edit was made of, so that it can be made again. Returns the edit's tool.

    Raises RequestError: the Action is gone, or what is stored can't be read.
    """
    tool = EditSpec.from_stored(request).tool
    if tool == "transition" and not request.get("after"):
        raise RequestError(f"“{take.name}” lies between two strips: delete its strip, select the two, make it again")
    source = origin.source_of(take)
    if source is None:
        raise RequestError(f"“{request.get('edited', '')}”, which “{take.name}” was made of, is gone")
    if tool == "transition" and origin.into_of(take) is None:
        raise RequestError(f"“{request.get('after', '')}”, which “{take.name}” goes over into, is gone")
    play(obj, source)
    return tool


def hide_source(obj: bpy.types.Object, take: bpy.types.Action, shown: str) -> None:
    """Take `edit_of_source` back: show the Action of that name again, or with "" the animator's own pose.

    Nothing happens if the armature plays another Action by now.
    """
    if compat.current_assignment(obj).action != origin.source_of(take):
        return
    before = bpy.data.actions.get(shown)
    if before is not None:
        play(obj, before)
    elif not shown:
        own.show(obj)


def play(obj: bpy.types.Object, action: bpy.types.Action) -> None:
    """Show a take, or the animator's own Action, or any other."""
    if collection.is_take(action):
        show.show(obj, action)
    elif own.action_of(obj) == action:
        own.show(obj)
    else:
        compat.assign(obj, action, collection.slot_in(obj, action))
        obj.update_tag(refresh={"TIME"})
