"""Motion onto an armature and off it, with all that is set for that armature: its bones, its T-pose, its controls.

What writes or reads motion goes through here, so that every feature heeds the same settings.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import bpy

from ..core import Motion, RetargetOptions, RigError, RigPoses, from_rig, to_rig
from . import read, rest_pose, sample, settings


def put(obj: bpy.types.Object, motion: Motion, **given: Any) -> RigPoses:
    """Poses of this armature for a motion at the scene's frame rate, to be written by `write`.

    given: fields of RetargetOptions (root, foot_lock, contacts, placement). Raises RigError, whose text is for people.
    """
    rig = read.describe(obj)
    mapping = read.mapping_of(obj, rig)
    if not mapping.usable:
        raise RigError(mapping.reason)
    if given.get("controls", settings.of(obj).controls) == "ik" and not mapping.ik_limbs:
        given["controls"] = "fk"  # the choice belongs to a rig with such controls; this one has none any more
    own = {"reference": rest_pose.reference_of(obj, rig), "controls": settings.of(obj).controls}
    return to_rig(motion, rig, mapping, RetargetOptions(**{**own, **given}))


def take(
    scene: bpy.types.Scene, obj: bpy.types.Object, frames: Sequence[float], fps: float, placement: str = "rig"
) -> Motion:
    """The motion that the armature really plays at these scene frames, which are 1/fps apart; metres.

    Constraints, drivers and the NLA are in it. Raises RigError; a pose that isn't a number is told with its frame.
    """
    rig = read.describe(obj)
    mapping = read.mapping_of(obj, rig)
    if not mapping.usable:
        raise RigError(mapping.reason)
    matrices = sample.pose_matrices(scene, obj, frames)
    own = RetargetOptions(reference=rest_pose.reference_of(obj, rig), placement=placement)
    return from_rig(rig, mapping, matrices, fps, own, frames=frames)
