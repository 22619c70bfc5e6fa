"""Actions as an animator keys them, on rigs of many conventions, and all of an Action that must stay the same."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import bpy
import numpy as np

from tests.addon.motions import lively
from tests.addon.test_retarget import armature_of
from tests.motions import walk
from tests.retarget.rigs import NINE, build_rig

FIVE = ("mixamo", "unreal", "vroid", "rigify_metarig", "daz_genesis8")
ATTRIBUTES = (
    ("co", 2, np.float32),
    ("handle_left", 2, np.float32),
    ("handle_right", 2, np.float32),
    ("handle_left_type", 1, np.int32),
    ("handle_right_type", 1, np.int32),
    ("interpolation", 1, np.int32),
    ("easing", 1, np.int32),
    ("type", 1, np.int32),
    ("select_control_point", 1, np.bool_),
    ("amplitude", 1, np.float32),
    ("back", 1, np.float32),
    ("period", 1, np.float32),
)


def rig_of(convention: str, mode: str = "QUATERNION") -> Any:
    """A rig of a convention in the scene, active; all bones in one rotation mode."""
    obj = armature_of(build_rig(convention), NINE[convention].matrix)
    for bone in obj.pose.bones:
        bone.rotation_mode = mode
    return obj


def walking(extension: Any, seconds: float = 2.0) -> Any:
    """The analytic walk as a motion of the installed extension's own class."""
    made = walk(seconds)
    motion = extension.core("motion.motion").Motion
    return motion(extension.core("motion.skeleton").canonical_skeleton(), made.root_positions, made.rotations, made.fps)


def poses_of(extension: Any, obj: Any, motion: Any) -> Any:
    """A motion as the rig's poses."""
    rig, mapping = extension.addon("rigs.read").describe(obj), extension.addon("rigs.read").mapping_of(obj)
    return extension.core("retarget").to_rig(motion, rig, mapping)


def key_poses(
    extension: Any, obj: Any, motion: Any, frames: Iterable[int], name: str = "Mine", bones: Any = None
) -> Any:
    """Key poses at some frames, as the I key does: Bezier, automatic handles. Frame 1 is the motion's first pose."""
    poses = poses_of(extension, obj, motion)
    action = bpy.data.actions.new(name)
    obj.animation_data_create().action = action
    for frame in frames:
        for bone in obj.pose.bones:
            if bones is not None and bone.name not in bones:
                continue
            if bone.name in poses.rotations:
                turn = poses.rotations[bone.name][frame - 1]
                set_rotation(bone, turn)
                bone.keyframe_insert(rotation_path(bone), frame=frame)
            if bone.name in poses.locations:
                bone.location = poses.locations[bone.name][frame - 1]
                bone.keyframe_insert("location", frame=frame)
    bpy.context.view_layer.update()
    return obj.animation_data.action


def rotation_path(bone: Any) -> str:
    return {"QUATERNION": "rotation_quaternion", "AXIS_ANGLE": "rotation_axis_angle"}.get(
        bone.rotation_mode, "rotation_euler"
    )


def set_rotation(bone: Any, turn: Any) -> None:
    """Pose a bone in its own rotation mode."""
    from mathutils import Quaternion

    q = Quaternion(np.asarray(turn).tolist())
    if bone.rotation_mode == "QUATERNION":
        bone.rotation_quaternion = q
    elif bone.rotation_mode == "AXIS_ANGLE":
        axis, angle = q.to_axis_angle()
        bone.rotation_axis_angle = (angle, *axis)
    else:
        bone.rotation_euler = q.to_euler(bone.rotation_mode, bone.rotation_euler)


def curves(extension: Any, obj: Any) -> dict[tuple[str, int], Any]:
    """The F-curves of what the object plays."""
    return {(c.data_path, c.array_index): c for c in extension.addon("compat").curves_of(obj)}


def key_data(curve: Any) -> dict[str, np.ndarray]:
    """Every attribute of all keys of a curve."""
    points, found = curve.keyframe_points, {}
    for name, width, kind in ATTRIBUTES:
        values = np.zeros(len(points) * width, kind)
        points.foreach_get(name, values)
        found[name] = values.reshape(len(points), width)
    return found


def all_bytes(extension: Any, obj: Any) -> dict[tuple[str, int], bytes]:
    """Every F-curve of what the object plays, byte by byte."""
    return {
        place: b"".join(values.tobytes() for values in key_data(curve).values()) + curve.extrapolation.encode()
        for place, curve in curves(extension, obj).items()
    }


def keys_at(curve: Any, frames: Iterable[float], names: Iterable[str] = ("co",)) -> dict[float, bytes]:
    """The bytes of a curve's keys at some frames."""
    data = key_data(curve)
    found = {}
    for frame in frames:
        near = np.flatnonzero(np.abs(data["co"][:, 0] - frame) < 1e-4)
        if len(near):
            found[frame] = b"".join(data[name][near[0]].tobytes() for name in names)
    return found


def bone_of(path: str) -> str:
    """The bone of a data path."""
    return path.split('"')[1]


def capture(extension: Any, obj: Any, motion: Any, noise: float = 0.0, name: str = "Capture") -> Any:
    """A key on every frame, as capture is; noise: radians, and decimetres on the hips."""
    poses = poses_of(extension, obj, motion)
    rng = np.random.default_rng(5)
    action = bpy.data.actions.new(name)
    obj.animation_data_create().action = action
    for frame in range(motion.num_frames):
        for bone in obj.pose.bones:
            if bone.name in poses.rotations:
                turn = np.asarray(poses.rotations[bone.name][frame]) + noise * rng.normal(size=4)
                set_rotation(bone, turn / np.linalg.norm(turn))
                bone.keyframe_insert(rotation_path(bone), frame=frame + 1)
            if bone.name in poses.locations:
                size = np.abs(poses.locations[bone.name]).max() * 0.02
                bone.location = poses.locations[bone.name][frame] + noise * size * rng.normal(size=3)
                bone.keyframe_insert("location", frame=frame + 1)
    bpy.context.view_layer.update()
    return obj.animation_data.action


def evaluated(curve: Any, frames: Iterable[float]) -> np.ndarray:
    return np.array([curve.evaluate(float(frame)) for frame in frames])


def world_pose(obj: Any, frame: int) -> np.ndarray:
    """(B, 4, 4) pose matrices as evaluated."""
    bpy.context.scene.frame_set(frame)
    seen = obj.evaluated_get(bpy.context.view_layer.depsgraph)
    return np.array([bone.matrix for bone in seen.pose.bones])


__all__ = ["lively"]
