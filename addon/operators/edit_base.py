"""What all edits have in common: they look at the rig, ask the worker (several times if need be), and key the answer.

Called by a script an edit blocks until it's done; pressed in the window it runs beside the animator's work, and Esc
ends it.
"""

# Blender declares properties as annotations that call functions.
# mypy: disable-error-code="valid-type"

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, StringProperty

from .. import log, properties, worker_bridge
from ..core import Cancelled, MotionMixError, OperatorReturn
from ..editing import job as editing_job
from ..editing import settings
from ..editing.ranges import RANGE_ITEMS
from ..editing.run import EditRun
from ..editing.spec import OUTPUT_ITEMS, EditSpec
from ..rigs import read
from ..takes import collection
from .generate import redraw_sidebars
from .seed import draw_seed

_TICK, _WRITING_TICK = 0.05, 0.01  # seconds between looks at the work
SKIP: Any = {"SKIP_SAVE"}  # what isn't given is taken from the panel, not from the last call


class EditOperator:
    """Base of the edits; each names its `tool`, and adds its own properties, called as in EditSpec."""

    tool = ""

    prompt: StringProperty(name="Prompt", description=settings.PROMPT_TEXT, options=SKIP)
    seed: IntProperty(name="Seed", description=properties.SEED_TEXT, options=SKIP)
    quality: EnumProperty(
        name="Quality",
        description=properties.QUALITY_TEXT,
        items=properties.QUALITY_ITEMS,
        default="normal",
        options=SKIP,
    )
    guidance: FloatProperty(name="Guidance", description=properties.GUIDANCE_TEXT, default=2.5, options=SKIP)
    steps: IntProperty(name="Steps", description=properties.STEPS_TEXT, default=14, options=SKIP)
    foot_lock: BoolProperty(name="Foot Lock", description=properties.FOOT_LOCK_TEXT, default=True, options=SKIP)
    model: StringProperty(name="Model", description="Name of the model. Empty: the usual one", options=SKIP)
    output: EnumProperty(
        name="Into", description=settings.OUTPUT_TEXT, items=OUTPUT_ITEMS, default="TAKE", options=SKIP
    )
    take: StringProperty(
        name="As Take", description="Name of a take: its settings are used in place of the panel's", options=SKIP
    )

    _run: EditRun | None = None
    _timer: bpy.types.Timer | None = None
    _shown: tuple[float, str] = (0.0, "")

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """An armature that can be animated must be active."""
        reason = read.problem(read.target_of(context.object))
        if reason:
            cls.poll_message_set(reason)  # type: ignore[attr-defined]
        return not reason

    def execute(self, context: bpy.types.Context) -> set[OperatorReturn]:
        """Edit and wait for it: for scripts."""
        window_manager = context.window_manager
        window_manager.progress_begin(0, 100)
        try:
            job = self._begin(context)
            while job.request is not None:
                job.receive(
                    worker_bridge.bridge().run(
                        job.request, lambda progress: window_manager.progress_update(int(100 * progress.fraction))
                    )
                )
            return self._told(job.finish())
        except Exception as error:  # told to the animator: a traceback in a console that nobody sees helps nobody
            return self._fail(error)
        finally:
            window_manager.progress_end()

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[OperatorReturn]:
        """Start, and let the animator go on working."""
        if bpy.app.background or context.window is None:
            return self.execute(context)
        panel = properties.of(context.scene)
        if not (panel.lock_seed or self.take or self.properties.is_property_set("seed")):  # type: ignore[attr-defined]
            panel.seed = draw_seed()
        context.window.cursor_set("WAIT")
        try:
            self._run = EditRun(self._begin(context))
        except Exception as error:
            return self._fail(error)
        finally:
            context.window.cursor_set("DEFAULT")
        self._timer = context.window_manager.event_timer_add(_TICK, window=context.window)
        context.window_manager.modal_handler_add(self)  # type: ignore[arg-type]
        context.workspace.status_text_set("MotionMix is making a motion    Esc: Cancel")
        redraw_sidebars(context)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[OperatorReturn]:
        """Do a small piece of the work; everything else passes through to Blender."""
        assert self._run is not None
        if event.type == "ESC" and event.value == "PRESS" and not _is_playing(context):
            self._run.cancel()
            return {"RUNNING_MODAL"}
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        was_writing = self._run.writing
        try:
            edited = self._run.tick()
        except Exception as error:
            self._leave(context)
            return self._fail(error)
        shown = worker_bridge.bridge().progress()
        if shown != self._shown:  # a sidebar that is drawn for nothing costs the window time
            self._shown = shown
            redraw_sidebars(context)
        if edited is not None:
            self._leave(context)
            return self._told(edited)
        if self._run.writing and not was_writing:  # now there is something to do in every tick
            self._remove_timer(context)
            self._timer = context.window_manager.event_timer_add(_WRITING_TICK, window=context.window)
        return {"PASS_THROUGH"}

    def cancel(self, context: bpy.types.Context) -> None:
        """Blender takes the operator away: the window was closed, or another file is being opened."""
        if self._run is not None:
            self._run.cancel()
            worker_bridge.settle()
        self._leave(context)

    def _leave(self, context: bpy.types.Context) -> None:
        self._remove_timer(context)
        if context.workspace is not None and not worker_bridge.bridge().busy:
            context.workspace.status_text_set(None)
        redraw_sidebars(context)

    def _remove_timer(self, context: bpy.types.Context) -> None:
        if self._timer is not None:
            context.window_manager.event_timer_remove(self._timer)
            self._timer = None

    def spec(self, context: bpy.types.Context) -> EditSpec:
        """The panel's (or a take's) settings, with what the caller gave in their place."""
        own: Any = self
        obj = read.target_of(context.object)
        if self.take and obj is not None:
            spec = EditSpec.from_stored(collection.request(collection.find(obj, self.take)))
        else:
            spec = settings.spec_of(context.scene, self.tool)
        given: dict[str, Any] = {}
        for field in fields(EditSpec):
            if field.name in own.properties.bl_rna.properties and own.properties.is_property_set(field.name):
                value = getattr(self, field.name)
                given[field.name] = tuple(sorted(value)) if isinstance(value, set) else value
        return replace(spec, **given)

    def _begin(self, context: bpy.types.Context) -> editing_job.Job:
        return editing_job.begin(context.scene, read.target_of(context.object), self.spec(context))

    def _told(self, edited: editing_job.Edited) -> set[OperatorReturn]:
        own: Any = self
        for line in edited.warnings:
            own.report({"WARNING"}, line)
        own.report({"INFO"}, f"The result is “{edited.action.name}”")
        return {"FINISHED"}

    def _fail(self, error: Exception) -> set[OperatorReturn]:
        own: Any = self
        if isinstance(error, Cancelled):
            own.report({"INFO"}, "Cancelled. Nothing was changed")
            return {"CANCELLED"}
        log.logger().error("%s: %s", self.tool, error, exc_info=error)
        if isinstance(error, MotionMixError):
            own.report({"ERROR"}, str(error))
        else:
            own.report({"ERROR"}, f"MotionMix has a fault ({error}). Nothing was changed. Details: {log.log_path()}")
        return {"CANCELLED"}


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


def _is_playing(context: bpy.types.Context) -> bool:
    """While the animation plays, Esc stops that and not the work."""
    return context.screen is not None and context.screen.is_animation_playing
