"""The extension's preferences: models, what runs them and how much it may use, frame rates, the log."""

# Blender declares properties as annotations that call functions.
# mypy: disable-error-code="valid-type"

from __future__ import annotations

import os
from pathlib import Path
from typing import cast

import bpy
from bpy.props import EnumProperty, IntProperty, StringProperty

from . import log
from .core import WorkerSettings
from .package import FOLDER, PACKAGE
from .present import present

MODELS_VARIABLE = "MOTIONMIX_MODELS"
"""Environment variable that names another models folder; it goes before the preference. For tests and render farms."""

_NEVER = 1e9  # seconds
_LEVELS = (
    ("DEBUG", "Everything", "For a bug report"),
    ("INFO", "Usual", "What was asked for and what came of it"),
    ("WARNING", "Problems", "Only what went wrong"),
)
_INTERPRETERS = (
    ("BUNDLED", "Bundled Runtime", "ONNX Runtime on the processor, which came with MotionMix"),
    (
        "PYTHON",
        "Another Python",
        "A Python of yours with numpy and either torch (for a graphics card) or onnxruntime",
    ),
)
_DEVICES = (
    ("auto", "Fastest", "A graphics card that torch can use, else the processor"),
    ("cpu", "Processor", "The processor, even if there is a graphics card"),
    ("cuda", "Nvidia or AMD Card", "A graphics card through CUDA or ROCm"),
    ("mps", "Apple GPU", "The graphics processor of an Apple computer"),
)
_KEY_RATES = (
    ("SCENE", "Scene's Frames", "Motion is resampled: one key on every frame of the scene"),
    (
        "MODEL",
        "Model's Frames",
        "One key for each frame that the model made, 30 a second: nothing is resampled, keys may lie between frames",
    ),
)


def _set_level(preferences: MotionMixPreferences, _context: bpy.types.Context) -> None:
    log.logger().setLevel(preferences.log_level)


class MotionMixPreferences(bpy.types.AddonPreferences):
    """Edit > Preferences > Add-ons > MotionMix."""

    bl_idname = PACKAGE

    models_folder: StringProperty(
        name="Models",
        subtype="DIR_PATH",
        default="",
        description="Folder with models. Empty: the ones that came with MotionMix",
    )
    interpreter: EnumProperty(
        name="Run Models With", items=_INTERPRETERS, default="BUNDLED", description="What computes the motion"
    )
    python: StringProperty(
        name="Python",
        subtype="FILE_PATH",
        default="",
        description="The program to run, such as /opt/torch/bin/python or C:\\torch\\Scripts\\python.exe",
    )
    device: EnumProperty(name="Device", items=_DEVICES, default="auto", description="What torch computes on")
    memory_limit: IntProperty(
        name="Memory Limit",
        default=2000,
        min=0,
        soft_min=300,
        soft_max=32000,
        step=100,
        description="Megabytes that the worker process may hold. Above that it is ended with a message. 0: no limit",
    )
    idle_minutes: IntProperty(
        name="Stop Worker After",
        default=10,
        min=0,
        soft_max=60,
        description="Minutes without work after which the worker process ends and frees its memory. 0: never",
    )
    key_rate: EnumProperty(
        name="Make Keys On",
        items=_KEY_RATES,
        default="SCENE",
        description="What to do when the scene's frame rate isn't the model's",
    )
    log_level: EnumProperty(
        name="Log", items=_LEVELS, default="INFO", update=_set_level, description="What is written to the log file"
    )

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the preferences."""
        from .panels import preferences as drawing  # the panels need the preferences

        drawing.draw(self, context)


def current() -> MotionMixPreferences:
    """The preferences as they are set now."""
    return cast(MotionMixPreferences, present(bpy.context.preferences).addons[PACKAGE].preferences)


def models_folder() -> Path:
    """Where the models are: the environment variable, the preference, or the extension's own folder."""
    chosen = os.environ.get(MODELS_VARIABLE, "").strip() or current().models_folder.strip()
    return Path(bpy.path.abspath(chosen)) if chosen else FOLDER / "pretrained"


def worker_settings() -> WorkerSettings:
    """How the worker is started."""
    chosen = current()
    other = chosen.interpreter == "PYTHON"
    return WorkerSettings(
        models_dir=models_folder(),
        python=Path(bpy.path.abspath(chosen.python.strip() or "python")) if other else None,
        runtime="auto" if other else "onnxruntime",
        device=chosen.device if other else "cpu",
        log_file=log.worker_log_path(),
        idle_seconds=60.0 * chosen.idle_minutes or _NEVER,
        memory_mb=float(chosen.memory_limit),
    )


CLASSES = (MotionMixPreferences,)
