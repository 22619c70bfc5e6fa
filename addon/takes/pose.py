"""A pose as text: what the bones' own channels hold, to be put back under an Action or without one.

A take sets channels that the animator's Action doesn't key; when the take goes, these must be again what they were.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

import bpy

from ..present import custom_properties, pose_bones

_REST: Mapping[str, tuple[float, ...]] = {
    "location": (0.0, 0.0, 0.0),
    "rotation_quaternion": (1.0, 0.0, 0.0, 0.0),
    "rotation_euler": (0.0, 0.0, 0.0),
    "rotation_axis_angle": (0.0, 0.0, 1.0, 0.0),
    "scale": (1.0, 1.0, 1.0),
    "ik_stretch": (0.0,),
}
_ROTATIONS = tuple(name for name in _REST if name.startswith("rotation"))
_NAME = r'"((?:[^"\\]|\\.)*)"'
_PATH = re.compile(rf"^pose\.bones\[{_NAME}\](?:\.(\w+)|\[{_NAME}\])$")


def to_text(obj: bpy.types.Object) -> str:
    """The pose of an armature: every channel that isn't at rest, and the numbers among the bones' custom properties."""
    bones: dict[str, dict[str, Any]] = {}
    for bone in pose_bones(obj):
        kept: dict[str, Any] = {}
        for channel, rest in _REST.items():
            values = _values(bone, channel)
            if values != rest:
                kept[channel] = values
        custom = custom_properties(bone)
        properties = {key: custom[key] for key in custom.keys() if type(custom[key]) in (bool, int, float)}  # noqa: SIM118
        if properties:
            kept["properties"] = properties
        if kept:
            bones[bone.name] = kept
    return _text(bones)


def _values(bone: bpy.types.PoseBone, channel: str) -> tuple[float, ...]:
    value = getattr(bone, channel)
    return (value,) if isinstance(value, float) else tuple(value)


def _text(bones: Mapping[str, Any]) -> str:
    return json.dumps(bones, ensure_ascii=False, separators=(",", ":"))


def from_text(text: str) -> dict[str, dict[str, Any]]:
    """What `to_text` wrote: bone, channel, values. Empty for an empty or damaged text."""
    try:
        bones = json.loads(text or "{}")
    except ValueError:
        return {}
    return bones if isinstance(bones, dict) else {}


def merged(text: str, earlier: str, paths: Iterable[str]) -> str:
    """A pose with those channels that the data paths name as an earlier pose had them."""
    taken = {part[:2] for part in map(parse, paths) if part is not None}
    if not taken:
        return text
    now, before = from_text(text), from_text(earlier)
    for bone, channel_name in taken:
        for name in _ROTATIONS if channel_name in _ROTATIONS else (channel_name,):
            now.setdefault(bone, {}).pop(name, None)
            if name in before.get(bone, {}):
                now[bone][name] = before[bone][name]
    return _text(now)


def restore(obj: bpy.types.Object, text: str, paths: Iterable[str]) -> None:
    """Put back those channels that these data paths name, as the text has them, else at rest. Others stay."""
    saved = from_text(text)
    for path in set(paths):
        part = parse(path)
        bone = pose_bones(obj).get(part[0]) if part else None
        if part is None or bone is None:
            continue
        kept = saved.get(part[0], {})
        if part[2]:
            value = kept.get("properties", {}).get(part[2])
            if value is not None and type(custom_properties(bone).get(part[2])) in (bool, int, float):
                bone[part[2]] = value
            continue
        for channel in _ROTATIONS if part[1] in _ROTATIONS else (part[1],):
            if channel in _REST:
                values = kept.get(channel, _REST[channel])
                setattr(bone, channel, values if len(values) > 1 else values[0])


def parse(path: str) -> tuple[str, str, str] | None:
    """Bone, channel and custom property of a data path (one of the last two is ""); None if it's no bone's."""
    found = _PATH.match(path)
    if found is None:
        return None
    bone, channel, key = (bpy.utils.unescape_identifier(part or "") for part in found.groups())
    return bone, channel, key


def channel(saved: Mapping[str, Mapping[str, Any]], bone: str, name: str) -> tuple[float, ...]:
    """One transform channel of a saved pose; at rest, if it isn't in there."""
    return tuple(saved.get(bone, {}).get(name, _REST[name]))


def value(saved: Mapping[str, Mapping[str, Any]], path: str, index: int) -> float | None:
    """One number of a saved pose; None if it isn't known."""
    part = parse(path)
    if part is None:
        return None
    kept = saved.get(part[0], {})
    if part[2]:
        found = kept.get("properties", {}).get(part[2])
        return None if found is None else float(found)
    if part[1] not in _REST:
        return None
    return float(kept.get(part[1], _REST[part[1]])[index])
