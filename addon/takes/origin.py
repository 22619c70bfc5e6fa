"""Which Actions an edit was made of. The take points to the Actions themselves, so they may be renamed.

Takes that earlier versions made know them by name alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import bpy

from .collection import record, request_of

POINTED_FROM = 2
"""The format of stored edits from which on takes point to their Actions."""


def keep(take: bpy.types.Action, source: bpy.types.Action | None, into: bpy.types.Action | None = None) -> None:
    """Note what a take is made of. into: the Action that it goes over into, if it does."""
    record(take).source, record(take).into = source, into


def source_of(take: bpy.types.Action) -> bpy.types.Action | None:
    """The Action that an edit was made of; None if it wasn't an edit, or the Action is gone."""
    return _found(take, record(take).source, "edited")


def into_of(take: bpy.types.Action) -> bpy.types.Action | None:
    """The Action that a transition goes over into; None if there is none, or it's gone."""
    return _found(take, record(take).into, "after")


def named(take: bpy.types.Action, request: Mapping[str, Any]) -> dict[str, Any]:
    """The take's stored request with its Actions by the names that they have now."""
    found = {"edited": source_of(take), "after": into_of(take)}
    return {**request, **{key: action.name for key, action in found.items() if action is not None}}


def _found(take: bpy.types.Action, pointed: Any, key: str) -> bpy.types.Action | None:
    if pointed is not None:
        action: bpy.types.Action = pointed
        return action
    request = request_of(take) or {}
    # the name of an Action that is gone may be another's by now
    return None if _format(request) >= POINTED_FROM else bpy.data.actions.get(str(request.get(key, "")))


def _format(request: Mapping[str, Any]) -> int:
    number = request.get("format")
    return number if isinstance(number, int) else 1
