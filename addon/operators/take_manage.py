"""Keeping the list of takes tidy: star, rename, duplicate, delete."""

# Blender declares properties as annotations that call functions.
# mypy: disable-error-code="valid-type"

from __future__ import annotations

import bpy
from bpy.props import StringProperty

from ..core import OperatorReturn, RequestError
from ..present import present
from ..takes import collection, copies
from ..telling import allowed, tell
from .active_rig import rig_of
from .take_target import TakeOperator, why_not


class MOTIONMIX_OT_take_star(TakeOperator, bpy.types.Operator):
    """Give the take a star, or take it away: the list can show the starred ones alone"""

    bl_idname = "motionmix.take_star"
    bl_label = "Star Take"
    bl_options = {"REGISTER", "UNDO"}

    def run(self, _context: bpy.types.Context, _obj: bpy.types.Object, action: bpy.types.Action) -> set[OperatorReturn]:
        """Toggle the star."""
        record = collection.record(collection.editable(action))
        record.starred = not record.starred
        return {"FINISHED"}


class MOTIONMIX_OT_take_rename(TakeOperator, bpy.types.Operator):
    """Give the take another name"""

    bl_idname = "motionmix.take_rename"
    bl_label = "Rename Take"
    bl_options = {"REGISTER", "UNDO"}

    name: StringProperty(name="Name", description="The take's new name", options={"SKIP_SAVE"})

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[OperatorReturn]:
        """Ask for the name."""
        shown = collection.shown(rig_of(context))
        if not self.name:
            self.name = self.take or (shown.name if shown is not None else "")
        return present(context.window_manager).invoke_props_dialog(self)

    def draw(self, _context: bpy.types.Context) -> None:
        """The name alone."""
        present(self.layout).prop(self, "name")

    def run(self, _context: bpy.types.Context, _obj: bpy.types.Object, action: bpy.types.Action) -> set[OperatorReturn]:
        """Rename the Action."""
        name = self.name.strip()
        if not name:
            raise RequestError("A take needs a name")
        collection.editable(action).name = name
        if action.name != name:
            tell(self, "WARNING", f"There is another Action of that name: the take is called “{action.name}”")
        return {"FINISHED"}


class MOTIONMIX_OT_take_duplicate(TakeOperator, bpy.types.Operator):
    """Copy the take, with the request that made it, and show the copy: to try something on it"""

    bl_idname = "motionmix.take_duplicate"
    bl_label = "Duplicate Take"
    bl_options = {"REGISTER", "UNDO"}

    def run(self, _context: bpy.types.Context, obj: bpy.types.Object, action: bpy.types.Action) -> set[OperatorReturn]:
        """Copy it."""
        tell(self, "INFO", f"Made “{copies.duplicate(obj, action).name}”")
        return {"FINISHED"}


class MOTIONMIX_OT_take_delete(TakeOperator, bpy.types.Operator):
    """Delete the take; the next one is shown. Undo brings it back"""

    bl_idname = "motionmix.take_delete"
    bl_label = "Delete Take"
    bl_options = {"REGISTER", "UNDO"}

    def run(self, _context: bpy.types.Context, obj: bpy.types.Object, action: bpy.types.Action) -> set[OperatorReturn]:
        """Delete it."""
        name = action.name
        copies.delete(obj, action)
        tell(self, "INFO", f"Deleted “{name}”. Undo brings it back")
        return {"FINISHED"}


class MOTIONMIX_OT_take_delete_unstarred(bpy.types.Operator):
    """Delete all takes of this armature that have no star, save those in NLA strips. Undo brings them back"""

    bl_idname = "motionmix.take_delete_unstarred"
    bl_label = "Delete Takes Without Star"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """There must be takes without a star."""
        reason = why_not(context)
        if not reason and not copies.unstarred(rig_of(context)):
            reason = "Every take has a star, is linked, or is in an NLA strip"
        return allowed(cls, reason)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[OperatorReturn]:
        """Ask first."""
        return present(context.window_manager).invoke_confirm(self, event)

    def execute(self, context: bpy.types.Context) -> set[OperatorReturn]:
        """Delete them."""
        obj = rig_of(context)
        actions = copies.unstarred(obj)
        for action in actions:
            copies.delete(obj, action)
        tell(self, "INFO", f"Deleted {len(actions)} takes. Undo brings them back")
        return {"FINISHED"}


CLASSES = (
    MOTIONMIX_OT_take_star,
    MOTIONMIX_OT_take_rename,
    MOTIONMIX_OT_take_duplicate,
    MOTIONMIX_OT_take_delete,
    MOTIONMIX_OT_take_delete_unstarred,
)
