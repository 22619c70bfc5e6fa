"""Work that runs beside the animator's: a timer looks in on it, the panels show how far it is, Esc ends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import bpy

from .. import log, worker_bridge
from ..core import Cancelled, MotionMixError, OperatorReturn, Progress
from ..present import present
from ..telling import tell
from ..translations import interface

_TICK = 0.05  # seconds between looks at the worker
_HURRIED_TICK = 0.01  # and while there is something to do in every tick


class BesideTheWindow:
    """Base of the operators whose work is a run: `hurries`, `tick()` (None until it's done) and `cancel()`.

    They call `_start` in their `invoke`, and say in `_told` what came of the run.
    """

    _run: Any = None
    _timer: bpy.types.Timer | None = None
    _shown: tuple[float, str] = (0.0, "")

    def _start(self, context: bpy.types.Context, run: Any) -> set[OperatorReturn]:
        """Go on beside the window with a run that has begun."""
        self._run = run
        self._add_timer(context)
        present(context.window_manager).modal_handler_add(self)  # type: ignore[arg-type]  # each is an Operator too
        self._show(context)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[OperatorReturn]:
        """Do a small piece of the work; everything else passes through to Blender."""
        assert self._run is not None
        if event.type == "ESC" and event.value == "PRESS" and not _is_playing(context):
            self._run.cancel()
            return {"RUNNING_MODAL"}
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        hurried = self._run.hurries
        try:
            result = self._run.tick()
        except Exception as error:
            self._leave(context)
            return self._fail(error)
        if worker_bridge.bridge().progress() != self._shown:  # what is drawn for nothing costs the window time
            self._show(context)
        if result is not None:
            self._leave(context)
            return self._told(result)
        if self._run.hurries != hurried:
            self._remove_timer(context)
            self._add_timer(context)
        return {"PASS_THROUGH"}

    def cancel(self, context: bpy.types.Context) -> None:
        """Blender takes the operator away: the window was closed, or another file is being opened."""
        if self._run is not None:
            self._run.cancel()
            worker_bridge.settle()
        self._leave(context)

    def _told(self, result: Any) -> set[OperatorReturn]:
        """Report what was made. Each operator has its own."""
        raise NotImplementedError

    def _fail(self, error: Exception) -> set[OperatorReturn]:
        """Tell the animator what went wrong; the details go to the log."""
        own: Any = self
        if isinstance(error, Cancelled):
            tell(own, "INFO", "Cancelled. Nothing was changed")
            return {"CANCELLED"}
        log.logger().error("%s: %s", own.bl_idname, error, exc_info=error)
        if isinstance(error, MotionMixError):
            tell(own, "ERROR", str(error))
        else:
            tell(own, "ERROR", f"MotionMix has a fault ({error}). Nothing was changed. Details: {log.log_path()}")
        return {"CANCELLED"}

    def _show(self, context: bpy.types.Context) -> None:
        """How far it is: in the panels, and in the status bar for those whose sidebar is closed."""
        self._shown = worker_bridge.bridge().progress()
        text = interface("MotionMix: {progress}    Esc: Cancel").format(progress=self._shown[1])
        if context.workspace is not None:
            context.workspace.status_text_set(text)
        redraw_sidebars(context)

    def _leave(self, context: bpy.types.Context) -> None:
        self._remove_timer(context)
        for workspace in bpy.data.workspaces:  # the animator may have changed to another one meanwhile
            workspace.status_text_set(None)  # what is still under way shows itself again with its next step
        redraw_sidebars(context)

    def _add_timer(self, context: bpy.types.Context) -> None:
        seconds = _HURRIED_TICK if self._run.hurries else _TICK
        self._timer = present(context.window_manager).event_timer_add(seconds, window=context.window)

    def _remove_timer(self, context: bpy.types.Context) -> None:
        if self._timer is not None:
            present(context.window_manager).event_timer_remove(self._timer)
            self._timer = None


@contextmanager
def progress_at_mouse(context: bpy.types.Context) -> Iterator[Callable[[Progress], None]]:
    """For a script that waits: the mouse pointer shows how far it is, as told to what this yields."""
    window_manager = present(context.window_manager)
    window_manager.progress_begin(0, 100)
    try:
        yield lambda progress: window_manager.progress_update(int(100 * progress.fraction))
    finally:
        window_manager.progress_end()


def _is_playing(context: bpy.types.Context) -> bool:
    """While the animation plays, Esc stops that and not the work."""
    return context.screen is not None and context.screen.is_animation_playing


def redraw_sidebars(context: bpy.types.Context) -> None:
    """Let the panels show the progress."""
    for window in present(context.window_manager).windows:
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                for region in area.regions:
                    if region.type == "UI":
                        region.tag_redraw()
