"""What is meant by an edit, in frames and names: what is selected when it is asked for isn't when it is made again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import bpy

from . import body, bones, ranges
from .spec import EditSpec

RANGED = ("in_between", "body_part", "clean_up", "loop")
"""Edits of a range of frames."""
_OF_BONES = ("in_between", "body_part", "clean_up")


def meant(scene: bpy.types.Scene, obj: bpy.types.Object | None, spec: EditSpec) -> EditSpec:
    """The same edit, with the frames, poses and bones by number and name.

    So it is planned as it is kept with its take, and comes out the same from there. Raises RigError or RequestError.
    """
    if spec.tool not in RANGED:
        return spec
    of_keys = spec.protect_keys if spec.tool == "clean_up" else spec.tool == "in_between" and spec.range == "SELECTED"
    unsaid_poses = of_keys and spec.poses is None
    unsaid_bones = spec.tool in _OF_BONES and spec.bones == "SELECTED" and not spec.names
    if spec.range == "FRAMES" and not unsaid_poses and not unsaid_bones:
        return spec
    found = body.of(obj)
    channels = list(found.channels.values())
    span = ranges.find(spec.range, scene, channels, spec.first, spec.last)
    said: dict[str, Any] = {"range": "FRAMES", "first": span.first, "last": span.last}
    if unsaid_poses:
        # of what an edit has made of a capture, too, where in-between keeps poses
        said["poses"] = tuple(ranges.selected_frames(channels, spec.tool == "in_between").tolist())
    if unsaid_bones:
        said["names"] = tuple(sorted(bones.choose(found.obj, found.mapping, "SELECTED").bones))
    return replace(spec, **said)
