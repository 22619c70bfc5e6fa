"""Key frames in bulk: whole arrays into F-curves, never a key at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import compat
from ..core import BoneChannel, location_channel, rotation_channel

# Blender's numbers for the enums that foreach_set takes as integers.
_LINEAR, _BEZIER = 1, 2
_AUTO_CLAMPED, _ALIGNED = 4, 3


@dataclass(frozen=True)
class Channel:
    """One animated property of one bone.

    path: its data path. group: the F-curve group, the bone's name. values: (K, C), a column for each component.
    frames: (K,) scene frames. slopes: (K, C) change a scene frame at the keys, for smooth curves between few keys; None
    for straight lines.
    """

    path: str
    group: str
    values: np.ndarray
    frames: np.ndarray
    slopes: np.ndarray | None = None


@dataclass(frozen=True)
class Tolerance:
    """How far curves with fewer keys may be off: degrees of a rotation, armature units of a location."""

    degrees: float
    distance: float


def write(bag: Any, channels: Sequence[Channel]) -> None:
    """Make an F-curve for each component of each channel.

    A key on every frame is joined by straight lines: nothing can overshoot. Few keys are joined by the smooth curves
    that their slopes give.
    """
    for channel in channels:
        keys = len(channel.frames)
        smooth = channel.slopes is not None and keys > 1
        points = np.empty((keys, 2), dtype=np.float32)
        points[:, 0] = channel.frames
        joined = np.full(keys, _BEZIER if smooth else _LINEAR, dtype=np.int32)
        # Not used by straight lines, but there when the animator turns the keys into Bezier ones.
        handles = np.full(keys, _ALIGNED if smooth else _AUTO_CLAMPED, dtype=np.int32)
        for component in range(channel.values.shape[1]):
            points[:, 1] = channel.values[:, component]
            curve = compat.new_curve(bag, channel.path, component, channel.group)
            curve.keyframe_points.add(keys)
            curve.keyframe_points.foreach_set("co", points.ravel())
            curve.keyframe_points.foreach_set("interpolation", joined)
            curve.keyframe_points.foreach_set("handle_left_type", handles)
            curve.keyframe_points.foreach_set("handle_right_type", handles)
            if smooth:
                left, right = _handles(channel, component)
                curve.keyframe_points.foreach_set("handle_left", left.ravel())
                curve.keyframe_points.foreach_set("handle_right", right.ravel())
            curve.update()


def _handles(channel: Channel, component: int) -> tuple[np.ndarray, np.ndarray]:
    """(K, 2) ends of the left and right handles: a third of the way to the next key, along the slope."""
    assert channel.slopes is not None
    gaps = np.diff(channel.frames) / 3.0
    slopes, values = channel.slopes[:, component], channel.values[:, component]
    found = []
    for reach in (-np.concatenate((gaps[:1], gaps)), np.concatenate((gaps, gaps[-1:]))):
        found.append(np.stack((channel.frames + reach, values + reach * slopes), axis=1).astype(np.float32))
    return found[0], found[1]


def rotation(
    pose_bone: Any, quaternions: np.ndarray, frames: np.ndarray, tolerance: Tolerance | None = None
) -> Channel:
    """The channel of a bone's rotation, in the bone's own rotation mode.

    quaternions: (K, 4) unit, wxyz, relative to the bone's rest. frames: (K,) scene frames, evenly spaced. tolerance:
    fewer keys when it's given. Angles are continuous from key to key: a curve never jumps by a full turn.
    """
    _check_shape(pose_bone, quaternions, (len(frames), 4))
    allowed = None if tolerance is None else tolerance.degrees
    return _placed(pose_bone, rotation_channel(pose_bone.name, quaternions, pose_bone.rotation_mode, allowed), frames)


def location(pose_bone: Any, places: np.ndarray, frames: np.ndarray, tolerance: Tolerance | None = None) -> Channel:
    """The channel of a bone's location. places: (K, 3) armature units; the others as for `rotation`."""
    _check_shape(pose_bone, places, (len(frames), 3))
    allowed = None if tolerance is None else tolerance.distance
    return _placed(pose_bone, location_channel(pose_bone.name, places, allowed), frames)


def _check_shape(pose_bone: Any, values: np.ndarray, shape: tuple[int, int]) -> None:
    if values.shape != shape:
        raise ValueError(f"the poses of “{pose_bone.name}” are of the shape {values.shape}, not {shape}")


def _placed(pose_bone: Any, channel: BoneChannel, frames: np.ndarray) -> Channel:
    """A core channel on the scene's timeline."""
    step = float(frames[1] - frames[0]) if len(frames) > 1 else 1.0
    slopes = None if channel.slopes is None else channel.slopes / step
    path = f"{pose_bone.path_from_id()}.{channel.channel}"
    return Channel(path, pose_bone.name, channel.values, np.asarray(frames)[channel.frames], slopes)
