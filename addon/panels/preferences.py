"""What the preferences look like."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from .. import models, preferences
from ..core import ModelError
from ..operators.open_log import MOTIONMIX_OT_copy_details, MOTIONMIX_OT_open_log
from ..operators.preference_tools import MOTIONMIX_OT_open_model_card, MOTIONMIX_OT_test_python, last_probe
from ..package import FOLDER
from ..translations import interface
from .tab import Icon

CLASSES = ()


def draw(chosen: Any, context: bpy.types.Context) -> None:
    """Draw the preferences; `chosen` is the AddonPreferences."""
    layout = chosen.layout
    layout.use_property_split = True
    layout.use_property_decorate = False
    layout.prop(chosen, "models_folder", placeholder=str(FOLDER / "pretrained"))
    _draw_models(layout.column(align=True), preferences.models_folder())
    column = layout.column()
    column.prop(chosen, "interpreter")
    if chosen.interpreter == "PYTHON":
        column.prop(chosen, "python", placeholder="python")
        column.prop(chosen, "device")
    _draw_probe(column)
    column = layout.column()
    column.prop(chosen, "memory_limit", text="Memory Limit (MB)")
    column.prop(chosen, "idle_minutes", text="Stop Worker After (min)")
    layout.prop(chosen, "key_rate")
    layout.prop(chosen, "log_level")
    row = layout.row(align=True)
    row.operator(MOTIONMIX_OT_open_log.bl_idname, icon="TEXT")
    row.operator(MOTIONMIX_OT_copy_details.bl_idname, icon="COPYDOWN")


def _draw_models(layout: bpy.types.UILayout, folder: Path) -> None:
    try:
        found = models.summaries(folder)
    except (ModelError, OSError) as error:
        layout.label(text=interface(str(error)), icon="ERROR", translate=False)
        return
    if not found:
        layout.label(text="There is no motion model in this folder", icon="ERROR")
    for model in found:
        row = layout.row()
        row.label(text=model.name, icon="ERROR" if model.problem else "CHECKMARK", translate=False)
        size = interface("{size} MB").format(size=round(model.megabytes))
        row.label(text=f"{size}  {model.licence or interface('no licence given')}", translate=False)
        card = row.row()
        card.enabled = model.card is not None
        card.operator(MOTIONMIX_OT_open_model_card.bl_idname, text="Card", icon="TEXT").model = model.name
        if model.problem:
            layout.label(text=interface(model.problem), icon="BLANK1", translate=False)


def _draw_probe(layout: bpy.types.UILayout) -> None:
    row = layout.row()
    row.operator(MOTIONMIX_OT_test_python.bl_idname, icon="CONSOLE")
    for number, (line, good) in enumerate(last_probe()):
        icon: Icon = ("CHECKMARK" if good else "ERROR") if number == 0 else "BLANK1"
        layout.label(text=line, icon=icon, translate=False)
