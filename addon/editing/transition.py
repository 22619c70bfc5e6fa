"""From one Action into another: between two NLA strips, or from the Action that's played into one by name.

Between strips the way is made a strip of its own in the gap; both strips stay as they are. With an Action by name the
new take holds the first Action, the way, and the second Action moved to where the first one's speed leads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import bpy
import numpy as np

from .. import compat, jobs
from ..core import Motion, RequestError, editing
from ..rigs import takes
from ..takes import strips
from . import alongside, body, plausible, seen, source, write
from .channels import Channel, unique_frames
from .job import Edited, Job
from .limbs import Limbs
from .plan import Plan, asked_once
from .ranges import FrameRange
from .reading import Reader, Watched, at_once, playing
from .spec import EditSpec


def begin(scene: bpy.types.Scene, obj: bpy.types.Object | None, spec: EditSpec, reader: Reader = at_once) -> Job:
    """Look at the two motions. Raises RigError or RequestError; nothing has been changed then."""
    return _into_action(scene, obj, spec, reader) if spec.after else _between_strips(scene, obj, spec, reader)


@dataclass
class TransitionJob(Job):
    """An edit whose channels aren't those of one Action. channels: as they were seen. beside: keys of other bones.
    into_uid: the Action's that it goes over into."""

    channels: dict[tuple[str, str], seen.SeenChannel] | None = None
    name: str = ""
    edited: str = ""
    as_strip: bool = False
    beside: tuple[write.NewKeys, ...] = ()
    into_uid: int = 0

    def channels_of(self, obj: bpy.types.Object) -> Mapping[tuple[str, str], Channel]:
        """What was seen when the transition was begun."""
        assert self.channels is not None
        return self.channels

    def keyed_into(
        self, obj: bpy.types.Object, scene: bpy.types.Scene, every: Sequence[Sequence[write.NewKeys]]
    ) -> Edited:
        """Write the keys into a new take for each variation; between strips there is one, and it becomes a strip."""
        span = self.plan.span
        stored = [one.stored(self.edited, self.model) for one in self.spec.one_by_one()]
        if not self.as_strip:
            into = jobs.by_uid(bpy.data.actions, self.into_uid)
            targets = [write.copied(obj, self.name, request, into) for request in stored]
            takes_made = write.one_after_the_other(obj, targets, [[*new, *self.beside] for new in every])
            scene.frame_end = max(scene.frame_end, int(span.last))
            return Edited(takes_made[0], tuple(dict.fromkeys(self.warnings)), len(takes_made))
        made = compat.new_action(obj, takes.take_name(self.name, {action.name for action in bpy.data.actions}))
        try:
            takes.store_request(made.action, stored[0])
            write.apply(write.Target(made.action, made.slot), every[0])
            strip = strips.push(obj, made.action, own_below=False)
            strip.extrapolation = "NOTHING"
        except BaseException:
            bpy.data.actions.remove(made.action)
            raise
        return Edited(made.action, tuple(dict.fromkeys(self.warnings)))


def _between_strips(scene: bpy.types.Scene, obj: bpy.types.Object | None, spec: EditSpec, read: Reader) -> Job:
    found = body.of(obj, needs_action=False)
    first, second = _two_strips(found.obj)
    start, stop = int(np.ceil(first.frame_end)), int(np.floor(second.frame_start))
    if stop - start < 2:
        raise RequestError(
            f"The strips “{first.name}” and “{second.name}” leave no frames between them: move one away, as far as "
            "the way from one into the other shall be long"
        )
    reach = int(np.ceil(body.LONGEST_CONTEXT * source.frame_rate(scene)))
    low = max(int(np.floor(first.frame_start)), start - reach)
    high = min(int(np.ceil(second.frame_end)), stop + reach)
    found = found.within(scene, FrameRange(float(start), float(stop)), read)
    whole = source.sampled(scene, found.obj, low, high, found.limbs, read)
    channels = seen.evaluated(scene, found.obj, sorted(found.joints), low, high, read)
    at = whole.index(start), whole.index(stop)
    settings = replace(spec.settings(), count=1)  # a strip goes into the gap, and only one
    edit = editing.way_between(whole.motion, at[0] + 1, at[1] - 1, settings)
    plan = Plan(
        work=asked_once(edit),
        source=whole,
        bones=frozenset(found.joints),
        span=FrameRange(float(start), float(stop)),
        pins=(True, True),
        keep_keys=True,
        warnings=(*plausible.warnings(whole.motion, at, low), *edit.warnings),
    )
    return _job(scene, found, spec, plan, channels, f"{first.name} to {second.name}", as_strip=True)


def _two_strips(obj: bpy.types.Object) -> tuple[Any, Any]:
    data = obj.animation_data
    every = [] if data is None else [s for track in data.nla_tracks if not track.mute for s in track.strips]
    playing = [strip for strip in every if strip.action is not None and not strip.mute]
    chosen = [strip for strip in playing if strip.select]
    pair = chosen if len(chosen) == 2 else playing
    if len(pair) != 2:
        raise RequestError(
            "Select two strips of this armature in the NLA editor, or choose the Action to go over into"
            if playing
            else f"“{obj.name}” has no NLA strips: choose the Action to go over into"
        )
    if data is not None and data.action is not None:
        raise RequestError(
            f"The Action “{data.action.name}” is played on top of the strips: unlink it in the Action Editor first"
        )
    first, second = sorted(pair, key=lambda strip: strip.frame_start)
    return first, second


def _into_action(scene: bpy.types.Scene, obj: bpy.types.Object | None, spec: EditSpec, read: Reader) -> Job:
    found = body.of(obj)
    other: bpy.types.Action | None = bpy.data.actions.get(spec.after)
    if other is None:
        raise RequestError(f"There is no Action “{spec.after}”")
    found.refuse_if_fixed(found.joints)
    low, end = found.ending(source.frame_rate(scene))
    found = found.within(scene, FrameRange(float(end), float(end)), read)
    before = source.sampled(scene, found.obj, low, end, found.limbs, read)
    assert found.obj.animation_data is not None
    mine = found.obj.animation_data.action
    assert mine is not None
    with playing(found.obj, other):
        theirs = body.of(found.obj)
        keyed = unique_frames([channel.key_frames(with_fillers=True) for channel in theirs.channels.values()])
        if not len(keyed):
            raise RequestError(f"The Action “{other.name}” has no keys on this body's bones")
        begins, ends = int(np.floor(keyed[0])), int(np.ceil(keyed[-1]))
        ends = max(ends, begins + 1)
        posed = theirs.within(scene, FrameRange(float(begins), float(ends)), read).limbs
        after = source.sampled(scene, found.obj, begins, ends, posed, read)
        # what its bones say where the object stands still behind the first Action's end
        played = source.sampled(scene, found.obj, begins, ends, posed, read, stands=before.ends)
        their_frames = np.arange(after.first, after.last + 1, dtype=np.float64)
        their_part = seen.one_after_the_other([theirs.channels], [their_frames], after.first)
        _alike(found, posed, mine.name, other.name)
        edit = editing.transition(before.motion, after.motion, spec.seconds, spec.settings())
        new = len(edit.frames)
        others = alongside.recorded(found.obj, float(begins), float(end + new + 1 - begins))
    beside = alongside.brought(found.obj, before.rig, found.mapping, found.joints, others, float(end))
    gap = np.full(new, float(end))
    own_frames = np.concatenate((np.arange(low, end + 1, dtype=np.float64), gap))
    channels = seen.one_after_the_other([found.channels, their_part], [own_frames, their_frames], low)
    motion = _one_after_the_other(before.motion, new, played.motion)
    whole = replace(before, motion=motion)
    plan = Plan(
        work=asked_once(edit),
        source=whole,
        bones=frozenset(found.joints),
        span=FrameRange(float(end), float(whole.last)),
        pins=(True, False),
        keep_keys=False,
        warnings=(
            *found.warnings,
            *plausible.warnings(before.motion, [before.motion.num_frames - 1], low),
            *plausible.warnings(after.motion, [0], after.first),
            *edit.warnings,
            *alongside.told(other.name, beside.left),
        ),
    )
    job = _job(scene, found, spec, plan, channels, f"{mine.name} to {other.name}")
    job.beside = beside.new
    job.into_uid = other.session_uid
    return job


def _alike(found: body.Body, theirs: Limbs, name: str, other: str) -> None:
    """Raises RequestError where one Action moves a limb by IK and the other by FK: their keys say different things.

    name, other: of the Actions.
    """
    for limb in found.mapping.ik_limbs:
        mine = found.limbs
        if limb.control in mine.between:  # told and left alone
            continue
        if limb.control in theirs.between or (limb.control in mine.unseen) != (limb.control in theirs.unseen):
            raise RequestError(
                f"“{name}” and “{other}” don't move the limb of “{limb.control}” alike: one does it by IK, the "
                "other by FK. Bring one of them over to the other's controls first"
            )


def _one_after_the_other(before: Motion, new: int, after: Motion) -> Motion:
    """What the channels say: the first motion, its last pose held, the second where it stands."""
    root = np.concatenate((before.root_positions, np.repeat(before.root_positions[-1:], new, 0), after.root_positions))
    turns = np.concatenate((before.rotations, np.repeat(before.rotations[-1:], new, 0), after.rotations))
    return Motion(before.skeleton, root, turns, before.fps)


def _job(
    scene: bpy.types.Scene,
    found: body.Body,
    spec: EditSpec,
    plan: Plan,
    channels: dict[tuple[str, str], seen.SeenChannel],
    name: str,
    as_strip: bool = False,
) -> TransitionJob:
    data = found.obj.animation_data
    action = data.action if data is not None else None
    usable: dict[tuple[str, str], seen.SeenChannel] = {
        key: channel
        for key, channel in channels.items()
        if key[0] not in found.fixed_bones and key not in found.elsewhere
    }
    job = TransitionJob(
        spec,
        plan,
        Watched.of(scene, found.obj),
        channels=usable,
        name=name,
        edited=action.name if action is not None else "",
        as_strip=as_strip,
    )
    job.warnings += list(plan.warnings)
    job.receive(None)
    return job
