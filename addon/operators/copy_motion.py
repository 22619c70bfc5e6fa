"""The active armature's motion onto the other selected ones, whatever their bones and proportions."""

# Blender declares properties as annotations that call functions.
# mypy: disable-error-code="valid-type"

from __future__ import annotations

from collections.abc import Sequence

import bpy
import numpy as np
from bpy.props import BoolProperty, EnumProperty, IntProperty

from .. import properties
from ..core import MotionMixError, OperatorReturn, RigError
from ..present import present
from ..rigs import batch, read, transfer, unseen, write
from ..telling import allowed, failed, tell

_LONGEST = 20_000  # frames


class MOTIONMIX_OT_copy_motion(bpy.types.Operator):
    """Put the motion of the active armature on the other selected armatures, each as a new Action. Bones, rest poses and proportions may differ. What the active one really does is taken: constraints and the NLA are in it"""  # noqa: E501

    bl_idname = "motionmix.copy_motion"
    bl_label = "Copy Motion to Selected"
    bl_options = {"REGISTER", "UNDO"}

    use_range: BoolProperty(
        name="Choose Frames", description="These frames, rather than the action's or the scene's range"
    )
    frame_start: IntProperty(name="First", description="First frame that is copied", default=1)
    frame_end: IntProperty(name="Last", description="Last frame that is copied", default=250)
    foot_lock: BoolProperty(name="Foot Lock", description=properties.FOOT_LOCK_TEXT, default=True)
    root: EnumProperty(name="Travel On", description=properties.ROOT_TEXT, items=properties.ROOT_ITEMS, default="hips")

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Two armatures must be selected."""
        reason = read.unreadable(read.target_of(context.object))
        if not reason and len(batch.selected(context)) < 2:
            reason = "Select the armatures that shall get the motion, and the one that has it last"
        return allowed(cls, reason)

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[OperatorReturn]:
        """Propose the range that would be taken."""
        if not self.use_range:
            self.frame_start, self.frame_end = frame_range(present(context.scene), batch.selected(context)[0])
        return self.execute(context)

    def draw(self, _context: bpy.types.Context) -> None:
        """Draw the settings of the last call."""
        layout = present(self.layout)
        layout.use_property_split = True
        layout.prop(self, "root")
        layout.prop(self, "foot_lock")
        layout.prop(self, "use_range")
        column = layout.column(align=True)
        column.active = self.use_range
        column.prop(self, "frame_start")
        column.prop(self, "frame_end")

    def execute(self, context: bpy.types.Context) -> set[OperatorReturn]:
        """Read the motion once, write it to each; what can't take it is told, and left as it is."""
        source, *others = batch.selected(context)
        frames = (self.frame_start, self.frame_end) if self.use_range else frame_range(present(context.scene), source)
        try:
            made, told = copy_motion(
                present(context.scene), source, others, frames, root=self.root, foot_lock=self.foot_lock
            )
        except MotionMixError as error:
            return failed(self, error)
        for line in told:
            tell(self, "WARNING", line)
        tell(self, "INFO", f"Made {', '.join(f'“{action.name}”' for action in made)}")
        return {"FINISHED"}


def frame_range(scene: bpy.types.Scene, obj: bpy.types.Object) -> tuple[int, int]:
    """The frames of the armature's action; the scene's where it has none or an NLA stack plays."""
    data = obj.animation_data
    if data is None or data.action is None or (data.use_nla and any(not track.mute for track in data.nla_tracks)):
        return scene.frame_start, scene.frame_end
    first, last = data.action.frame_range[0], data.action.frame_range[1]
    return int(np.floor(first)), int(np.ceil(last))


def copy_motion(
    scene: bpy.types.Scene,
    source: bpy.types.Object,
    others: Sequence[bpy.types.Object],
    frames: tuple[int, int],
    *,
    root: str = "hips",
    foot_lock: bool = True,
) -> tuple[list[bpy.types.Action], list[str]]:
    """The motion of `source` in the frames (first and last) as a new Action on each of the others.

    Returns the actions and what the animator should be told: a line for each armature that can't take it. Raises
    RigError when none can, or the source can't be read; nothing has been changed then.
    """
    first, last = frames
    if not 0 <= last - first < _LONGEST:
        raise RigError(f"Frames {first} to {last} can't be copied. Choose a range of 1 to {_LONGEST} frames.")
    found = batch.sort_out(others)
    if not found.usable:
        raise RigError(found.refused[0])
    fps = scene.render.fps / scene.render.fps_base
    motion = transfer.take(scene, source, range(first, last + 1), fps)
    told = list(found.refused)
    poses = []
    for obj, target in found.usable:
        try:
            poses.append((obj, transfer.put(target, motion, root=root, foot_lock=foot_lock)))
        except RigError as error:
            told.append(str(error))
    if not poses:
        raise RigError(told[-1])
    made: list[bpy.types.Action] = []
    name = _name(source)
    for obj, rig_poses in poses:
        made += write.write_takes(obj, [rig_poses], [{"prompt": name, "copied_from": source.name}], first)
        told += [*rig_poses.warnings, *unseen.reasons(obj)]
    return made, list(dict.fromkeys(told))


def _name(source: bpy.types.Object) -> str:
    data = source.animation_data
    return data.action.name if data is not None and data.action is not None else source.name


CLASSES = (MOTIONMIX_OT_copy_motion,)
