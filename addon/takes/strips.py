"""A take as an NLA strip, at the frames where its keys are, or on the range that the animator gave the Action."""

from __future__ import annotations

import math
from typing import Any

import bpy

from .. import compat
from ..core import RequestError
from . import own, timing
from .collection import is_take, slot_in, state

TRACK = "MotionMix Takes"
OWN_TRACK = "My Action"


def push(obj: bpy.types.Object, action: bpy.types.Action, own_below: bool = True) -> Any:
    """Put a take into the NLA; the armature then plays the NLA and no Action above it.

    own_below: if the animator's own Action isn't in the NLA yet, it gets a strip below, and is seen before and after
    the take. Returns the strip. Raises RequestError: the NLA can't take it.
    """
    slot = slot_in(obj, action)
    first, last = _frames(action, slot)
    own.remember(obj)
    own.bring_back_pose(obj)
    data: Any = obj.animation_data_create()
    beneath = _push_own(obj, data) if own_below else False
    compat.assign(obj, None, None)
    track = _track_with_room(data, first, last)
    alone = not any(found.strips for found in data.nla_tracks)
    strip = _add(obj, track, action, slot, (first, last))
    strip.extrapolation = "HOLD" if alone else ("NOTHING" if beneath or _has_own(obj, data) else "HOLD_FORWARD")
    data.use_nla = True
    obj.update_tag(refresh={"TIME"})
    return strip


def _push_own(obj: bpy.types.Object, data: Any) -> bool:
    """A strip of the own Action on a track of its own, as that Action was mixed in. Whether one was made."""
    action = state(obj).own_action
    if action is None or _has_own(obj, data):
        return False
    slot = own.slot_of(obj)
    if not any(curve.keyframe_points for curve in compat.curves_in(action, slot)):
        return False
    track = data.nla_tracks.new()
    track.name = OWN_TRACK
    strip = _add(obj, track, action, slot, _frames(action, slot))
    strip.blend_type = data.action_blend_type
    strip.influence = data.action_influence
    strip.extrapolation = "HOLD"
    return True


def _has_own(obj: bpy.types.Object, data: Any) -> bool:
    action = state(obj).own_action
    return action is not None and any(s.action == action for track in data.nla_tracks for s in track.strips)


def _track_with_room(data: Any, first: float, last: float) -> Any:
    """Our topmost track, if nothing above it and nothing in it is in the way; else a new one on top."""
    top = data.nla_tracks[-1] if len(data.nla_tracks) else None
    if top is not None and top.name.startswith(TRACK) and not top.lock and not getattr(top, "is_override_data", False):
        end = last + math.ceil(first) - first  # a strip is made on whole frames, and moved from there
        taken = any(strip.frame_start < end and strip.frame_end > first for strip in top.strips)
        if not taken and all(is_take(strip.action) for strip in top.strips):
            return top
    track = data.nla_tracks.new()
    track.name = TRACK
    return track


def _frames(action: bpy.types.Action, slot: Any) -> tuple[float, float]:
    """What of an Action its strip plays: a range that was set by hand holds, as when Blender pushes an Action down.

    Raises RequestError: it has no keys.
    """
    first, last = timing.span(action, slot)
    if action.use_frame_range:
        first, last = action.frame_start, action.frame_end
    return first, last if last > first else first + 1.0


def _add(obj: bpy.types.Object, track: Any, action: bpy.types.Action, slot: Any, frames: tuple[float, float]) -> Any:
    """A strip that plays these frames of the Action at these frames of the scene."""
    try:
        strip = track.strips.new(action.name, math.ceil(frames[0]), action)
    except RuntimeError as error:
        raise RequestError(f"“{action.name}” can't be put into the NLA of “{obj.name}”: {error}") from error
    compat.set_strip_slot(strip, slot)
    # Blender begins a strip on whole frames, and takes the range of the slot that it guessed. An end is set twice,
    # since no start can be set behind it.
    strip.action_frame_end = frames[1]
    strip.action_frame_start, strip.action_frame_end = frames
    strip.frame_end = frames[1]
    strip.frame_start, strip.frame_end = frames
    return strip
