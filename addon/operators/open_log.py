"""Where the details are: open the log file, copy what a bug report needs."""

from __future__ import annotations

import platform
from pathlib import Path

import bpy

from .. import log, preferences, text_window
from ..core import OperatorReturn
from ..package import PACKAGE
from ..present import present
from ..telling import tell

_TAIL = 6000
_SETTINGS = ("interpreter", "python", "device", "memory_limit", "idle_minutes", "key_rate", "log_level")


class MOTIONMIX_OT_open_log(bpy.types.Operator):
    """Open MotionMix's log file in Blender's text editor"""

    bl_idname = "motionmix.open_log"
    bl_label = "Open Log"
    bl_options = {"REGISTER"}

    def execute(self, context: bpy.types.Context) -> set[OperatorReturn]:
        """Load the log as a text and show it in a window of its own."""
        own, worker = (_tail(path, 20 * _TAIL) for path in (log.log_path(), log.worker_log_path()))
        text_window.show(context, log.FILE_NAME, f"{own}\n--- worker ---\n{worker}", from_top=False)
        tell(self, "INFO", f"The log is {log.log_path()}")
        return {"FINISHED"}


class MOTIONMIX_OT_copy_details(bpy.types.Operator):
    """Copy versions, settings and the end of the log, for a bug report"""

    bl_idname = "motionmix.copy_details"
    bl_label = "Copy Details for a Bug Report"
    bl_options = {"REGISTER"}

    def execute(self, context: bpy.types.Context) -> set[OperatorReturn]:
        """Put the details on the clipboard."""
        present(context.window_manager).clipboard = details()
        tell(self, "INFO", "Copied")
        return {"FINISHED"}


def details() -> str:
    """What somebody needs to know to find a fault, as text."""
    chosen = preferences.current()
    lines = [
        f"{PACKAGE} in Blender {bpy.app.version_string}, Python {platform.python_version()}, {platform.platform()}",
        f"models: {preferences.models_folder()}",
        *(f"{name}: {getattr(chosen, name)}" for name in _SETTINGS),
        "",
        _tail(log.log_path(), _TAIL),
        "--- worker ---",
        _tail(log.worker_log_path(), _TAIL),
    ]
    return "\n".join(lines)


def _tail(path: Path | None, size: int) -> str:
    """The last `size` characters of a text file, from a whole line on."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace") if path is not None else ""
    except OSError:
        return f"({path} isn't there)"
    return text if len(text) <= size else text[-size:].partition("\n")[2]


CLASSES = (MOTIONMIX_OT_open_log, MOTIONMIX_OT_copy_details)
