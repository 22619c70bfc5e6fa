"""When a take happens: moving and fitting it, blending it in and out, putting it into the NLA."""

# Blender declares properties as annotations that call functions.
# mypy: disable-error-code="valid-type"

from __future__ import annotations

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty

from ..core import OperatorReturn, RequestError
from ..present import present
from ..takes import blend, collection, copies, properties, strips, timing
from ..telling import tell
from .take_target import TakeOperator

RANGE_ITEMS = (
    ("SCENE", "Scene Range", "The scene's start and end frame"),
    ("PREVIEW", "Preview Range", "The start and end of the preview range (P in the timeline sets it)"),
    ("CURRENT", "Current Frame", "From the current frame on, with the length that the take has"),
)


class MOTIONMIX_OT_take_fit(TakeOperator, bpy.types.Operator):
    """Move the take to the frame range, and stretch it to fill the range if wished"""

    bl_idname = "motionmix.take_fit"
    bl_label = "Apply Take to Frame Range"
    bl_options = {"REGISTER", "UNDO"}

    to: EnumProperty(name="Place At", description="Where the take goes", items=RANGE_ITEMS, default="SCENE")
    stretch: BoolProperty(
        name="Stretch",
        description="Change the take's speed so that it fills the range. Off: it keeps its length and begins there",
        default=False,
    )

    def draw(self, _context: bpy.types.Context) -> None:
        """What can be adjusted afterwards."""
        layout = present(self.layout)
        layout.use_property_split = True
        layout.prop(self, "to")
        row = layout.row()
        row.enabled = self.to != "CURRENT"
        row.prop(self, "stretch")

    def run(self, context: bpy.types.Context, obj: bpy.types.Object, action: bpy.types.Action) -> set[OperatorReturn]:
        """Retime the keys."""
        player = copies.strip_with(action)
        if player is not None:
            raise RequestError(
                f"The take “{action.name}” is in an NLA strip of “{player.name}”: move the strip, or duplicate the take"
            )
        slot = collection.slot_in(obj, action)
        first, last = frame_range(present(context.scene), self.to)
        if last is not None and self.stretch:
            blend.retimed(obj, action, lambda: timing.fit(action, first, last, slot))
        else:
            offset = first - timing.span(action, slot)[0]
            blend.retimed(obj, action, lambda: timing.move(action, offset, slot))
        begin, end = timing.span(action, slot)
        tell(self, "INFO", f"“{action.name}” is on frames {begin:g} to {end:g}")
        return {"FINISHED"}


class MOTIONMIX_OT_take_range(TakeOperator, bpy.types.Operator):
    """Set the scene's frame range to the frames of the take"""

    bl_idname = "motionmix.take_range"
    bl_label = "Frame Range From Take"
    bl_options = {"REGISTER", "UNDO"}

    preview: BoolProperty(name="Preview Range", description="Set the preview range and leave the scene's as it is")

    def run(self, context: bpy.types.Context, obj: bpy.types.Object, action: bpy.types.Action) -> set[OperatorReturn]:
        """Set the range."""
        first, last = (round(frame) for frame in timing.span(action, collection.slot_in(obj, action)))
        scene = present(context.scene)
        if self.preview:
            scene.use_preview_range = True
            scene.frame_preview_start, scene.frame_preview_end = first, last
        elif first < 0:
            raise RequestError(f"“{action.name}” begins before frame 0, where a scene can't begin: move it first")
        else:
            scene.frame_start, scene.frame_end = first, last
        return {"FINISHED"}


class MOTIONMIX_OT_take_blend(TakeOperator, bpy.types.Operator):
    """Let the take grow out of the pose or Action that you had, and go back into it at its end"""

    bl_idname = "motionmix.take_blend"
    bl_label = "Blend Take In and Out"
    bl_options = {"REGISTER", "UNDO"}

    blend_in: IntProperty(name="Blend In", description=properties.BLEND_IN_TEXT, default=8, min=0, soft_max=48)
    blend_out: IntProperty(name="Blend Out", description=properties.BLEND_OUT_TEXT, default=0, min=0, soft_max=48)

    def run(self, _context: bpy.types.Context, obj: bpy.types.Object, action: bpy.types.Action) -> set[OperatorReturn]:
        """Blend it."""
        blend.set_frames(obj, action, self.blend_in, self.blend_out)
        return {"FINISHED"}


class MOTIONMIX_OT_take_push(TakeOperator, bpy.types.Operator):
    """Put the take into the NLA as a strip, at its own frames"""

    bl_idname = "motionmix.take_push"
    bl_label = "Push Take to NLA"
    bl_options = {"REGISTER", "UNDO"}

    own_below: BoolProperty(
        name="My Action Below",
        description="Put your own Action into the NLA too, below the take, so that it is seen before and after it",
        default=True,
    )

    def run(self, _context: bpy.types.Context, obj: bpy.types.Object, action: bpy.types.Action) -> set[OperatorReturn]:
        """Add the strip."""
        strip = strips.push(obj, action, self.own_below)
        tell(self, "INFO", f"“{strip.name}” is in the NLA on frames {strip.frame_start:g} to {strip.frame_end:g}")
        return {"FINISHED"}


def frame_range(scene: bpy.types.Scene, which: str) -> tuple[float, float | None]:
    """First and last frame of the range that is meant; no last one for the current frame.

    Raises RequestError: the scene has no preview range.
    """
    if which == "CURRENT":
        return float(scene.frame_current), None
    if which == "PREVIEW":
        if not scene.use_preview_range:
            raise RequestError("The scene has no preview range: set one with P in the timeline")
        return float(scene.frame_preview_start), float(scene.frame_preview_end)
    return float(scene.frame_start), float(scene.frame_end)


CLASSES = (
    MOTIONMIX_OT_take_fit,
    MOTIONMIX_OT_take_range,
    MOTIONMIX_OT_take_blend,
    MOTIONMIX_OT_take_push,
)
