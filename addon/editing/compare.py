"""Before and after: which Action an edit was made of, and which edits were made of an Action."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import bpy

from .. import compat
from ..core import RequestError
from ..rigs import takes
from ..takes import collection, own, show
from .spec import EditSpec


def other_of(obj: bpy.types.Object) -> bpy.types.Action | None:
    """What to show in place of what the armature plays: the source of an edit, or the last edit of a source."""
    action = compat.current_assignment(obj).action
    if action is None:
        return None
    if collection.is_take(action):
        found = source_of(action)
        if found is not None:
            return found
    edits = [made for made in collection.takes_of(obj) if made != action and _source(made) == action.name]
    return edits[-1] if edits else None


def toggle(obj: bpy.types.Object) -> bpy.types.Action:
    """Show the one instead of the other. Raises RequestError when there is nothing to compare with."""
    action = other_of(obj)
    if action is None:
        raise RequestError("There is no edit of this Action, or its source is gone: nothing to compare with")
    play(obj, action)
    return action


def source_of(take: bpy.types.Action) -> bpy.types.Action | None:
    """The Action that an edit was made of; None if it wasn't an edit, or the Action is gone."""
    return bpy.data.actions.get(_source(take))


def edit_of_source(obj: bpy.types.Object, take: bpy.types.Action, request: Mapping[str, Any]) -> str:
    """Show the Action that an edit was made of, so that it can be made again. Returns the edit's tool.

    Raises RequestError: the Action is gone, or what is stored can't be read.
    """
    tool = EditSpec.from_stored(request).tool
    if tool == "transition" and not request.get("after"):
        raise RequestError(f"“{take.name}” lies between two strips: delete its strip, select the two, make it again")
    source = source_of(take)
    if source is None:
        raise RequestError(f"“{request.get('edited', '')}”, which “{take.name}” was made of, is gone")
    play(obj, source)
    return tool


def play(obj: bpy.types.Object, action: bpy.types.Action) -> None:
    """Show a take, or the animator's own Action, or any other."""
    if collection.is_take(action):
        show.show(obj, action)
    elif own.action_of(obj) == action:
        own.show(obj)
    else:
        compat.assign(obj, action, collection.slot_in(obj, action))
        obj.update_tag(refresh={"TIME"})


def _source(action: bpy.types.Action) -> str:
    request = takes.request_of(action) or {}
    return str(request.get("edited", ""))
