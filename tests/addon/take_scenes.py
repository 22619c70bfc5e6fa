"""Scenes for the tests of takes: an animator's own Action on a rig, and takes beside it."""

from __future__ import annotations

from typing import Any

import bpy

from tests.addon.motions import lively, result_of


def own_action(obj: Any, name: str = "my walk") -> Any:
    """The animator keys the head and the left elbow on frames 1 and 41, and poses a bone without a key."""
    for frame, w in ((1, 0.9), (41, 0.4)):
        for bone in ("head", "left_elbow"):
            obj.pose.bones[bone].rotation_quaternion = (w, 0.1, 0.3, 0.2)
            obj.pose.bones[bone].keyframe_insert("rotation_quaternion", frame=frame)
    obj.animation_data.action.name = name
    obj.pose.bones["right_knee"].rotation_quaternion = (0.8, 0.6, 0.0, 0.0)
    bpy.context.view_layer.update()
    return obj.animation_data.action


def make(extension: Any, obj: Any, *prompts: str, frames: int = 45, **values: Any) -> list[Any]:
    """A take for each prompt, through the door that Generate uses."""
    jobs = extension.addon("jobs")
    actions = []
    for number, prompt in enumerate(prompts):
        settings = jobs.Settings(
            **{"prompt": prompt, "seconds": frames / 30, "seed": 7 + number, "foot_lock": False} | values
        )
        job = jobs.prepare(bpy.context.scene, obj, settings)
        result = result_of(extension, lively(extension, frames, seed=number + 1), prompt_seed=7 + number)
        actions += jobs.finish(job, result).actions
    return actions


_OF_A_KEY = (
    *("handle_left_type", "handle_right_type", "interpolation", "easing", "type", "amplitude", "back", "period"),
    *("select_control_point", "select_left_handle", "select_right_handle"),
)


def keys(extension: Any, action: Any) -> dict[tuple[str, int], list[tuple[Any, ...]]]:
    """All keys of an Action: frame, value, handles, and everything else that an animator can set of them."""
    return {
        (curve.data_path, curve.array_index): [
            (*key.co, *key.handle_left, *key.handle_right, *(getattr(key, name) for name in _OF_A_KEY))
            for key in curve.keyframe_points
        ]
        for curve in extension.addon("compat").curves_in(action)
    }


def pose(obj: Any) -> dict[str, list[float]]:
    """How the bones stand now, by their own channels as they are evaluated on the current frame."""
    bpy.context.view_layer.update()
    return {bone.name: [round(value, 5) for row in bone.matrix_basis for value in row] for bone in obj.pose.bones}


def undo() -> None:
    """One step back, as Ctrl Z does it in the window."""
    with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
        bpy.ops.ed.undo()


def step(name: str) -> None:
    """The undo step that Blender pushes itself after an operator that was started in its window."""
    bpy.ops.ed.undo_push(message=name)
