"""The armature of an edit as it is before the edit: its bones' channels, what can't be changed, where it is keyed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import bpy
import numpy as np

from .. import compat, keys
from ..core import BoneMapping, RequestError, RigError
from ..present import pose_bones
from ..rigs import read, status, unseen
from .bones import joints_by_bone
from .channels import (
    LOCATION,
    PLACES,
    Channel,
    channels_of,
    driven_paths,
    obstacle,
    obstacle_lines,
    strip_paths,
    unique_frames,
)
from .limbs import Limbs, by_keys, by_switches
from .ranges import FrameRange
from .reading import Reader

LONGEST_CONTEXT = 1.6
"""Seconds of motion beside a range that are looked at."""


@dataclass(frozen=True, eq=False)
class Body:
    """A rig that plays an Action.

    channels: (bone, "rotation" or "location") -> channel, of every bone that is a part of the body. joints: bone ->
    its joints. blocked: obstacle -> bones that can't be changed for it. elsewhere: channel -> obstacle, of bones that
    may be turned but not moved. limbs: which controls pose the limbs (see `within`).
    """

    obj: bpy.types.Object
    mapping: BoneMapping
    channels: Mapping[tuple[str, str], Channel]
    joints: Mapping[str, tuple[str, ...]]
    blocked: Mapping[str, tuple[str, ...]]
    elsewhere: Mapping[tuple[str, str], str] = field(default_factory=dict)
    limbs: Limbs = field(default_factory=Limbs)

    def within(self, scene: bpy.types.Scene, span: FrameRange, read: Reader) -> Body:
        """The body as it is posed over a range, without the controls that its limbs don't follow there.

        Limbs whose switch goes over in the range can't be changed. Raises what reading does.
        """
        found = by_switches(scene, self.obj, self.mapping, self.limbs, self._made_new(span), read)
        blocked = {why: list(bones) for why, bones in self.blocked.items()}
        if found.between:
            blocked["switched"] = sorted(found.between)
        for limb in self.mapping.ik_limbs:
            why = self.elsewhere.get((limb.control, LOCATION))
            if why and (limb.control in found.ik or limb.always):  # it can't be put where the hand or foot is to be
                blocked[why] = [*blocked.get(why, ()), limb.control]
        seen = {why: tuple(bone for bone in bones if bone not in found.unseen) for why, bones in blocked.items()}
        return replace(
            self,
            channels={key: channel for key, channel in self.channels.items() if key[0] not in found.unseen},
            blocked={why: bones for why, bones in seen.items() if bones},
            limbs=found,
        )

    def refuse_if_fixed(self, bones: Iterable[str]) -> None:
        """Raises RequestError, naming what is in the way, if of these bones all that are animated can't be changed."""
        chosen = set(bones)
        fixed = {why: [bone for bone in own if bone in chosen] for why, own in self.blocked.items()}
        if any(fixed.values()) and not any(channel.animated for channel in self.usable(chosen).values()):
            why = max(fixed, key=lambda why: len(fixed[why]))
            raise RequestError(f"Nothing can be changed here: {obstacle_lines({why: fixed[why]})[0]}")

    def _made_new(self, span: FrameRange) -> list[int]:
        """The whole frames of a range, but for those at its ends that stay as they are."""
        first, last = self.pins(span)
        frames = [int(frame) for frame in span.whole_frames]
        inside = [
            frame
            for frame in frames
            if not (first and frame <= span.first + keys.SAME_FRAME)
            and not (last and frame >= span.last - keys.SAME_FRAME)
        ]
        return inside or frames

    @cached_property
    def fixed_bones(self) -> frozenset[str]:
        """Bones that can't be changed."""
        return frozenset(bone for bones in self.blocked.values() for bone in bones)

    @cached_property
    def fixed_joints(self) -> frozenset[str]:
        """Joints that can't be changed."""
        return frozenset(joint for bone in self.fixed_bones for joint in self.joints[bone])

    @property
    def warnings(self) -> list[str]:
        """What the animator should know about these bones."""
        return obstacle_lines(self.blocked) + self.place_lines + self._scaled + unseen.reasons(self.obj)

    @property
    def place_is_fixed(self) -> bool:
        """Whether the way of the whole body can't be changed."""
        return (self._carrier, LOCATION) in self.elsewhere

    @property
    def place_lines(self) -> list[str]:
        """What the animator should know about it."""
        why = self.elsewhere.get((self._carrier, LOCATION))
        return obstacle_lines({why: [self._carrier]}, PLACES) if why else []

    @property
    def _carrier(self) -> str:
        return self.mapping.bone("body") or self.mapping.bone("pelvis") or ""

    @property
    def _scaled(self) -> list[str]:
        names = [
            bone for bone in self.joints if not np.allclose(np.array(pose_bones(self.obj)[bone].scale), 1.0, atol=1e-4)
        ]
        if not names:
            return []
        if len(names) > 1:
            return [f"“{names[0]}” and others are scaled: the scale is kept as it is"]
        return [f"“{names[0]}” is scaled: the scale is kept as it is"]

    @cached_property
    def all_key_frames(self) -> np.ndarray:
        """Frames of all the body's keys."""
        return unique_frames([channel.key_frames(with_fillers=True) for channel in self.channels.values()])

    def pins(self, span: FrameRange) -> tuple[bool, bool]:
        """Whether there are keys before the range, and after it: motion that must go on as it was."""
        frames = self.all_key_frames
        before, after = frames < span.first - keys.SAME_FRAME, frames > span.last + keys.SAME_FRAME
        return bool(before.any()), bool(after.any())

    def pose_keys(self, span: FrameRange) -> dict[tuple[str, str], np.ndarray]:
        """Channel -> frames of the animator's keys in the range; of all keys, if a tool made them all."""
        for with_fillers in (False, True):
            found = {}
            for key, channel in self.channels.items():
                frames = channel.key_frames(with_fillers)
                found[key] = frames[(frames > span.first - keys.SAME_FRAME) & (frames < span.last + keys.SAME_FRAME)]
            if any(len(frames) for frames in found.values()):
                return found
        return found

    def context(self, span: FrameRange, fps: float) -> tuple[int, int]:
        """The whole frames to look at: the range, and motion beside it where there is any.

        Stepped keys beside the range are poses, not motion: they say nothing about speeds.
        """
        first, last = int(np.floor(span.first)), int(np.ceil(span.last))
        before, after = self.pins(span)
        reach = int(np.ceil(LONGEST_CONTEXT * fps))
        frames = self.all_key_frames
        if before and not self._stepped(frames[0], span.first):
            first = max(first - reach, int(np.floor(frames[0])))
        if after and not self._stepped(span.last, frames[-1]):
            last = min(last + reach, int(np.ceil(frames[-1])))
        return first, last

    def ending(self, fps: float, seconds: float = LONGEST_CONTEXT) -> tuple[int, int]:
        """The whole frames to look at of motion that goes on after its last key, to the frame of that key.

        seconds: how far back to look. Raises RequestError when there are no keys.
        """
        frames = self.all_key_frames
        if not len(frames):
            raise RequestError("The Action has no keys on the body's bones")
        last = int(np.ceil(frames[-1]))
        return max(int(np.floor(frames[0])), last - int(np.ceil(seconds * fps))), last

    def _stepped(self, start: float, stop: float) -> bool:
        seen = False
        for channel in self.channels.values():
            for curve in channel.curves:
                if curve is None:
                    continue
                found = keys.read(curve)
                inside = (found.frames > start - keys.SAME_FRAME) & (found.frames < stop - keys.SAME_FRAME)
                if (found.interpolation[inside] != keys.CONSTANT).any():
                    return False
                seen = seen or bool(inside.any())
        return seen

    def usable(self, bones: Iterable[str]) -> dict[tuple[str, str], Channel]:
        """The channels of those of the bones that can be changed."""
        chosen = set(bones) - self.fixed_bones
        return {
            key: channel for key, channel in self.channels.items() if key[0] in chosen and key not in self.elsewhere
        }


def of(obj: bpy.types.Object | None, needs_action: bool = True) -> Body:
    """The body of an armature. Raises RigError or RequestError with what to do.

    needs_action: it must play an Action of its own, which is what is edited; else it may be played by NLA strips.
    """
    reason = read.problem(obj)
    if reason or obj is None:
        raise RigError(reason)
    mapping = status.mapping(obj)
    if isinstance(mapping, str) or not mapping.usable:
        raise RigError(mapping if isinstance(mapping, str) else mapping.reason)
    data = obj.animation_data
    if needs_action and (data is None or data.action is None):
        strips = data is not None and any(track.strips for track in data.nla_tracks)
        raise RequestError(
            f"“{obj.name}” plays NLA strips and no Action of its own: choose an Action in the Action Editor"
            if strips
            else f"“{obj.name}” has no Action to edit: key some poses first, or generate a motion"
        )
    if needs_action and not compat.curves_of(obj):
        action_name = data.action.name  # type: ignore[union-attr]  # asked above
        raise RequestError(f"The Action “{action_name}” has no keys for “{obj.name}”")
    nothing_seen = unseen.hidden(obj)
    if nothing_seen:  # what is seen is what is edited
        raise RequestError(nothing_seen[0])
    joints = joints_by_bone(mapping)
    channels = channels_of(obj, joints)
    driven, in_strips = driven_paths(obj), strip_paths(obj) if needs_action else set()
    added = data is not None and data.action_blend_type in {"COMBINE", "ADD"}
    blocked: dict[str, list[str]] = {}
    elsewhere: dict[tuple[str, str], str] = {}
    for key, channel in channels.items():
        why = obstacle(channel, driven, in_strips)
        if not why:
            continue
        if key[1] == LOCATION and (why == "nla" or not channel.animated):  # most bones aren't moved, only turned
            if why == "nla" and added:
                channels[key] = channel.over(in_strips)
            else:
                elsewhere[key] = why
        elif key[0] not in blocked.setdefault(why, []):
            blocked[why].append(key[0])
    joints = {bone: own for bone, own in joints.items() if bone in pose_bones(obj)}
    found = {why: tuple(bones) for why, bones in blocked.items()}
    return Body(obj, mapping, channels, joints, found, elsewhere, by_keys(mapping, channels))
