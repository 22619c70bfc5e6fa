"""What all edits have in common: they look at the rig, ask the worker (several times if need be), and key the answer.

Called by a script an edit blocks until it's done; pressed in the window it runs beside the animator's work, and Esc
ends it.
"""

# Blender declares properties as annotations that call functions.
# mypy: disable-error-code="valid-type"

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import bpy
from bpy.props import EnumProperty, FloatProperty, StringProperty

from .. import jobs, worker_bridge
from ..core import OperatorReturn
from ..editing import compare, reading, settings
from ..editing import job as editing_job
from ..editing.meant import meant
from ..editing.ranges import RANGE_ITEMS
from ..editing.reading import Reader, at_once
from ..editing.run import Editing, EditRun
from ..editing.spec import OUTPUT_ITEMS, EditSpec, parsed_names
from ..present import present
from ..rigs import read
from ..takes import collection
from ..telling import tell
from .active_rig import RigOperator
from .asked import SKIP, AskedOperator
from .beside import BesideTheWindow, progress_at_mouse
from .seed import draw_unless_kept


class EditOperator(AskedOperator, RigOperator, BesideTheWindow):
    """Base of the edits; each names its `tool`, and adds its own properties, called as in EditSpec."""

    tool = ""

    prompt: StringProperty(name="Prompt", description=settings.PROMPT_TEXT, options=SKIP)
    output: EnumProperty(
        name="Into", description=settings.OUTPUT_TEXT, items=OUTPUT_ITEMS, default="TAKE", options=SKIP
    )
    instead_of: StringProperty(
        name="Instead Of",
        description="The Action that was shown before the source of the take that is made again; empty: the own pose",
        options={"SKIP_SAVE", "HIDDEN"},
    )

    _rig = 0  # the armature's session-wide number: pointers don't live through an undo

    def execute(self, context: bpy.types.Context) -> set[OperatorReturn]:
        """Edit and wait for it: for scripts."""
        try:
            with progress_at_mouse(context) as show:
                scene, obj = present(context.scene), read.target_of(context.object)
                job = self._planned(scene, obj, self.spec(context), at_once)
                while job.request is not None:
                    job.receive(worker_bridge.bridge().run(job.request, show))
                return self._told(job.finish())
        except Exception as error:  # told to the animator: a traceback in a console that nobody sees helps nobody
            return self._fail(error)

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[OperatorReturn]:
        """Start, and let the animator go on working."""
        if bpy.app.background or context.window is None:
            return self.execute(context)
        draw_unless_kept(context, self)
        context.window.cursor_set("WAIT")
        try:
            scene, obj = present(context.scene), present(read.target_of(context.object))
            self._rig = obj.session_uid
            run = self.begun(scene, obj, self.spec(context))
        except Exception as error:
            return self._fail(error)
        finally:
            context.window.cursor_set("DEFAULT")
        return self._start(context, run)

    def spec(self, context: bpy.types.Context) -> EditSpec:
        """The panel's (or a take's) settings, with what the caller gave in their place."""
        own: Any = self
        obj = read.target_of(context.object)
        if self.take and obj is not None:
            spec = compare.spec_of(collection.find(obj, self.take))
        else:
            spec = settings.spec_of(present(context.scene), self.tool)
        given: dict[str, Any] = {}
        for field in fields(EditSpec):
            if field.name in own.properties.bl_rna.properties and own.properties.is_property_set(field.name):
                value = getattr(self, field.name)
                given[field.name] = tuple(sorted(value)) if isinstance(value, set) else value
        if "collections" in given:
            given["collections"] = parsed_names(given["collections"])
        if given.keys() & {"range", "protect_keys"}:
            spec = replace(spec, poses=None)  # what is selected now is meant
        if "bones" in given:
            spec = replace(spec, names=())
        return replace(spec, **given)

    @classmethod
    def begun(cls, scene: bpy.types.Scene, obj: bpy.types.Object, spec: EditSpec) -> EditRun:
        """The edit, begun beside the window. Raises MotionMixError when nothing can come of it."""
        spec = meant(scene, obj, spec)  # while the rig is being read the animator may select something else

        def begin(scene: bpy.types.Scene, obj: bpy.types.Object, reader: Reader) -> Editing:
            return cls._planned(scene, obj, spec, reader)

        return EditRun(reading.beginning(begin, scene, obj))

    _planned: Callable[[bpy.types.Scene, bpy.types.Object | None, EditSpec, Reader], Editing] = staticmethod(
        editing_job.begin
    )
    """Begins it, for scripts and in the window alike."""

    def _fail(self, error: Exception) -> set[OperatorReturn]:
        """As all work beside the window; a take that isn't made again after all leaves shown what was."""
        own: Any = self
        obj, take = jobs.by_uid(bpy.data.objects, self._rig), bpy.data.actions.get(self.take)
        if own.properties.is_property_set("instead_of") and isinstance(obj, bpy.types.Object) and take is not None:
            compare.hide_source(obj, take, self.instead_of)
        return super()._fail(error)

    def _told(self, edited: editing_job.Edited) -> set[OperatorReturn]:
        own: Any = self
        if edited.takes > 1:
            tell(own, "INFO", f"The result is “{edited.action.name}”, and {edited.takes - 1} more takes")
        else:
            tell(own, "INFO", f"The result is “{edited.action.name}”")
        for line in edited.warnings:  # last, since the status bar shows the last line that was told
            tell(own, "WARNING", line)
        return {"FINISHED"}


class RangeOperator(EditOperator):
    """Base of the edits of a range of frames."""

    range: EnumProperty(
        name="Frames", description=settings.RANGE_TEXT, items=RANGE_ITEMS, default="SELECTED", options=SKIP
    )
    first: FloatProperty(name="First", description=settings.FIRST_TEXT, default=1.0, options=SKIP)
    last: FloatProperty(name="Last", description=settings.LAST_TEXT, default=50.0, options=SKIP)

    def spec(self, context: bpy.types.Context) -> EditSpec:
        """Frames that are given are meant, whatever range the panel shows."""
        own: Any = self
        spec = super().spec(context)
        given = own.properties.is_property_set("first") and own.properties.is_property_set("last")
        return replace(spec, range="FRAMES") if given and not own.properties.is_property_set("range") else spec
