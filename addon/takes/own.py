"""The animator's own Action and pose: remembered before a take is shown, brought back by one click, never written to.

It is found again by the object itself (a pointer keeps it in the file, a fake user too), so it outlives saving,
renaming and undo.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bpy

from .. import compat
from . import pose
from .collection import is_take, state

NO_ACTION = "My Pose (no Action)"


def is_shown(obj: bpy.types.Object) -> bool:
    """Whether the armature plays what the animator had."""
    current = compat.current_assignment(obj).action
    if is_take(current) or plays_strips(obj):
        return False
    return current is not None or state(obj).own_action is None


def label(obj: bpy.types.Object) -> str:
    """The name of the animator's own Action."""
    action = action_of(obj)
    return action.name if action is not None else NO_ACTION


def action_of(obj: bpy.types.Object) -> bpy.types.Action | None:
    """The animator's own Action; None if there was only a pose."""
    current = compat.current_assignment(obj).action
    if current is not None and not is_take(current):
        return current
    return state(obj).own_action


def remember(obj: bpy.types.Object) -> None:
    """Note what the armature plays and how it stands, if that is the animator's own and not a take."""
    current = compat.current_assignment(obj)
    if is_take(current.action) or (current.action is None and state(obj).own_known and plays_strips(obj)):
        return
    own = state(obj)
    keep(own.own_action)
    keep(current.action)
    own.own_action = current.action
    own.own_slot = compat.slot_identifier(current.slot)
    own.own_pose = pose.merged(pose.to_text(obj), own.own_pose, _moved_by_strips(obj) if own.own_known else ())
    own.own_known = True


def bring_back_pose(obj: bpy.types.Object) -> None:
    """Take away what the shown take does to the pose. What the animator posed beside it stays."""
    own = state(obj)
    if own.own_known and is_take(compat.current_assignment(obj).action):
        pose.restore(obj, own.own_pose, (curve.data_path for curve in compat.curves_of(obj)))


def pose_under(obj: bpy.types.Object) -> Callable[[Any, str], tuple[float, ...]]:
    """How the bones stand without the shown take: asked with a bone and a transform channel.

    So what a new take has to hold at rest doesn't depend on which take is shown while it's written.
    """
    saved = pose.from_text(state(obj).own_pose)
    taken = is_take(compat.current_assignment(obj).action) and state(obj).own_known
    paths = {curve.data_path for curve in compat.curves_of(obj)} if taken else set()

    def values(bone: Any, channel: str) -> tuple[float, ...]:
        if f"{bone.path_from_id()}.{channel}" in paths:
            return pose.channel(saved, bone.name, channel)
        return tuple(getattr(bone, channel))

    return values


def show(obj: bpy.types.Object) -> None:
    """Let the armature play the animator's own Action again, in the slot it had, over the pose it had."""
    own = state(obj)
    if not own.own_known or is_shown(obj):
        return
    bring_back_pose(obj)
    compat.assign(obj, own.own_action, slot_of(obj))
    obj.update_tag(refresh={"TIME"})


def slot_of(obj: bpy.types.Object) -> Any:
    """The slot of the own Action that this armature played; None where there are no slots."""
    own = state(obj)
    if own.own_action is None:
        return None
    return compat.slot_named(own.own_action, own.own_slot) or compat.slot_for(own.own_action, obj)


def keep(action: bpy.types.Action | None) -> None:
    """See to it that saving the file keeps an Action, whoever plays it."""
    if action is not None and action.library is None and not action.use_fake_user:
        action.use_fake_user = True


def _moved_by_strips(obj: bpy.types.Object) -> set[str]:
    """Data paths that takes in the NLA animate: what these channels hold now isn't the animator's pose."""
    data = obj.animation_data
    strips = [strip for track in data.nla_tracks for strip in track.strips] if data is not None else []
    return {curve.data_path for strip in strips if is_take(strip.action) for curve in compat.curves_of_strip(strip)}


def plays_strips(obj: bpy.types.Object) -> bool:
    """Whether takes, or the own Action, are played by the NLA, and no Action above them."""
    data = obj.animation_data
    if data is None or data.action is not None or not data.use_nla:
        return False
    own = state(obj).own_action
    return any(
        strip.action is not None and (is_take(strip.action) or strip.action == own)
        for track in data.nla_tracks
        for strip in track.strips
    )
