"""Key frames in bulk: whole arrays into F-curves, never a key at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from mathutils import Euler, Quaternion

from .. import compat

# Blender's numbers for the enums that foreach_set takes as integers.
_LINEAR = 1
_AUTO_CLAMPED = 4


@dataclass(frozen=True)
class Channel:
    """One animated property of one bone.

    path: its data path. group: the F-curve group, the bone's name. values: (K, C), a column for each component.
    frames: (K,) scene frames.
    """

    path: str
    group: str
    values: np.ndarray
    frames: np.ndarray


def write(bag: Any, channels: Sequence[Channel]) -> None:
    """Make an F-curve for each component of each channel.

    A key on every frame is joined by straight lines: nothing can overshoot.
    """
    for channel in channels:
        keys = len(channel.frames)
        points = np.empty((keys, 2), dtype=np.float32)
        points[:, 0] = channel.frames
        linear = np.full(keys, _LINEAR, dtype=np.int32)
        handles = np.full(keys, _AUTO_CLAMPED, dtype=np.int32)
        for component in range(channel.values.shape[1]):
            points[:, 1] = channel.values[:, component]
            curve = compat.new_curve(bag, channel.path, component, channel.group)
            curve.keyframe_points.add(keys)
            curve.keyframe_points.foreach_set("co", points.ravel())
            curve.keyframe_points.foreach_set("interpolation", linear)
            # Not used by straight lines, but there when the animator turns the keys into Bezier ones.
            curve.keyframe_points.foreach_set("handle_left_type", handles)
            curve.keyframe_points.foreach_set("handle_right_type", handles)
            curve.update()


def rotation_channel(pose_bone: Any, quaternions: np.ndarray, frames: np.ndarray) -> Channel:
    """The channel of a bone's rotation, in the bone's own rotation mode.

    quaternions: (K, 4) unit, wxyz, relative to the bone's rest. frames: (K,) scene frames.
    Euler angles are chosen continuous from key to key, so that a curve never jumps by a full turn.
    """
    mode = pose_bone.rotation_mode
    prefix = pose_bone.path_from_id()
    if mode == "QUATERNION":
        return Channel(f"{prefix}.rotation_quaternion", pose_bone.name, quaternions, frames)
    if mode == "AXIS_ANGLE":
        return Channel(f"{prefix}.rotation_axis_angle", pose_bone.name, _axis_angles(quaternions), frames)
    values = np.empty((len(quaternions), 3))
    previous: Euler | None = None
    for index, quaternion in enumerate(quaternions):
        rotation = Quaternion(quaternion.tolist())
        previous = rotation.to_euler(mode, previous) if previous is not None else rotation.to_euler(mode)
        values[index] = previous
    return Channel(f"{prefix}.rotation_euler", pose_bone.name, values, frames)


def _axis_angles(quaternions: np.ndarray) -> np.ndarray:
    """(K, 4) quaternions -> (K, 4) angle, x, y, z.

    The axis keeps its side from key to key, so the angle is continuous.
    """
    values = np.empty((len(quaternions), 4))
    axis = np.array([0.0, 1.0, 0.0])
    angle = 0.0
    for index, quaternion in enumerate(quaternions):
        length = float(np.linalg.norm(quaternion[1:]))
        if length > 1e-9:
            new_axis = quaternion[1:] / length
            new_angle = 2.0 * np.arctan2(length, quaternion[0])
            if new_axis @ axis < 0:
                new_axis, new_angle = -new_axis, -new_angle
            axis = new_axis
        else:
            new_angle = 0.0 if quaternion[0] > 0 else 2.0 * np.pi
        angle = new_angle + 2.0 * np.pi * np.round((angle - new_angle) / (2.0 * np.pi))
        values[index] = (angle, *axis)
    return values
