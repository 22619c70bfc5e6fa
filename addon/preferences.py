"""The extension's preferences: where the models are, how long the worker waits, what is logged."""

# Blender declares properties as annotations that call functions.
# mypy: disable-error-code="valid-type"

from __future__ import annotations

import os
from pathlib import Path

import bpy
from bpy.props import EnumProperty, IntProperty, StringProperty

from . import log
from .package import FOLDER, PACKAGE

MODELS_VARIABLE = "MOTIONMIX_MODELS"
"""Environment variable that names another models folder; it goes before the preference. For tests and render farms."""

_LEVELS = (
    ("DEBUG", "Everything", "For a bug report"),
    ("INFO", "Usual", "What was asked for and what came of it"),
    ("WARNING", "Problems", "Only what went wrong"),
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
    idle_minutes: IntProperty(
        name="Stop Worker After",
        default=10,
        min=0,
        soft_max=60,
        description="Minutes without work after which the worker process ends and frees its memory. 0: never",
    )
    log_level: EnumProperty(
        name="Log", items=_LEVELS, default="INFO", update=_set_level, description="What is written to the log file"
    )

    def draw(self, _context: bpy.types.Context) -> None:
        """Draw the preferences."""
        layout = self.layout
        layout.use_property_split = True
        layout.prop(self, "models_folder", placeholder=str(FOLDER / "pretrained"))
        layout.prop(self, "idle_minutes", text="Stop Worker After (min)")
        layout.prop(self, "log_level")
        row = layout.row(align=True)
        row.operator("motionmix.open_log", icon="TEXT")
        row.operator("motionmix.copy_details", icon="COPYDOWN")


def current() -> MotionMixPreferences:
    """The preferences as they are set now."""
    return bpy.context.preferences.addons[PACKAGE].preferences  # type: ignore[return-value, union-attr]


def models_folder() -> Path:
    """Where the models are: the environment variable, the preference, or the extension's own folder."""
    chosen = os.environ.get(MODELS_VARIABLE, "").strip() or current().models_folder.strip()
    return Path(bpy.path.abspath(chosen)) if chosen else FOLDER / "pretrained"


CLASSES = (MotionMixPreferences,)
