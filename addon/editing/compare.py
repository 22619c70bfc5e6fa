"""Before and after: which Action an edit was made of, and which edits were made of an Action."""

from __future__ import annotations

import bpy

from .. import compat
from ..core import RequestError
from ..rigs import takes
from ..takes import collection, own, show


def other_of(obj: bpy.types.Object) -> bpy.types.Action | None:
    """What to show in place of what the armature plays: the source of an edit, or the last edit of a source."""
    action = compat.current_assignment(obj).action
    if action is None:
        return None
    if collection.is_take(action):
        source = bpy.data.actions.get(_source(action))
        if source is not None:
            return source
    edits = [made for made in collection.takes_of(obj) if made != action and _source(made) == action.name]
    return edits[-1] if edits else None


def toggle(obj: bpy.types.Object) -> bpy.types.Action:
    """Show the one instead of the other. Raises RequestError when there is nothing to compare with."""
    action = other_of(obj)
    if action is None:
        raise RequestError("There is no edit of this Action, or its source is gone: nothing to compare with")
    if collection.is_take(action):
        show.show(obj, action)
    elif own.action_of(obj) == action:
        own.show(obj)
    else:
        compat.assign(obj, action, compat.slot_for(action, obj))
        obj.update_tag(refresh={"TIME"})
    return action


def _source(action: bpy.types.Action) -> str:
    request = takes.request_of(action) or {}
    return str(request.get("edited", ""))
