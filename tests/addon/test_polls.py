"""A button that can't be pressed says why, in every state that an animator gets it into."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bpy
import pytest


def nothing() -> None:
    """An empty file."""


def a_cube() -> None:
    bpy.ops.mesh.primitive_cube_add()


def a_skeleton() -> None:
    bpy.ops.motionmix.add_skeleton(with_figure=False)


def an_armature_in_edit_mode() -> None:
    a_skeleton()
    bpy.ops.object.mode_set(mode="EDIT")


def a_spider() -> None:
    bpy.ops.object.armature_add()


@pytest.mark.parametrize("scene", [nothing, a_cube, a_skeleton, an_armature_in_edit_mode, a_spider])
def test_what_can_not_be_done_now_says_why(extension, models, scene: Callable[[], None]) -> None:
    scene()
    refused = 0
    for cls in extension.addon("registration").CLASSES:
        if not issubclass(cls, bpy.types.Operator):
            continue
        operator: Any = getattr(bpy.ops.motionmix, cls.bl_idname.split(".")[1])
        if operator.poll():
            continue
        refused += 1
        with pytest.raises(RuntimeError) as raised:
            operator()
        reason = str(raised.value).partition("poll()")[2].strip()
        assert len(reason) > 10, cls
        assert "context is incorrect" not in reason, f"{cls.__name__} says nothing"
    assert refused or scene is a_skeleton
