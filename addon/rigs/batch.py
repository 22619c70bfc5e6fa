"""Several armatures at once: which are meant, which can take motion, and why the others can't."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import bpy

from ..core import MotionMixError
from . import read, transfer


@dataclass(frozen=True)
class Sorted:
    """usable: armatures that can take motion, and what is known of them. refused: why the others can't, a line each."""

    usable: tuple[tuple[bpy.types.Object, transfer.Target], ...]
    refused: tuple[str, ...]


def selected(context: bpy.types.Context) -> list[bpy.types.Object]:
    """The active armature first, then the other selected ones; a mesh stands for the armature that moves it."""
    chosen = [context.object, *(context.selected_objects or ())]
    found: list[bpy.types.Object] = []
    for obj in chosen:
        target = read.target_of(obj)
        if target is not None and target.type == "ARMATURE" and target not in found:
            found.append(target)
    return found


def visible(context: bpy.types.Context) -> list[bpy.types.Object]:
    """The armatures that can be seen in the window, by name."""
    if not bpy.data.armatures or context.view_layer is None:
        return []
    shown = [obj for obj in context.view_layer.objects if obj.type == "ARMATURE" and obj.visible_get()]
    return sorted(shown, key=lambda obj: obj.name)


def sort_out(armatures: Iterable[bpy.types.Object]) -> Sorted:
    """Look at each armature. Nothing is changed."""
    usable, refused = [], []
    for obj in armatures:
        try:
            usable.append((obj, transfer.target_of(obj)))
        except MotionMixError as error:
            refused.append(str(error))
    return Sorted(tuple(usable), tuple(refused))
