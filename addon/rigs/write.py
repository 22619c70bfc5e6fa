"""Writing a take: poses for a rig into a new Action. The action that the rig had is never written to.

It can be done a curve at a time (`writing_takes`), so that the window is never blocked for long. What is half-written
belongs to no object and isn't saved; the armature plays it only when all of it is there.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np

from .. import compat, epoch
from ..core import RigPoses
from ..present import custom_properties, pose_bones
from ..takes import own, show
from . import curves, settings, takes

_CHANNELS = ("location", "rotation_quaternion", "rotation_euler", "rotation_axis_angle", "scale")


@dataclass(frozen=True)
class Snapshot:
    """What an object played and how its bones stood, to be put back when something goes wrong half-way."""

    assignment: compat.Assignment
    pose: Mapping[str, tuple[tuple[float, ...], ...]]


def snapshot(obj: bpy.types.Object) -> Snapshot:
    """Note the object's action and the transform channels of all its bones."""
    pose = {bone.name: tuple(tuple(getattr(bone, channel)) for channel in _CHANNELS) for bone in pose_bones(obj)}
    return Snapshot(compat.current_assignment(obj), pose)


def put_back(obj: bpy.types.Object, before: Snapshot) -> None:
    """The object as it was when the snapshot was made."""
    compat.restore(obj, before.assignment)
    for bone in pose_bones(obj):
        for channel, values in zip(_CHANNELS, before.pose.get(bone.name, ()), strict=False):
            setattr(bone, channel, values)


class Interrupted(Exception):
    """Blender's data was changed between two steps (an undo, something removed): nothing of the take is left."""


def write_takes(
    obj: bpy.types.Object,
    poses: Sequence[RigPoses],
    requests: Sequence[Mapping[str, Any]],
    frame_start: float,
    frame_step: float = 1.0,
) -> list[bpy.types.Action]:
    """As `writing_takes`, all at once."""
    steps = writing_takes(obj, poses, requests, frame_start, frame_step)
    while True:
        try:
            next(steps)
        except StopIteration as done:
            return list(done.value)


def writing_takes(
    obj: bpy.types.Object,
    poses: Sequence[RigPoses],
    requests: Sequence[Mapping[str, Any]],
    frame_start: float,
    frame_step: float = 1.0,
) -> Generator[None, None, list[bpy.types.Action]]:
    """A new Action for each of `poses`, named by its request's prompt; a step a curve.

    The first is the one that the object plays when the last step is done.

    Frame i of the poses is scene frame ``frame_start + i * frame_step``: a step of 1 is for poses at the scene's frame
    rate. The object's former action stays in the file, with a fake user if nothing else would keep it. If anything
    fails, or the generator is closed, nothing of this is left. Raises Interrupted when what it works on is gone.
    """
    draft = yield from drafting_takes(obj, poses, requests, frame_start, frame_step)
    try:
        return hand_over([draft])
    except BaseException:
        drop([draft])
        raise


@dataclass(frozen=True)
class Draft:
    """Finished actions that no object plays yet. uids: of the actions, should these be gone."""

    obj: bpy.types.Object
    actions: tuple[bpy.types.Action, ...]
    uids: tuple[int, ...]


def drafting_takes(
    obj: bpy.types.Object,
    poses: Sequence[RigPoses],
    requests: Sequence[Mapping[str, Any]],
    frame_start: float,
    frame_step: float = 1.0,
) -> Generator[None, None, Draft]:
    """As `writing_takes`, but the object doesn't play them yet: `hand_over` or `drop` has to follow."""
    begun = epoch.now()
    made: list[int] = []

    def still_there(*blocks: Any) -> None:
        try:
            if epoch.now() == begun and all(block.session_uid for block in blocks):
                return
        except ReferenceError:
            pass
        raise Interrupted

    try:
        new: list[bpy.types.Action] = []
        for rig_poses, request in zip(poses, requests, strict=True):
            taken = {action.name for action in bpy.data.actions}
            action = compat.new_action(obj, takes.take_name(str(request.get("prompt", "")), taken))
            made.append(action.action.session_uid)
            new.append(action.action)
            yield
            still_there(obj, action.action)
            for channel in channels(obj, rig_poses, frame_start, frame_step):
                yield
                still_there(obj, action.action)
                curves.write(action.bag, [channel])
            takes.store_request(action.action, request)
            takes.store_untold(action.action, rig_poses.untold, frame_start, frame_step)
        yield
        still_there(obj, *new)
        return Draft(obj, tuple(new), tuple(made))
    except BaseException:
        _remove(made)
        raise


def drop(drafts: Iterable[Draft]) -> None:
    """Remove actions that were made and not handed over."""
    _remove([uid for draft in drafts for uid in draft.uids])


def _remove(uids: Sequence[int]) -> None:
    for unfinished in [action for action in bpy.data.actions if action.session_uid in uids]:
        bpy.data.actions.remove(unfinished)


def hand_over(drafts: Sequence[Draft]) -> list[bpy.types.Action]:
    """The finished actions are kept, and each object plays its first; on an exception all objects are as before."""
    before = [(draft.obj, snapshot(draft.obj)) for draft in drafts]
    try:
        for draft in drafts:
            show.show_new(draft.obj, draft.actions)
    except BaseException:
        for obj, stood in before:
            put_back(obj, stood)
        raise
    return [action for draft in drafts for action in draft.actions]


def channels(
    obj: bpy.types.Object, poses: RigPoses, frame_start: float, frame_step: float = 1.0
) -> Iterator[curves.Channel]:
    """The F-curve data of the poses: rotations, locations, switches, IK stretch, and what has to be held at rest.

    One after the other, since angles for a long motion take their time.

    Bones that are animated here, and the bones above them, may stand moved or scaled from an earlier pose, and the
    new curves alone would not undo that: each such channel gets one key at its rest value.
    """
    frames = np.arange(poses.num_frames, dtype=np.float64) * frame_step + frame_start
    animated = set(poses.rotations) | set(poses.locations)
    tolerance = settings.key_tolerance(obj)
    # by name: between two steps of `writing_takes` the bones may be made anew
    for bone in _bones(obj, [name for name in pose_bones(obj).keys() if name in animated]):  # noqa: SIM118
        rotations, locations = poses.rotations.get(bone.name), poses.locations.get(bone.name)
        if locations is not None:
            yield curves.location(bone, np.asarray(locations), frames, tolerance)
        if rotations is not None:
            yield curves.rotation(bone, np.asarray(rotations), frames, tolerance)
    for (name, key), value in poses.properties.items():
        switch = pose_bones(obj).get(name)
        if switch is None or custom_properties(switch).get(key) is None:  # a rig of the kind that has no such switch
            continue
        values = np.broadcast_to(np.asarray(value, dtype=np.float64), frames.shape)[:, None]
        whole = values if np.ndim(value) else values[:1]
        path = f'{switch.path_from_id()}["{bpy.utils.escape_identifier(key)}"]'
        yield curves.Channel(path, name, whole, frames[: len(whole)])
    for bone in _bones(obj, poses.rigid):
        yield curves.Channel(f"{bone.path_from_id()}.ik_stretch", bone.name, np.zeros((1, 1)), frames[:1])
    yield from _rest_channels(obj, poses, frames[:1])


def _bones(obj: bpy.types.Object, names: Sequence[str]) -> Iterator[bpy.types.PoseBone]:
    for name in names:
        bone = pose_bones(obj).get(name)
        if bone is not None:
            yield bone


def _rest_channels(obj: bpy.types.Object, poses: RigPoses, frame: np.ndarray) -> list[curves.Channel]:
    animated = set(poses.rotations) | set(poses.locations)
    concerned = set(animated)
    for name in animated:
        concerned.update(parent.name for parent in pose_bones(obj)[name].parent_recursive)
    result = []
    standing = own.pose_under(obj)
    for bone in pose_bones(obj):
        if bone.name not in concerned:
            continue
        prefix = bone.path_from_id()
        if bone.name not in poses.locations and not _is(standing(bone, "location"), (0, 0, 0)):
            result.append(curves.Channel(f"{prefix}.location", bone.name, np.zeros((1, 3)), frame))
        if not _is(standing(bone, "scale"), (1, 1, 1)):
            result.append(curves.Channel(f"{prefix}.scale", bone.name, np.ones((1, 3)), frame))
        if bone.name not in poses.rotations and not _is_unturned(standing, bone):
            result.append(curves.rotation(bone, np.array([[1.0, 0.0, 0.0, 0.0]]), frame))
    return result


def _is_unturned(standing: Callable[[Any, str], tuple[float, ...]], bone: Any) -> bool:
    if bone.rotation_mode == "QUATERNION":
        return _is(standing(bone, "rotation_quaternion"), (1, 0, 0, 0))
    if bone.rotation_mode == "AXIS_ANGLE":
        return _is(standing(bone, "rotation_axis_angle")[:1], (0,))
    return _is(standing(bone, "rotation_euler"), (0, 0, 0))


def _is(values: Any, rest: Sequence[float]) -> bool:
    return bool(np.allclose(np.array(values), rest, atol=1e-6))
