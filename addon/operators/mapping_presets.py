"""Bone maps saved under a name and set again on another armature."""

# Blender declares properties as annotations that call functions.
# mypy: disable-error-code="valid-type"

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import StringProperty

from ..core import OperatorReturn, RigError
from ..present import present
from ..rigs import presets, read, settings
from ..telling import failed, tell
from .active_rig import RigOperator, rig_of

_SKIP: Any = {"SKIP_SAVE"}


class MOTIONMIX_OT_mapping_save(RigOperator, bpy.types.Operator):
    """Save which bones are which as a preset, in your own folder, to be used on other armatures and in other files"""

    bl_idname = "motionmix.mapping_save"
    bl_label = "Save Bone Preset"
    bl_options = {"REGISTER"}

    name: StringProperty(name="Name", description="The preset's name", options=_SKIP)

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[OperatorReturn]:
        """Ask for the name."""
        self.name = self.name or rig_of(context).name
        return present(context.window_manager).invoke_props_dialog(self)

    def execute(self, context: bpy.types.Context) -> set[OperatorReturn]:
        """Write the file."""
        obj = rig_of(context)
        try:
            mapping = settings.as_set(obj) if settings.of(obj).base else read.mapping_of(obj)
            path = presets.save(self.name, mapping)
        except RigError as error:
            return failed(self, error)
        tell(self, "INFO", f"Saved {path}")
        return {"FINISHED"}


class MOTIONMIX_OT_mapping_load(RigOperator, bpy.types.Operator):
    """Set the bones of the active armature from this preset"""

    bl_idname = "motionmix.mapping_load"
    bl_label = "Load Bone Preset"
    bl_options = {"REGISTER", "UNDO"}

    name: StringProperty(name="Name", description="The preset's name", options=_SKIP)

    def execute(self, context: bpy.types.Context) -> set[OperatorReturn]:
        """Fill the fields; bones that this armature lacks are told."""
        obj = rig_of(context)
        try:
            rig = read.describe(obj)
            mapping = presets.load(self.name)
        except RigError as error:
            return failed(self, error)
        wanted = {name for names in mapping.bones.values() for name in names}
        if not wanted & set(rig.bones):
            tell(self, "ERROR", f"“{obj.name}” has none of the bones of the preset “{self.name}”. Nothing was changed")
            return {"CANCELLED"}
        settings.keep(obj, mapping)
        absent = sorted(wanted - set(rig.bones))
        if absent:
            more = f" and {len(absent) - 4} more" if len(absent) > 4 else ""
            tell(self, "WARNING", f"“{obj.name}” lacks bones of this preset: {', '.join(absent[:4])}{more}")
        return {"FINISHED"}


class MOTIONMIX_OT_mapping_delete(bpy.types.Operator):
    """Delete this preset's file. Armatures that were set by it stay as they are"""

    bl_idname = "motionmix.mapping_delete"
    bl_label = "Delete Bone Preset"
    bl_options = {"REGISTER"}

    name: StringProperty(name="Name", description="The preset's name", options=_SKIP)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[OperatorReturn]:
        """Ask first."""
        return present(context.window_manager).invoke_confirm(self, event)

    def execute(self, _context: bpy.types.Context) -> set[OperatorReturn]:
        """Delete the file."""
        try:
            presets.remove(self.name)
        except RigError as error:
            return failed(self, error)
        return {"FINISHED"}


class MOTIONMIX_MT_mapping_presets(bpy.types.Menu):
    """Saved bone maps"""

    bl_idname = "MOTIONMIX_MT_mapping_presets"
    bl_label = "Bone Presets"

    def draw(self, _context: bpy.types.Context) -> None:
        """Draw a line for each preset, and how to save and delete them."""
        layout = present(self.layout)
        found = presets.names()
        for name in found:
            layout.operator(MOTIONMIX_OT_mapping_load.bl_idname, text=name, translate=False).name = name
        if found:
            layout.separator()
        layout.operator(MOTIONMIX_OT_mapping_save.bl_idname, text="Save as Preset…", icon="ADD")
        if found:
            layout.menu(MOTIONMIX_MT_mapping_delete.bl_idname, icon="REMOVE")


class MOTIONMIX_MT_mapping_delete(bpy.types.Menu):
    """Delete a saved bone map"""

    bl_idname = "MOTIONMIX_MT_mapping_delete"
    bl_label = "Delete Preset"

    def draw(self, _context: bpy.types.Context) -> None:
        """Draw a line for each preset."""
        for name in presets.names():
            present(self.layout).operator(MOTIONMIX_OT_mapping_delete.bl_idname, text=name, translate=False).name = name


CLASSES = (
    MOTIONMIX_OT_mapping_save,
    MOTIONMIX_OT_mapping_load,
    MOTIONMIX_OT_mapping_delete,
    MOTIONMIX_MT_mapping_delete,
    MOTIONMIX_MT_mapping_presets,
)
