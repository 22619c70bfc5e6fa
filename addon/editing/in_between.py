"""In-between on a rig: which poses the animator has keyed, and the motion through them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import bpy
import numpy as np

from ..core import EditSettings, Key, Motion, RequestError, canonical_skeleton, editing
from . import body, bones, plausible, ranges, source
from .channels import unique_frames
from .plan import Plan, Work, asked_in_parts, asked_once, told_of_parts
from .ranges import FrameRange
from .reading import Reader, at_once
from .spec import EditSpec

_ALL_JOINTS = frozenset(canonical_skeleton().names)
_ADJACENT = 1.5
"""Frames between two keys of a bone, under which they are a recording's."""


def plan(scene: bpy.types.Scene, obj: bpy.types.Object | None, spec: EditSpec, read: Reader = at_once) -> Plan:
    """Raises RigError or RequestError with what to do; nothing has been changed then."""
    found = body.of(obj)
    span = ranges.find(spec.range, scene, found.channels.values(), spec.first, spec.last)
    found = found.within(scene, span, read)
    poses = found.pose_keys(span)
    warnings = list(found.warnings)
    if recorded(poses, span):
        chosen = np.array([frame for frame in spec.poses or () if span.first <= frame <= span.last], np.float64)
        poses = _whole_poses(found, unique_frames([chosen, np.array([span.first, span.last])]))
        which = "selected poses" if len(chosen) > 2 else "poses at its ends"
        warnings.append(f"The range is keyed on every frame, as capture is: only the {which} are kept")
    pins = found.pins(span)
    if not any(len(frames) for frames in poses.values()) and not all(pins):
        raise RequestError(
            f"There are no keys of the body's bones from frame {span.first:g} to {span.last:g}: key a pose there, or "
            "choose another range"
        )
    choice = bones.choose(found.obj, found.mapping, spec.bones, spec.parts, spec.collections, spec.names)
    found.refuse_if_fixed(choice.bones)
    first, last = found.context(span, source.frame_rate(scene))
    seen = source.sampled(scene, found.obj, first, last, found.limbs, read)
    holds = held_frames(found, poses)
    keys = _keys(found, seen, span, poses, holds, pins, choice)
    keyed = sorted({key.frame for key in keys if seen.index(span.first) <= key.frame <= seen.index(span.last)})
    warnings += plausible.warnings(seen.motion, keyed, seen.first)
    work, said = _work(seen.motion, keys, seen.index(span.first), seen.index(span.last), spec.settings())
    return Plan(
        work=work,
        source=seen,
        bones=choice.bones,
        span=span,
        pins=pins,
        keep_keys=True,
        holds=holds,
        lock_feet=spec.foot_lock,
        warnings=(*warnings, *said),
    )


def recorded(poses: Mapping[tuple[str, str], np.ndarray], span: FrameRange) -> bool:
    """Whether nearly every frame is keyed, as in capture, so that the keys aren't poses that an animator chose.

    Keys that are offset from bone to bone stand on every frame together, but each bone's are some frames apart.
    """
    frames = unique_frames(poses.values())
    if len(frames) <= max(3.0, 0.8 * len(span.whole_frames)):
        return False
    runs = [float((np.diff(own) < _ADJACENT).mean()) for own in poses.values() if len(own) > 1]
    return bool(runs) and float(np.median(runs)) > 0.8


def _whole_poses(found: body.Body, frames: np.ndarray) -> dict[tuple[str, str], np.ndarray]:
    """Every animated channel at some frames: in what is keyed throughout they are poses, whatever made their keys.

    An edit of a capture leaves generated keys on some of its bones and the recorded ones on others.
    """
    return {key: frames if len(channel.key_frames(True)) else np.zeros(0) for key, channel in found.channels.items()}


def held_frames(found: body.Body, poses: Mapping[tuple[str, str], np.ndarray]) -> dict[tuple[str, str], np.ndarray]:
    """Channel -> frames at which it holds: its own keys.

    Where nothing that carries the body along is animated, whoever posed the hips also said where they are: there.
    """
    holds = dict(poses)
    if not any(channel.animated for (bone, kind), channel in found.channels.items() if _carries(found, bone, kind)):
        at = unique_frames([poses[bone, "rotation"] for bone, own in found.joints.items() if "pelvis" in own])
        for bone, own in found.joints.items():
            if "pelvis" in own:
                holds[bone, "location"] = at
    return holds


def _carries(found: body.Body, bone: str, kind: str) -> bool:
    """Whether a channel moves the whole body along."""
    own = found.joints[bone]
    return (not own) or (kind == "location" and "pelvis" in own)


def _keys(
    found: body.Body,
    seen: source.Source,
    span: FrameRange,
    poses: Mapping[tuple[str, str], np.ndarray],
    holds: Mapping[tuple[str, str], np.ndarray],
    pins: tuple[bool, bool],
    choice: bones.Choice,
) -> list[Key]:
    """What holds at which pose of the source."""
    joints: dict[int, set[str]] = {}
    rooted: set[int] = set()
    for (bone, kind), frames in holds.items():
        own = found.joints[bone]
        for frame in frames:
            at = seen.index(frame)
            if kind == "rotation" and len(poses[bone, kind]):
                joints.setdefault(at, set()).update(own)
            if _carries(found, bone, kind):
                rooted.add(at)
            elif kind == "location" and bone in _ik_controls(found):
                joints.setdefault(at, set()).update(own)
    usual = {joint for (bone, kind), frames in poses.items() if len(frames) for joint in found.joints[bone]}
    keys = []
    for at in sorted(joints.keys() | rooted):
        mine = joints.get(at, set())
        # joints that this rig has no bone for go along with a whole pose
        whole = bool(usual) and usual <= mine and "pelvis" in mine
        known = {joint for own in found.joints.values() for joint in own}
        keys.append(Key(at, frozenset(mine | (_ALL_JOINTS - known if whole else set())), at in rooted))
    for frame, pinned in zip((span.first, span.last), pins, strict=True):
        if pinned:
            keys.append(Key(seen.index(frame), None, True))
    still = (_ALL_JOINTS - choice.joints) | found.fixed_joints if choice.joints < _ALL_JOINTS else found.fixed_joints
    still &= {joint for own in found.joints.values() for joint in own}
    if still or found.place_is_fixed:
        root = "pelvis" in still or found.place_is_fixed
        keys += [Key(at, frozenset(still), root) for at in range(seen.motion.num_frames)]
    return _merged(keys)


def _ik_controls(found: body.Body) -> frozenset[str]:
    return frozenset(limb.control for limb in found.mapping.ik_limbs)


def _merged(keys: list[Key]) -> list[Key]:
    """One key a frame."""
    found: dict[int, Key] = {}
    for key in keys:
        other = found.get(key.frame)
        if other is not None:
            both = None if key.joints is None or other.joints is None else key.joints | other.joints
            key = Key(key.frame, both, key.root or other.root)
        if key.joints is not None and key.joints >= _ALL_JOINTS:
            key = Key(key.frame, None, key.root)
        found[key.frame] = key
    return [found[frame] for frame in sorted(found)]


def _work(
    motion: Motion, keys: list[Key], first: int, last: int, settings: EditSettings
) -> tuple[Work, tuple[str, ...]]:
    """Part after part, each going on from the one before. A first look says what the animator should know."""
    parts = [
        partial(editing.in_between, keys=keys, first=start, last=stop)
        for start, stop in editing.split_at_keys(keys, first, last, motion.fps)
    ]
    first_part = parts[0](motion, settings=settings)
    said = (*first_part.warnings, *told_of_parts((last - first) / motion.fps, len(parts)))
    return asked_once(first_part) if len(parts) == 1 else asked_in_parts(motion, parts, settings), said
