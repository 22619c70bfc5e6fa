"""Clean up a capture, and look how noisy it is."""

# Blender declares properties as annotations that call functions.
# mypy: disable-error-code="valid-type"

from __future__ import annotations

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty

from ..core import Motion, MotionMixError, OperatorReturn
from ..editing import clean_up, look, reading, settings
from ..editing.bones import PRESET_ITEMS
from ..editing.reading import Reader
from ..present import present
from ..rigs import read
from ..telling import failed, tell
from .active_rig import RigOperator, rig_of
from .asked import SKIP
from .beside import BesideTheWindow
from .edit_base import RangeOperator


class MOTIONMIX_OT_edit_clean_up(RangeOperator, bpy.types.Operator):
    """Take shaking, pops, lost frames and sliding feet out of a capture"""

    bl_idname = "motionmix.edit_clean_up"
    bl_label = "Clean Up"
    bl_options = {"UNDO"}
    tool = "clean_up"

    strength: FloatProperty(name="Strength", description=settings.NOISE_TEXT, default=0.15, options=SKIP)
    protect_parts: EnumProperty(
        name="Protect", description=settings.PROTECT_TEXT, items=PRESET_ITEMS, options={"ENUM_FLAG", "SKIP_SAVE"}
    )
    protect_keys: BoolProperty(name="Protect Selected Keys", description=settings.PROTECT_KEYS_TEXT, options=SKIP)


class MOTIONMIX_OT_edit_measure(RigOperator, BesideTheWindow, bpy.types.Operator):
    """Find out how noisy the motion is, and set the strength that suits it"""

    bl_idname = "motionmix.edit_measure"
    bl_label = "Measure Noise"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[OperatorReturn]:
        """Read the range and say what was found: for scripts."""
        scene = present(context.scene)
        try:
            motion = clean_up.looked_at(scene, read.target_of(context.object), settings.spec_of(scene, "clean_up"))
            return self._told(clean_up.noise_line(motion))
        except MotionMixError as error:
            return failed(self, error)

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[OperatorReturn]:
        """Read a few frames at a time; the window goes on."""
        if bpy.app.background or context.window is None:
            return self.execute(context)
        try:
            run = begun(present(context.scene), rig_of(context))
        except Exception as error:
            return self._fail(error)
        return self._start(context, run)

    def _told(self, result: tuple[str, float]) -> set[OperatorReturn]:
        panel = settings.of(present(bpy.context.scene))
        panel.found, panel.noise = result
        tell(self, "INFO", f"Found: {panel.found}")
        return {"FINISHED"}


def begun(scene: bpy.types.Scene, obj: bpy.types.Object) -> look.LookRun[Motion, tuple[str, float]]:
    """Measuring, begun. Raises MotionMixError when there is nothing to measure."""
    spec = settings.spec_of(scene, "clean_up")

    def begin(scene: bpy.types.Scene, obj: bpy.types.Object, reader: Reader) -> Motion:
        return clean_up.looked_at(scene, obj, spec, reader)

    return look.LookRun(reading.beginning(begin, scene, obj), clean_up.noise_line)


CLASSES = (MOTIONMIX_OT_edit_clean_up, MOTIONMIX_OT_edit_measure)
