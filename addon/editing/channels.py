"""The channels of bones in an Action: which F-curves there are, what they say at a frame, and what stands in the way
of changing them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import bpy
import numpy as np
from mathutils import Euler, Quaternion

from .. import compat, keys
from ..present import pose_bones

LOCATION = "location"
_ROTATIONS = {"QUATERNION": "rotation_quaternion", "AXIS_ANGLE": "rotation_axis_angle"}


@dataclass(frozen=True)
class Channel:
    """A bone's rotation or location.

    name: "location", "rotation_quaternion", "rotation_euler" or "rotation_axis_angle". path: its data path. mode: the
    bone's rotation mode. curves: one for each component, None where there is none; then `static` is its value.
    """

    bone: str
    name: str
    path: str
    mode: str
    curves: tuple[Any, ...]
    static: tuple[float, ...]

    @property
    def animated(self) -> bool:
        """Whether any component has an F-curve."""
        return any(curve is not None for curve in self.curves)

    def values(self, frames: Sequence[float] | np.ndarray) -> np.ndarray:
        """(T, C) what the channel says at the frames."""
        columns = [
            [curve.evaluate(float(frame)) for frame in frames] if curve is not None else [fixed] * len(frames)
            for curve, fixed in zip(self.curves, self.static, strict=True)
        ]
        return np.array(columns, dtype=np.float64).reshape(len(columns), len(frames)).T

    def component(self, index: int) -> Callable[[float], float]:
        """A component's value at any frame."""
        curve, fixed = self.curves[index], self.static[index]
        return (lambda frame: float(curve.evaluate(frame))) if curve is not None else (lambda _frame: fixed)

    def key_frames(self, with_fillers: bool = False) -> np.ndarray:
        """Sorted frames at which any component has a key of the animator's (or any key at all)."""
        found = [_frames(curve, with_fillers) for curve in self.curves if curve is not None]
        return unique_frames(found)

    def over(self, in_strips: Collection[tuple[str, int]]) -> Channel:
        """The channel as a layer that adds to the strips below: where they alone move it, it adds nothing yet.

        `static` has the strips' part in it, at the frame on which the scene happens to stand.
        """
        static = tuple(
            0.0 if curve is None and (self.path, index) in in_strips else value
            for index, (curve, value) in enumerate(zip(self.curves, self.static, strict=True))
        )
        return replace(self, static=static)

    def quaternions(self, values: np.ndarray) -> np.ndarray:
        """(T, C) values of a rotation channel -> (T, 4) unit quaternions as Blender makes them."""
        return np.array([np.array(_quaternion(self.mode, row)) for row in values]).reshape(-1, 4)


def _quaternion(mode: str, row: np.ndarray) -> Quaternion:
    if mode == "QUATERNION":
        return Quaternion(row.tolist()).normalized()
    if mode == "AXIS_ANGLE":
        return Quaternion(row[1:].tolist(), float(row[0]))
    order: Any = mode  # the stubs want one of its six values spelled out
    return Euler(row.tolist(), order).to_quaternion()


def _frames(curve: Any, with_fillers: bool) -> np.ndarray:
    frames = keys.frames_of(curve)
    if with_fillers or not len(frames):
        return frames
    return frames[~keys.are_fillers(curve)]


def unique_frames(parts: Iterable[np.ndarray]) -> np.ndarray:
    """Frames of several curves together, sorted; frames nearer than a thousandth count once."""
    parts = [part for part in parts if len(part)]
    if not parts:
        return np.zeros(0)
    frames = np.sort(np.concatenate(parts).astype(np.float64))
    return frames[np.concatenate(([True], np.diff(frames) > keys.SAME_FRAME))]


def channels_of(obj: bpy.types.Object, bones: Iterable[str]) -> dict[tuple[str, str], Channel]:
    """(bone, "rotation" or "location") -> the channel in the object's current action, for each bone there is."""
    curves = {(curve.data_path, curve.array_index): curve for curve in compat.curves_of(obj)}
    found: dict[tuple[str, str], Channel] = {}
    for name in bones:
        bone = pose_bones(obj).get(name)
        if bone is None:
            continue
        mode = bone.rotation_mode
        for kind, channel in (("rotation", _ROTATIONS.get(mode, "rotation_euler")), ("location", LOCATION)):
            static = tuple(float(value) for value in getattr(bone, channel))
            path = f"{bone.path_from_id()}.{channel}"
            parts = tuple(curves.get((path, index)) for index in range(len(static)))
            found[name, kind] = Channel(name, channel, path, mode, parts, static)
    return found


def obstacle(channel: Channel, driven: Collection[str], in_strips: Collection[tuple[str, int]]) -> str:
    """Why the channel must be left alone, "" if it needn't: one of OBSTACLES.

    driven, in_strips: what `driven_paths` and `strip_paths` say.
    """
    for curve in channel.curves:
        if curve is None:
            continue
        modifiers = {modifier.type for modifier in curve.modifiers if not modifier.mute}
        if modifiers:
            return "cycles" if modifiers == {"CYCLES"} else "modifiers"
        if curve.lock or (curve.group is not None and curve.group.lock):
            return "locked"
        if curve.mute or (curve.group is not None and curve.group.mute):
            return "muted"
    if channel.path in driven:
        return "driven"
    if any((channel.path, index) in in_strips for index, curve in enumerate(channel.curves) if curve is None):
        return "nla"
    return ""


def driven_paths(obj: bpy.types.Object) -> set[str]:
    """Data paths that have drivers."""
    data = obj.animation_data
    return {driver.data_path for driver in data.drivers} if data is not None else set()


def strip_paths(obj: bpy.types.Object) -> set[tuple[str, int]]:
    """Data paths that the NLA's strips animate, and which of their numbers."""
    data = obj.animation_data
    found: set[tuple[str, int]] = set()
    if data is None or not data.use_nla:
        return found
    for track in data.nla_tracks:
        if track.mute:
            continue
        for strip in track.strips:
            if not strip.mute and strip.action is not None:
                found.update((curve.data_path, curve.array_index) for curve in compat.curves_of_strip(strip))
    return found


OBSTACLES = {
    "cycles": "{names} are repeated by Cycles modifiers on their F-curves and were left alone "
    "(bake them with Key > Bake Channels, or remove the modifiers, to include them)",
    "modifiers": "{names} have F-curve modifiers and were left alone "
    "(bake them with Key > Bake Channels to include them)",
    "locked": "{names} have locked channels and were left alone",
    "muted": "{names} have muted channels and were left alone",
    "driven": "{names} are moved by drivers and were left alone",
    "nla": "{names} are moved by other NLA strips only and were left alone",
    "switched": "{names} go over between FK and IK in these frames and were left alone "
    "(choose frames on one side of the switch to include them)",
}
"""What is said of bones with each obstacle."""
PLACES = {
    "driven": "The place of {names} comes from drivers and was left as it is",
    "nla": "The place of {names} comes from other NLA strips and was left as it is",
}
"""What is said of bones that may be turned, but not moved."""


def obstacle_lines(obstacles: Mapping[str, Sequence[str]], said: Mapping[str, str] = OBSTACLES) -> list[str]:
    """A line for each obstacle, naming its bones."""
    lines = []
    for kind, bones in obstacles.items():
        names = ", ".join(f"“{bone}”" for bone in bones[:4]) + (", …" if len(bones) > 4 else "")
        lines.append(said[kind].format(names=names))
    return lines
