"""Poses as the channels that Blender keys: each bone in its own rotation mode, continuous, with fewer keys if wanted.

Blender's Euler orders name the axes in the order in which they are applied about fixed axes: "XYZ" is Rz Ry Rx.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from ..errors import RigError
from ..motion.rotations import (
    axis_angle_to_quat,
    euler_to_quat,
    quat_angle,
    quat_continuous,
    quat_normalise,
    quat_to_euler,
)
from .key_reduction import fewer_keys, slopes_of
from .rig import RigDescription, RigPoses

ROTATION_CHANNELS: Mapping[str, str] = {"QUATERNION": "rotation_quaternion", "AXIS_ANGLE": "rotation_axis_angle"}
_EULER = "rotation_euler"
_LOCK = 1e-4  # cosine of the middle angle under which the outer two can't be told apart


@dataclass(frozen=True)
class BoneChannel:
    """One property of one bone. frames: (K,) whole numbers from 0. values: (K, C), one column a component.

    slopes: (K, C) change a frame at the keys, for the smooth curves between them; None when every frame has its key.
    """

    bone: str
    channel: str
    frames: np.ndarray
    values: np.ndarray
    slopes: np.ndarray | None = None


def pose_channels(
    poses: RigPoses, rig: RigDescription, degrees: float | None = None, distance: float = 0.001
) -> list[BoneChannel]:
    """All channels of the poses, in each bone's own rotation mode.

    degrees: when given, only as many keys are kept as smooth curves between them need to stay within so many degrees
    of every rotation, and within `distance` (armature units) of every location.
    """
    modes = dict(zip(rig.bones, rig.rotation_modes, strict=True))
    found = [rotation_channel(bone, quaternions, modes[bone], degrees) for bone, quaternions in poses.rotations.items()]
    allowed = None if degrees is None else distance
    return found + [location_channel(bone, places, allowed) for bone, places in poses.locations.items()]


def rotation_channel(bone: str, quaternions: np.ndarray, mode: str, degrees: float | None = None) -> BoneChannel:
    """The channel of (T, 4) pose rotations in a rotation mode, with fewer keys when an error is allowed."""
    values = rotation_values(quaternions, mode)
    channel = ROTATION_CHANNELS.get(mode, _EULER)
    if degrees is None:
        return BoneChannel(bone, channel, np.arange(len(values)), values)
    return _reduced(bone, channel, values, rotation_error(quaternions, mode), np.radians(degrees))


def location_channel(bone: str, places: np.ndarray, distance: float | None = None) -> BoneChannel:
    """The channel of (T, 3) pose locations, with fewer keys when an error (armature units) is allowed."""
    places = np.asarray(places, dtype=np.float64)
    if distance is None:
        return BoneChannel(bone, "location", np.arange(len(places)), places)
    return _reduced(bone, "location", places, lambda seen: np.linalg.norm(seen - places, axis=-1), distance)


def _reduced(
    bone: str, channel: str, values: np.ndarray, error: Callable[[np.ndarray], np.ndarray], bound: float
) -> BoneChannel:
    frames = fewer_keys(values, error, bound)
    return BoneChannel(bone, channel, frames, values[frames], slopes_of(values)[frames])


def rotation_values(quaternions: np.ndarray, mode: str) -> np.ndarray:
    """(T, 4) rotations as a rotation mode's components: (T, 4) w x y z, (T, 3) Euler x y z, or (T, 4) angle x y z.

    Continuous in time: no flipped signs, no jumps by a full turn, the outer angles kept in gimbal lock. RigError for a
    mode that Blender doesn't have.
    """
    if mode == "QUATERNION":
        return quat_continuous(quaternions)
    if mode == "AXIS_ANGLE":
        return _axis_angles(quaternions)
    if sorted(mode) != ["X", "Y", "Z"]:
        raise RigError(f"“{mode}” isn't a rotation mode of Blender.")
    return _euler_angles(quaternions, mode)


def rotations_of(values: np.ndarray, mode: str) -> np.ndarray:
    """(T, C) components of a rotation mode -> (T, 4) unit quaternions, as Blender evaluates them."""
    if mode == "QUATERNION":
        return quat_normalise(values)
    if mode == "AXIS_ANGLE":
        axis = values[:, 1:] / np.maximum(np.linalg.norm(values[:, 1:], axis=-1, keepdims=True), 1e-12)
        return axis_angle_to_quat(axis * values[:, :1])
    return euler_to_quat(values[:, ["XYZ".index(axis) for axis in mode[::-1]]], mode[::-1])


def rotation_error(quaternions: np.ndarray, mode: str) -> Callable[[np.ndarray], np.ndarray]:
    """A function from (T, C) components to (T,) radians away from the rotations."""
    return lambda values: quat_angle(rotations_of(values, mode), quaternions)


def _axis_angles(quaternions: np.ndarray) -> np.ndarray:
    q = quat_continuous(quaternions)
    length = np.linalg.norm(q[:, 1:], axis=-1)
    turned = length > 1e-7
    if not turned.any():
        return np.tile([0.0, 0.0, 1.0, 0.0], (len(q), 1))
    # where nothing is turned the axis is the last one that there was (the first one, at the start)
    source = np.maximum.accumulate(np.where(turned, np.arange(len(q)), -1))
    source = np.where(source < 0, int(np.argmax(turned)), source)
    axis = q[source, 1:] / length[source, None]
    flips = np.sum(axis[1:] * axis[:-1], axis=-1) < 0
    sign = np.concatenate(([1.0], np.where(np.cumsum(flips) % 2 == 1, -1.0, 1.0)))
    angle = 2 * np.arctan2(length * sign, q[:, 0])
    return np.concatenate((np.unwrap(angle)[:, None], axis * sign[:, None]), axis=1)


def _euler_angles(quaternions: np.ndarray, mode: str) -> np.ndarray:
    order = mode[::-1]
    first = quat_to_euler(quaternions, order)
    # the same rotation the other way round the gimbal
    second = np.stack((first[:, 0] + np.pi, np.pi - first[:, 1], first[:, 2] + np.pi), axis=-1)
    locked = np.abs(np.cos(first[:, 1])) < _LOCK
    sense = np.where(_cyclic(order), 1.0, -1.0) * np.sign(np.sin(first[:, 1]))
    angles = np.empty_like(first)
    previous = np.zeros(3)
    for frame in range(len(first)):
        options = np.stack((first[frame], second[frame]))
        if locked[frame]:
            # only the sum (or difference) of the outer angles counts: the last one stays as it was
            total = first[frame, 0] + sense[frame] * first[frame, 2]
            options = np.array([[total - sense[frame] * previous[2], first[frame, 1], previous[2]]])
        options += 2 * np.pi * np.round((previous - options) / (2 * np.pi))
        previous = options[np.argmin(np.abs(options - previous).sum(axis=1))]
        angles[frame] = previous
    return angles[:, [order.index(axis) for axis in "XYZ"]]


def _cyclic(order: str) -> bool:
    return order in ("XYZ", "YZX", "ZXY")
