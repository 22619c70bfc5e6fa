"""From a take back to what made it: the same again, the same with another seed, its settings into the panel."""

# Blender declares properties as annotations that call functions.
# mypy: disable-error-code="valid-type"

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import BoolProperty, IntProperty, StringProperty

from .. import compat, jobs, preferences
from ..core import MotionMixError, OperatorReturn
from ..editing import bones, compare
from ..editing import settings as edit_settings
from ..editing.spec import is_edit
from ..present import present
from ..rigs import write
from ..takes import collection, identity
from ..telling import allowed, failed, tell
from ..translations import interface
from .active_rig import rig_of
from .seed import draw_seed
from .take_target import TAKE_TEXT, TakeOperator, why_not


class MOTIONMIX_OT_take_again(bpy.types.Operator):
    """Make this take's motion again as a new take: the same settings and seed give the same keys"""

    bl_idname = "motionmix.take_again"
    bl_label = "Generate Take Again"
    bl_options = {"REGISTER"}  # the generation that it starts makes the undo step

    take: StringProperty(name="Take", description=TAKE_TEXT, options={"SKIP_SAVE"})
    new_seed: BoolProperty(
        name="New Seed", description="Draw another seed: the same settings, another motion", options={"SKIP_SAVE"}
    )
    variations: IntProperty(
        name="Variations", description="How many motions to make", default=1, min=1, soft_max=8, options={"SKIP_SAVE"}
    )

    @classmethod
    def description(cls, _context: bpy.types.Context, properties: Any) -> str:
        """The tooltip says which of the two it does."""
        if properties.new_seed:
            return interface("Make another motion with this take's settings and a new seed, as a new take")
        return interface(cls.__doc__ or "")

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """The active armature must have takes."""
        return allowed(cls, why_not(context))

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[OperatorReturn]:
        """Start it, and let the animator go on working."""
        return self._start(context, "INVOKE_DEFAULT")

    def execute(self, context: bpy.types.Context) -> set[OperatorReturn]:
        """Make it and wait for it."""
        return self._start(context, "EXEC_DEFAULT")

    def _start(self, context: bpy.types.Context, how: str) -> set[OperatorReturn]:
        try:
            action = collection.find(rig_of(context), self.take)
            request = collection.request(action)
            if not is_edit(request):
                jobs.settings_of(request)
        except MotionMixError as error:
            return failed(self, error)
        changed = identity.difference(request, preferences.models_folder())
        if changed:
            tell(self, "WARNING", changed)
        if compare.is_guessed(request):
            tell(self, "WARNING", f"“{action.name}” doesn't say where its loop begins: the Action's first key is taken")
        given: dict[str, Any] = {"seed": draw_seed()} if self.new_seed else {}
        if self.variations > 1:
            given["variations"] = self.variations
        blender: Any = bpy.ops
        ours = blender.motionmix
        obj = rig_of(context)
        before, shown = write.snapshot(obj), compat.current_assignment(obj).action
        result: set[OperatorReturn] = {"CANCELLED"}
        try:
            if is_edit(request):
                given.pop("variations", None)
                tool = compare.edit_of_source(obj, action, request)
                given["instead_of"] = shown.name if shown is not None else ""
                result = getattr(ours, f"edit_{tool}")(how, True, take=action.name, **given)
            else:
                result = ours.generate(how, True, take=action.name, **given)
        except MotionMixError as error:
            return failed(self, error)
        except RuntimeError as error:  # what the generation reported as an error
            tell(self, "ERROR", str(error).removeprefix("Error: ").strip())
        finally:
            if "CANCELLED" in result:  # the source was shown for the edit
                write.put_back(obj, before)
        return {"CANCELLED"} if "CANCELLED" in result else {"FINISHED"}


class MOTIONMIX_OT_take_use_settings(TakeOperator, bpy.types.Operator):
    """Put the settings that made this take back into the panel, its seed too (and lock it)"""

    bl_idname = "motionmix.take_use_settings"
    bl_label = "Use Settings of Take"
    bl_options = {"REGISTER", "UNDO"}

    def run(self, context: bpy.types.Context, obj: bpy.types.Object, action: bpy.types.Action) -> set[OperatorReturn]:
        """Fill the panel."""
        request = collection.request(action)
        if is_edit(request):
            spec = compare.spec_of(action)
            edit_settings.fill_panel(present(context.scene), spec)
            if spec.names:
                bones.select(obj, spec.names)
        else:
            settings = jobs.settings_of(request)
            jobs.fill_panel(present(context.scene), settings)
            if settings.segments:
                edit_settings.fill_sequence(present(context.scene), settings.segments)
        tell(self, "INFO", f"The panel has the settings of “{action.name}”")
        return {"FINISHED"}


CLASSES = (MOTIONMIX_OT_take_again, MOTIONMIX_OT_take_use_settings)
