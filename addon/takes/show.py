"""Showing a take: the armature plays it at once, over the animator's own pose."""

from __future__ import annotations

from collections.abc import Sequence

import bpy

from .. import compat
from ..rigs import read
from . import own
from .collection import enter, shown, slot_in, takes_of


def show(obj: bpy.types.Object, action: bpy.types.Action) -> None:
    """Let the armature play a take. What it played before is left as it is; the animator's own is remembered."""
    if compat.current_assignment(obj).action == action:
        return
    own.remember(obj)
    own.bring_back_pose(obj)
    compat.assign(obj, action, slot_in(obj, action))
    obj.update_tag(refresh={"TIME"})


def neighbour(obj: bpy.types.Object, step: int) -> bpy.types.Action | None:
    """The take so many places further in the list, round its ends; None without takes."""
    takes = takes_of(obj)
    if not takes:
        return None
    current = shown(obj)
    if current not in takes:
        return takes[0 if step > 0 else -1]
    return takes[(takes.index(current) + step) % len(takes)]


def row_of(obj: bpy.types.Object) -> int:
    """Where the shown take stands in ``bpy.data.actions``; -1 while no take is shown."""
    current = shown(obj)
    if current is None:
        return -1
    return next((row for row, action in enumerate(bpy.data.actions) if action == current), -1)


def show_row(obj: bpy.types.Object, row: int) -> None:
    """Show the Action that stands there in ``bpy.data.actions``: a click on the list."""
    if 0 <= row < len(bpy.data.actions) and not read.problem(obj):
        show(obj, bpy.data.actions[row])


def show_new(obj: bpy.types.Object, actions: Sequence[bpy.types.Action]) -> None:
    """Put finished Actions on the armature's list of takes and show the first."""
    enter(obj, actions)
    for action in actions:
        own.keep(action)
    show(obj, actions[0])
