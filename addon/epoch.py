"""A number that changes whenever Blender's data is swapped under us: undo, redo, another file.

References to Blender's data don't live through any of these. Work that is spread over several ticks of a timer compares
the number before it goes on.
"""

from __future__ import annotations

from typing import Any

import bpy
from bpy.app.handlers import persistent

CLASSES = ()


class _Counter:
    value = 0


def now() -> int:
    """The present number."""
    return _Counter.value


@persistent
def _count(*_arguments: Any) -> None:
    _Counter.value += 1


def _lists() -> tuple[list[Any], ...]:
    handlers = bpy.app.handlers
    return (handlers.undo_pre, handlers.undo_post, handlers.redo_pre, handlers.redo_post, handlers.load_pre)


def register() -> None:
    """Begin to count."""
    for handlers in _lists():
        handlers.append(_count)


def unregister() -> None:
    """Stop counting; what still waits must not go on."""
    _Counter.value += 1
    for handlers in _lists():
        if _count in handlers:
            handlers.remove(_count)
