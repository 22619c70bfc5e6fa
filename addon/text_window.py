"""A text to read, in a text editor in a window of its own."""

from __future__ import annotations

from typing import Any

import bpy

from .present import present


def show(context: bpy.types.Context, name: str, contents: str, *, from_top: bool) -> None:
    """Keep the contents as the file's text of that name and open a window on it; without windows, just keep it.

    from_top: show the first lines; else the last ones.
    """
    text = bpy.data.texts.get(name) or bpy.data.texts.new(name)
    text.clear()
    text.write(contents)
    if from_top:
        text.cursor_set(0)
    if bpy.app.background:
        return
    bpy.ops.wm.window_new()
    area: Any = present(context.window_manager).windows[-1].screen.areas[0]
    area.type = "TEXT_EDITOR"
    area.spaces.active.text = text
