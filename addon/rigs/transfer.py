"""Motion onto an armature and off it, with all that is set for that armature: its bones, its T-pose, its controls.

What writes or reads motion goes through here, so that every feature heeds the same settings.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np

from .. import compat
from ..core import BoneMapping, Motion, RetargetOptions, RigDescription, RigError, RigPoses, from_rig, to_rig
from . import read, rest_pose, sample, settings, status, takes


@dataclass(frozen=True)
class Target:
    """An armature looked at once. reference: (B, 4, 4) the T-pose given by hand. controls: "fk" or "ik"."""

    rig: RigDescription
    mapping: BoneMapping
    reference: np.ndarray | None
    controls: str

    def options(self, **given: Any) -> RetargetOptions:
        """How motion is put on it: the given fields (root, foot_lock, contacts, placement), the others its own."""
        return RetargetOptions(**{"reference": self.reference, "controls": self.controls, **given})


def target_of(obj: bpy.types.Object) -> Target:
    """The armature as it is set now. Raises RigError, whose text is for people, when it can't take motion."""
    reason = read.problem(obj)
    if reason:
        raise RigError(reason)
    rig = read.describe(obj)
    return _target(obj, rig, read.mapping_of(obj, rig))


def looking_at(obj: bpy.types.Object) -> Generator[None, None, Target]:
    """As `target_of`, in steps of some milliseconds: the bones are those that the panel has found.

    Nothing of the object may change between the steps.
    """
    reason = read.problem(obj)
    if reason:
        raise RigError(reason)
    rig = read.describe(obj)
    yield
    mapping = status.mapping(obj)
    if isinstance(mapping, str):
        raise RigError(mapping)
    yield
    return _target(obj, rig, mapping)


def _target(obj: bpy.types.Object, rig: RigDescription, mapping: BoneMapping) -> Target:
    if not mapping.usable:
        raise RigError(mapping.reason)
    # the choice belongs to a rig that has such controls; bones set by hand may have left it without
    controls = settings.of(obj).controls if mapping.ik_limbs else "fk"
    return Target(rig, mapping, rest_pose.reference_of(obj, rig), controls)


def put(target: Target, motion: Motion, **given: Any) -> RigPoses:
    """Poses of the armature for a motion at the scene's frame rate, to be written by `write`.

    given: fields of RetargetOptions (root, foot_lock, contacts, placement). Raises RigError.
    """
    return to_rig(motion, target.rig, target.mapping, target.options(**given))


def take(
    scene: bpy.types.Scene, obj: bpy.types.Object, frames: Sequence[float], fps: float, placement: str = "rig"
) -> Motion:
    """The motion that the armature really plays at these scene frames, which are 1/fps apart; metres.

    Constraints, drivers and the NLA are in it. Raises RigError; a pose that isn't a number is told with its frame.
    """
    reason = read.unreadable(obj)
    if reason:
        raise RigError(reason)
    rig = read.describe(obj)
    target = _target(obj, rig, read.mapping_of(obj, rig))
    matrices = sample.pose_matrices(scene, obj, frames)
    own = RetargetOptions(reference=target.reference, placement=placement)
    untold = takes.untold_of(compat.current_assignment(obj).action, frames)
    return from_rig(target.rig, target.mapping, matrices, fps, own, frames=frames, untold=untold)
