"""Choosing whom the motion is for, where something else than an armature is active."""

# Blender declares properties as annotations that call functions.
# mypy: disable-error-code="valid-type"

from __future__ import annotations

import bpy
from bpy.props import StringProperty

from ..core import OperatorReturn, RequestError
from ..present import present
from ..rigs import batch
from ..telling import allowed, failed


class MOTIONMIX_OT_choose_rig(bpy.types.Operator):
    """Make an armature of this scene the active object, so that it gets the motion"""

    bl_idname = "motionmix.choose_rig"
    bl_label = "Choose Armature"
    bl_options = {"REGISTER", "UNDO"}

    rig: StringProperty(
        name="Armature", description="Name of the armature. Empty: the only one there is", options={"SKIP_SAVE"}
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """There must be one."""
        if not batch.visible(context):
            return allowed(cls, "No armature can be seen in this scene. Add one (Add > Armature), or unhide it")
        return True

    def execute(self, context: bpy.types.Context) -> set[OperatorReturn]:
        """Select it alone."""
        there = {obj.name: obj for obj in batch.visible(context)}
        if not self.rig and len(there) > 1:
            return failed(self, RequestError(f"There are {len(there)} armatures: click on the one that is meant"))
        chosen = there.get(self.rig) if self.rig else next(iter(there.values()))
        if chosen is None:
            return failed(self, RequestError(f"No armature called “{self.rig}” can be seen in this scene"))
        if context.object is not None and context.object.mode != "OBJECT":
            bpy.ops.object.mode_set(mode="OBJECT")
        for obj in list(context.selected_objects or ()):
            obj.select_set(False)
        chosen.select_set(True)
        present(context.view_layer).objects.active = chosen
        return {"FINISHED"}


class MOTIONMIX_MT_rigs(bpy.types.Menu):
    """The armatures that can be seen."""

    bl_idname = "MOTIONMIX_MT_rigs"
    bl_label = "Choose Armature"

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the menu."""
        layout = present(self.layout)
        for obj in batch.visible(context):
            button = layout.operator(
                MOTIONMIX_OT_choose_rig.bl_idname, text=obj.name, icon="OUTLINER_OB_ARMATURE", translate=False
            )
            button.rig = obj.name


CLASSES = (MOTIONMIX_OT_choose_rig, MOTIONMIX_MT_rigs)
