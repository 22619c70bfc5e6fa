"""The preferences' buttons: try the Python that is to run models, read a model's card."""

# Blender declares properties as annotations that call functions.
# mypy: disable-error-code="valid-type"

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from typing import Any

import bpy
from bpy.props import StringProperty

from .. import preferences, text_window
from ..core import MotionMixError, OperatorReturn, WorkerSettings, model_summaries, probe_process
from ..present import present
from ..telling import allowed, failed, tell
from ..translations import interface

_LOOK_SECONDS = 0.1
_LONGEST_SECONDS = 120.0


class _Shown:
    """What the last test found, lines with whether they are good news, and what was tested."""

    lines: tuple[tuple[str, bool], ...] = ()
    settings: WorkerSettings | None = None


def last_probe() -> tuple[tuple[str, bool], ...]:
    """Lines of the last test, for the preferences: (text, whether it's good). None once something else is chosen."""
    return _Shown.lines if _Shown.settings == preferences.worker_settings() else ()


class MOTIONMIX_OT_test_python(bpy.types.Operator):
    """Start the chosen runtime, look what it has, and make a second of motion with it"""

    bl_idname = "motionmix.test_python"
    bl_label = "Test"
    bl_options = {"REGISTER"}

    _process: subprocess.Popen[str] | None = None
    _timer: bpy.types.Timer | None = None
    _looks = 0

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Another Python must be named before it can be tried."""
        chosen = preferences.current()
        if chosen.interpreter == "PYTHON" and not chosen.python.strip():
            return allowed(cls, "Choose the Python to test first")
        return True

    def execute(self, context: bpy.types.Context) -> set[OperatorReturn]:
        """Try it and wait for what it says."""
        try:
            with probe_process(preferences.worker_settings()) as process:
                said, wrong = process.communicate(timeout=_LONGEST_SECONDS)
        except (OSError, subprocess.TimeoutExpired) as error:
            return self._told({"problem": str(error)})
        return self._told(_understood(said, wrong))

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[OperatorReturn]:
        """Start it; the window goes on meanwhile."""
        if bpy.app.background or context.window is None:
            return self.execute(context)
        try:
            self._process = probe_process(preferences.worker_settings())
        except OSError as error:
            return self._told({"problem": str(error)})
        _Shown.settings, _Shown.lines = preferences.worker_settings(), ((interface("Testing..."), True),)
        self._timer = present(context.window_manager).event_timer_add(_LOOK_SECONDS, window=context.window)
        present(context.window_manager).modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[OperatorReturn]:
        """Look whether it has answered."""
        assert self._process is not None
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        self._looks += 1
        if self._process.poll() is None and self._looks * _LOOK_SECONDS < _LONGEST_SECONDS:
            return {"PASS_THROUGH"}
        said = self._end(context)
        result = self._told(_understood(*said))
        if context.area is not None:
            context.area.tag_redraw()
        return result

    def cancel(self, context: bpy.types.Context) -> None:
        """Blender takes the operator away."""
        self._end(context)

    def _end(self, context: bpy.types.Context) -> tuple[str, str]:
        if self._timer is not None:
            present(context.window_manager).event_timer_remove(self._timer)
            self._timer = None
        assert self._process is not None
        if self._process.poll() is None:
            self._process.kill()
        return self._process.communicate()

    def _told(self, found: Mapping[str, Any]) -> set[OperatorReturn]:
        _Shown.settings, _Shown.lines = preferences.worker_settings(), tuple(probe_lines(found))
        text, works = _Shown.lines[0]
        tell(self, "INFO" if works else "ERROR", " ".join([text, *(line for line, _ in _Shown.lines[1:])]))
        return {"FINISHED"} if works else {"CANCELLED"}


def _understood(said: str, wrong: str) -> Mapping[str, Any]:
    lines = [line for line in said.splitlines() if line.startswith("{")]
    try:
        found = json.loads(lines[-1])
    except (IndexError, ValueError):
        last = (wrong.strip() or said.strip()).splitlines()
        return {"problem": last[-1] if last else "It said nothing."}
    return found if isinstance(found, dict) else {"problem": str(found)}


def probe_lines(found: Mapping[str, Any]) -> list[tuple[str, bool]]:
    """What a test found, as lines for people; the first says whether it works."""
    works = bool(found.get("works"))
    lines = []
    if works:
        text = interface("Works: a second of motion in {seconds} s, {runs_on}")
        lines.append((text.format(seconds=f"{found['seconds']:.2f}", runs_on=found["runs_on"]), True))
    else:
        lines.append((interface("It can't run the models:") + f" {found.get('problem')}", False))
    if "python" in found:
        versions = [f"Python {found['python']}"]
        for name in ("numpy", "onnxruntime", "torch", "tokenizers"):
            versions.append(f"{name} {found[name]}" if found.get(name) else interface("no {name}").format(name=name))
        lines.append((", ".join(versions), works))
    if found.get("devices"):
        lines.append((interface("torch's devices: {devices}").format(devices=", ".join(found["devices"])), works))
    return lines


class MOTIONMIX_OT_open_model_card(bpy.types.Operator):
    """Show what a model was trained on, what it can and can't do, and its licence"""

    bl_idname = "motionmix.open_model_card"
    bl_label = "Open Model Card"
    bl_options = {"REGISTER"}

    model: StringProperty(name="Model", description="Name of the model. Empty: the usual one", options={"SKIP_SAVE"})

    def execute(self, context: bpy.types.Context) -> set[OperatorReturn]:
        """Load the card as a text and show it in a window of its own."""
        try:
            found = model_summaries(preferences.models_folder())
        except MotionMixError as error:
            return failed(self, error)
        model = next((model for model in found if model.name == (self.model or model.name)), None)
        if model is None or model.card is None:
            tell(self, "ERROR", f"The model “{self.model}” has no card in {preferences.models_folder()}")
            return {"CANCELLED"}
        card = model.card.read_text(encoding="utf-8", errors="replace")
        text_window.show(context, f"{model.name} MODEL_CARD.md", card, from_top=True)
        tell(self, "INFO", str(model.card))
        return {"FINISHED"}


CLASSES = (MOTIONMIX_OT_test_python, MOTIONMIX_OT_open_model_card)
