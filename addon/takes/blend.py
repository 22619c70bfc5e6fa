"""Blending a take in and out: over some frames it grows out of what the animator had, and goes back into it.

What the animator had is their own Action, evaluated at each of these frames; where that has no curve, the pose under
it. Rotations turn along the shortest way, the rest goes straight, both with a soft start and end.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import bpy
import numpy as np

from .. import compat, keys, log
from ..keys import Keys
from . import edges, own, pose, timing
from .collection import editable, is_take, shown, slot_in, state

_SIZES = {"rotation_quaternion": 4, "rotation_axis_angle": 4, "rotation_euler": 3, "location": 3, "scale": 3}
_SAME_VALUE = 1e-6


def set_frames(obj: bpy.types.Object, action: bpy.types.Action, frames_in: int, frames_out: int) -> None:
    """Blend a take over so many frames at its start and its end; 0 and 0 is the take as it was made.

    Raises RequestError: the take is linked or has no keys.
    """
    editable(action)
    timing.span(action, slot_in(obj, action))
    _apply(obj, action, frames_in, frames_out)


def set_in_panel(action: bpy.types.Action, frames_in: int, frames_out: int) -> None:
    """As `set_frames`, for the armature that plays the take: its lengths were changed in the panel."""
    obj = _player(action)
    if obj is None or (frames_in, frames_out) == edges.lengths_of(action):
        return
    try:
        set_frames(obj, action, frames_in, frames_out)
    except Exception as error:  # a property has no other way to say it
        log.logger().error("blend: %s", error, exc_info=error)


def retimed(obj: bpy.types.Object, action: bpy.types.Action, retime: Any) -> None:
    """Change a take's timing with its blends taken off, and put these on again: they meet other frames there.

    retime: called without arguments in between.
    """
    editable(action)
    lengths = edges.lengths_of(action)
    timing.span(action, slot_in(obj, action))
    if not edges.restore(action):  # edited since: the blends have become part of the take
        lengths = (0, 0)
    try:
        retime()
    finally:
        _apply(obj, action, *lengths)


def _player(action: bpy.types.Action) -> bpy.types.Object | None:
    """The armature for which a take is blended: the active one if it plays it, else any that does."""
    players = [obj for obj in bpy.data.objects if obj.type == "ARMATURE" and shown(obj) == action]
    active = getattr(bpy.context, "object", None)
    return active if active in players else next(iter(players), None)


def _apply(obj: bpy.types.Object, action: bpy.types.Action, frames_in: int, frames_out: int) -> None:
    slot = slot_in(obj, action)
    edges.restore(action)
    obj.update_tag(refresh={"TIME"})
    ends = timing.span(action, slot)
    length = int(ends[1] - ends[0])
    frames_in = min(frames_in, length)
    frames_out = min(frames_out, length - frames_in)
    if not frames_in and not frames_out:
        return
    curves = {(curve.data_path, curve.array_index): curve for curve in compat.curves_in(action, slot)}
    source = _Own(obj)
    old = {key: keys.read(curves[key]) for key in _changing(curves, source, ends, frames_in, frames_out)}
    rewritten = _rewritten([found.frames for found in old.values()], ends, frames_in, frames_out)
    new = dict(old)
    for frames in (ends[0] + np.arange(rewritten[0] + 1), ends[1] - np.arange(rewritten[1], -1, -1)):
        if len(frames) > 1:
            into = _ease((frames - ends[0]) / frames_in) if frames_in else np.ones(len(frames))
            out_of = _ease((ends[1] - frames) / frames_out) if frames_out else np.ones(len(frames))
            _blend(curves, new, source, frames, np.minimum(into, out_of))
    for key, found in new.items():
        keys.write(curves[key], found)
    action.update_tag()
    raw = {}
    for key, found in old.items():
        head = edges.inside(found.frames, ends[0], ends[0] + rewritten[0]) & (rewritten[0] > 0)
        tail = edges.inside(found.frames, ends[1] - rewritten[1], ends[1]) & (rewritten[1] > 0)
        raw[key] = found.chosen(head), found.chosen(tail)
    edges.keep(action, slot, ends, (frames_in, frames_out), rewritten, raw)


def _changing(
    curves: Mapping[edges.Key, Any], source: _Own, ends: tuple[float, float], frames_in: int, frames_out: int
) -> list[edges.Key]:
    """The curves that a blend changes: those of channels in which the animator had something else than the take."""
    frames = np.concatenate(
        [ends[0] + np.arange(frames_in + 1)] * (frames_in > 0)
        + [ends[1] - np.arange(frames_out, -1, -1)] * (frames_out > 0)
    )
    found: list[edges.Key] = []
    for path in dict.fromkeys(path for path, _index in curves):
        part = pose.parse(path)
        if part is None:
            continue
        size = _SIZES.get(part[1], 1)
        present = [index for index in range(size) if (path, index) in curves]
        theirs = source.values(path, range(size), frames) if present else None
        if theirs is None:
            continue
        taken = np.array([[curves[path, index].evaluate(frame) for frame in frames] for index in present]).T
        if not np.allclose(theirs[:, present], taken, rtol=_SAME_VALUE, atol=_SAME_VALUE):
            found += [(path, index) for index in present]
    return found


def _rewritten(
    every: Sequence[np.ndarray], ends: tuple[float, float], frames_in: int, frames_out: int
) -> tuple[int, int]:
    """How many frames at the start and the end get a key each. every: the frames of each curve's keys.

    These are the blended frames and, where keys are few, those up to a frame on which every curve has a key: beyond
    it, the curves are then exactly what they were.
    """
    length = int(ends[1] - ends[0])
    forward = _up_to_keys([frames - ends[0] for frames in every], frames_in, length)
    backward = _up_to_keys([ends[1] - frames[::-1] for frames in every], frames_out, length)
    return (length, 0) if forward + backward >= length else (forward, backward)


def _up_to_keys(times: Sequence[np.ndarray], frames: int, length: int) -> int:
    """The first whole frame from `frames` on that no curve passes without a key. times: rising, one for each curve."""
    while 0 < frames < length:
        for keyed in times:
            following = keyed[keyed > frames + 1e-3]
            if len(keyed) > 1 and len(following) and not (np.abs(keyed - frames) < 1e-3).any():
                frames = int(np.ceil(following[0] - 1e-3))
                break
        else:
            return frames
    return min(frames, length)


def _ease(x: np.ndarray) -> np.ndarray:
    x = np.clip(x, 0.0, 1.0)
    return np.asarray(x * x * (3.0 - 2.0 * x))


def _blend(
    curves: Mapping[edges.Key, Any],
    new: dict[edges.Key, Keys],
    source: _Own,
    frames: np.ndarray,
    weights: np.ndarray,
) -> None:
    """Put a key on each of the frames into the new keys: the take's value at weight 1, the animator's own at 0."""
    for path in dict.fromkeys(path for path, _index in new):
        part = pose.parse(path)
        assert part is not None
        channel = part[1]
        size = _SIZES.get(channel, 1)
        theirs = source.values(path, range(size), frames)
        assert theirs is not None
        present = [index for index in range(size) if (path, index) in new]
        taken = theirs.copy()
        for index in present:
            taken[:, index] = [curves[path, index].evaluate(frame) for frame in frames]
        if channel == "rotation_quaternion":
            mixed = _slerp(theirs, taken, weights)
        elif channel == "rotation_euler":
            mixed = taken + (1.0 - weights[:, None]) * _shortest(theirs - taken)
        elif channel == "rotation_axis_angle":
            mixed = _axis_angles(_slerp(_quaternions(theirs), _quaternions(taken), weights), taken)
        else:
            mixed = theirs + weights[:, None] * (taken - theirs)
        mixed = np.where(weights[:, None] < 1.0, mixed, taken)
        for index in present:
            new[path, index] = _insert(new[path, index], frames, mixed[:, index])


def _insert(present: Keys, frames: np.ndarray, values: np.ndarray) -> Keys:
    """A key on each of the frames in place of those there, which lend it their kind and whether it's selected.

    At the first and last frame the curve comes and goes on as it did: all that its segments beyond depend on is kept.
    """
    rows = keys.fillers(frames, values)
    changed = {field.name: np.array(getattr(rows, field.name)) for field in dataclasses.fields(rows)}
    for row, frame in enumerate(frames):
        index = present.at(float(frame))
        if index is None:
            continue
        shift = np.array([0.0, rows.co[row, 1] - present.co[index, 1]], np.float32)
        names = ["type", "select_control_point", "select_left_handle", "select_right_handle"]
        if row == 0:
            changed["handle_left"][row] = present.handle_left[index] + shift
        if row == len(frames) - 1:
            changed["handle_right"][row] = present.handle_right[index] + shift
            names += ["interpolation", "easing", "amplitude", "back", "period"]
        if row in (0, len(frames) - 1):  # handles that Blender places would follow the new neighbours
            changed["handle_left_type"][row] = changed["handle_right_type"][row] = keys.FREE
        for name in names:
            changed[name][row] = getattr(present, name)[index]
    outside = ~edges.inside(present.frames, frames[0], frames[-1])
    return keys.joined(present.chosen(outside), rows.changed(**changed))


class _Own:
    """What the animator had, by channel and frame."""

    def __init__(self, obj: bpy.types.Object) -> None:
        action = own.action_of(obj)
        self._pose = pose.from_text(state(obj).own_pose) if shown(obj) else pose.from_text(pose.to_text(obj))
        self._curves: dict[edges.Key, Any] = {}
        if action is not None and not is_take(action):
            curves = compat.curves_in(action, own.slot_of(obj))
            self._curves = {(curve.data_path, curve.array_index): curve for curve in curves}

    def values(self, path: str, indices: Iterable[int], frames: np.ndarray) -> np.ndarray | None:
        """(T, C) at the frames; None if nothing is known about it."""
        result = []
        for index in indices:
            curve = self._curves.get((path, index))
            if curve is not None and len(curve.keyframe_points):
                result.append([curve.evaluate(frame) for frame in frames])
                continue
            value = pose.value(self._pose, path, index)
            if value is None:
                return None
            result.append([value] * len(frames))
        return np.array(result, dtype=np.float64).T


def _unit(q: np.ndarray) -> np.ndarray:
    norm = np.linalg.norm(q, axis=1, keepdims=True)
    return np.asarray(np.where(norm > 1e-9, q / np.maximum(norm, 1e-9), [1.0, 0.0, 0.0, 0.0]))


def _slerp(start: np.ndarray, end: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(T, 4) quaternions between two, on the side of the sphere where `end` is, so that curves stay continuous."""
    start, end = _unit(start), _unit(end)
    dot = np.sum(start * end, axis=1, keepdims=True)
    start = np.where(dot < 0, -start, start)
    angle = np.arccos(np.clip(np.abs(dot), 0.0, 1.0))
    weights = weights[:, None]
    sine = np.sin(angle)
    near = sine < 1e-6
    safe = np.where(near, 1.0, sine)
    a = np.where(near, 1.0 - weights, np.sin((1.0 - weights) * angle) / safe)
    b = np.where(near, weights, np.sin(weights * angle) / safe)
    return _unit(a * start + b * end)


def _shortest(angles: np.ndarray) -> np.ndarray:
    return np.asarray((angles + np.pi) % (2 * np.pi) - np.pi)


def _quaternions(axis_angles: np.ndarray) -> np.ndarray:
    axes = axis_angles[:, 1:]
    norm = np.linalg.norm(axes, axis=1, keepdims=True)
    axes = np.where(norm > 1e-9, axes / np.maximum(norm, 1e-9), [0.0, 1.0, 0.0])
    half = axis_angles[:, :1] / 2
    return np.concatenate((np.cos(half), axes * np.sin(half)), axis=1)


def _axis_angles(quaternions: np.ndarray, like: np.ndarray) -> np.ndarray:
    """(T, 4) angle and axis of quaternions, each axis on the side of the one in `like`."""
    length = np.linalg.norm(quaternions[:, 1:], axis=1, keepdims=True)
    axes = np.where(length > 1e-9, quaternions[:, 1:] / np.maximum(length, 1e-9), like[:, 1:])
    angles = 2 * np.arctan2(length, quaternions[:, :1])
    turned = np.sum(axes * like[:, 1:], axis=1, keepdims=True) < 0
    axes, angles = np.where(turned, -axes, axes), np.where(turned, -angles, angles)
    angles = like[:, :1] + _shortest(angles - like[:, :1])
    return np.concatenate((angles, axes), axis=1)
