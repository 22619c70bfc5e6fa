"""Writing a take: poses for a rig into a new Action. The action that the rig had is never written to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np

from .. import compat
from ..core import RigPoses
from . import curves, takes

_CHANNELS = ("location", "rotation_quaternion", "rotation_euler", "rotation_axis_angle", "scale")


@dataclass(frozen=True)
class Snapshot:
    """What an object played and how its bones stood, to be put back when something goes wrong half-way."""

    assignment: compat.Assignment
    pose: Mapping[str, tuple[tuple[float, ...], ...]]


def snapshot(obj: bpy.types.Object) -> Snapshot:
    """Note the object's action and the transform channels of all its bones."""
    pose = {bone.name: tuple(tuple(getattr(bone, channel)) for channel in _CHANNELS) for bone in obj.pose.bones}
    return Snapshot(compat.current_assignment(obj), pose)


def put_back(obj: bpy.types.Object, before: Snapshot) -> None:
    """The object as it was when the snapshot was made."""
    compat.restore(obj, before.assignment)
    for bone in obj.pose.bones:
        for channel, values in zip(_CHANNELS, before.pose.get(bone.name, ()), strict=False):
            setattr(bone, channel, values)


@contextmanager
def all_or_nothing(obj: bpy.types.Object) -> Iterator[list[bpy.types.Action]]:
    """Within it, actions are made and put on the list.

    If anything is raised they are removed and the object is as before.
    """
    before = snapshot(obj)
    made: list[bpy.types.Action] = []
    try:
        yield made
    except BaseException:
        put_back(obj, before)
        for action in made:
            bpy.data.actions.remove(action)
        raise


def write_takes(
    obj: bpy.types.Object, poses: Sequence[RigPoses], requests: Sequence[Mapping[str, Any]], frame_start: float
) -> list[bpy.types.Action]:
    """A new Action for each of `poses`, named by its request's prompt.

    The first is the one that the object plays afterwards.

    A key on every frame of the poses: frame i of them is scene frame ``frame_start + i``, so they must be at the
    scene's frame rate. The object's former action stays in the file, with a fake user if nothing else would keep it.
    If anything fails, nothing of this is left.
    """
    with all_or_nothing(obj) as made:
        new: list[compat.NewAction] = []
        for rig_poses, request in zip(poses, requests, strict=True):
            taken = {action.name for action in bpy.data.actions}
            action = compat.new_action(obj, takes.take_name(str(request.get("prompt", "")), taken))
            made.append(action.action)
            new.append(action)
            curves.write(action.bag, channels(obj, rig_poses, frame_start))
            takes.store_request(action.action, request)
            action.action.use_fake_user = True
        former = compat.current_assignment(obj).action
        if former is not None and not former.use_fake_user and former.users <= 1 and former.library is None:
            former.use_fake_user = True
        compat.assign(obj, new[0].action, new[0].slot)
        return list(made)


def channels(obj: bpy.types.Object, poses: RigPoses, frame_start: float) -> list[curves.Channel]:
    """The F-curve data of the poses: rotations, locations, custom properties, and what has to be held at rest.

    Bones that are animated here, and the bones above them, may stand moved or scaled from an earlier pose, and the
    new curves alone would not undo that: each such channel gets one key at its rest value.
    """
    frames = np.arange(poses.num_frames, dtype=np.float64) + frame_start
    result: list[curves.Channel] = []
    for bone in obj.pose.bones:
        rotations, locations = poses.rotations.get(bone.name), poses.locations.get(bone.name)
        if locations is not None:
            result.append(curves.Channel(f"{bone.path_from_id()}.location", bone.name, np.asarray(locations), frames))
        if rotations is not None:
            result.append(curves.rotation_channel(bone, np.asarray(rotations), frames))
    for (name, key), value in poses.properties.items():
        bone = obj.pose.bones.get(name)
        if bone is None or bone.get(key) is None:  # a rig of the kind that has no such switch
            continue
        values = np.broadcast_to(np.asarray(value, dtype=np.float64), frames.shape)[:, None]
        whole = values if np.ndim(value) else values[:1]
        path = f'{bone.path_from_id()}["{bpy.utils.escape_identifier(key)}"]'
        result.append(curves.Channel(path, name, whole, frames[: len(whole)]))
    return result + _rest_channels(obj, poses, frames[:1])


def _rest_channels(obj: bpy.types.Object, poses: RigPoses, frame: np.ndarray) -> list[curves.Channel]:
    animated = set(poses.rotations) | set(poses.locations)
    concerned = set(animated)
    for name in animated:
        concerned.update(parent.name for parent in obj.pose.bones[name].parent_recursive)
    result = []
    for bone in obj.pose.bones:
        if bone.name not in concerned:
            continue
        prefix = bone.path_from_id()
        if bone.name not in poses.locations and not _is(bone.location, (0, 0, 0)):
            result.append(curves.Channel(f"{prefix}.location", bone.name, np.zeros((1, 3)), frame))
        if not _is(bone.scale, (1, 1, 1)):
            result.append(curves.Channel(f"{prefix}.scale", bone.name, np.ones((1, 3)), frame))
        if bone.name not in poses.rotations and not _is(bone.matrix_basis.to_quaternion(), (1, 0, 0, 0)):
            result.append(curves.rotation_channel(bone, np.array([[1.0, 0.0, 0.0, 0.0]]), frame))
    return result


def _is(values: Any, rest: Sequence[float]) -> bool:
    return bool(np.allclose(np.array(values), rest, atol=1e-6))
