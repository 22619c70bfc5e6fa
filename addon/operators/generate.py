"""Generate: from the prompt to a new Action on the active armature.

Called by a script it blocks until the motion is there (`execute`); pressed in the window it runs beside the
animator's work (`invoke`, `modal`): the worker process computes, a timer looks in on it, Esc or the Cancel button
ends it.
"""

# Blender declares properties as annotations that call functions.
# mypy: disable-error-code="valid-type"

from __future__ import annotations

from dataclasses import replace

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, StringProperty

from .. import jobs, prompts, properties, runs, worker_bridge
from ..core import OperatorReturn
from ..present import present
from ..rigs import batch, read
from ..takes import collection
from ..telling import tell
from .active_rig import RigOperator
from .asked import SKIP, AskedOperator
from .beside import BesideTheWindow, progress_at_mouse
from .seed import draw_unless_kept


class MOTIONMIX_OT_generate(AskedOperator, RigOperator, BesideTheWindow, bpy.types.Operator):
    """Make motion from the prompt and put it on the active armature as a new Action. The Action it had is kept"""

    bl_idname = "motionmix.generate"
    bl_label = "Generate Motion"
    bl_options = {"UNDO"}

    prompt: StringProperty(name="Prompt", description=properties.PROMPT_TEXT, options=SKIP)
    seconds: FloatProperty(name="Length", description=properties.SECONDS_TEXT, default=4.0, options=SKIP)
    root: EnumProperty(
        name="Travel On", description=properties.ROOT_TEXT, items=properties.ROOT_ITEMS, default="hips", options=SKIP
    )
    frame_start: IntProperty(name="First Frame", description=properties.START_TEXT, default=1, options=SKIP)
    loop: BoolProperty(name="Loop", description=properties.LOOP_TEXT, options=SKIP)
    literal: BoolProperty(name="Literal Prompt", description=properties.LITERAL_TEXT, options=SKIP)
    extend_range: BoolProperty(
        name="Extend Frame Range", description=properties.EXTEND_TEXT, default=True, options=SKIP
    )
    frames: IntProperty(
        name="Length in Frames",
        description="Length in frames of the scene, in place of the length in seconds",
        default=0,
        options=SKIP,
    )
    key_rate: EnumProperty(
        name="Make Keys On",
        description=properties.KEY_RATE_TEXT,
        items=(
            ("scene", "Scene's Frames", "One key on every frame of the scene"),
            ("model", "Model's Frames", "One key for each frame that the model made"),
        ),
        default="scene",
        options=SKIP,
    )

    def execute(self, context: bpy.types.Context) -> set[OperatorReturn]:
        """Make the motion and wait for it: for scripts."""
        try:
            with progress_at_mouse(context) as show:
                job = self._prepare(context)
                return self._told(jobs.finish(job, worker_bridge.bridge().run(job.request, show)))
        except Exception as error:  # told to the animator: a traceback in a console that nobody sees helps nobody
            return self._fail(error)

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[OperatorReturn]:
        """Start the motion and let the animator go on working."""
        if bpy.app.background or context.window is None:
            return self.execute(context)
        draw_unless_kept(context, self)
        try:
            run = runs.Run(self._prepare(context))
        except Exception as error:
            return self._fail(error)
        prompts.remember(run.job.settings.prompt)
        return self._start(context, run)

    def _prepare(self, context: bpy.types.Context) -> jobs.Job:
        """The job of the panel's (or a take's) settings, with those that the caller gave in their place."""
        obj = read.target_of(context.object)
        if self.take and obj is not None:
            settings = jobs.settings_of(collection.request(collection.find(obj, self.take)))
        else:
            settings = jobs.panel_settings(present(context.scene))
        own = self.properties
        known = own.bl_rna.properties
        given = {
            name: getattr(self, name)
            for name in settings.__dataclass_fields__
            if name in known and own.is_property_set(name)
        }
        if "seconds" in given:
            given.setdefault("frames", 0)
        if {"prompt", "seconds", "frames"} & given.keys():
            given["segments"] = ()
        others = [other for other in batch.selected(context) if other != obj]
        return jobs.prepare(present(context.scene), obj, replace(settings, **given), others)

    def _told(self, takes: jobs.Takes) -> set[OperatorReturn]:
        first, last, count = takes.actions[0].name, takes.actions[-1].name, len(takes.actions)
        tell(self, "INFO", f"Made “{first}”" if count == 1 else f"Made {count} takes, “{first}” to “{last}”")
        for line in takes.warnings:  # last, since the status bar shows the last line that was told
            tell(self, "WARNING", line)
        return {"FINISHED"}


CLASSES = (MOTIONMIX_OT_generate,)
