"""A part of the body made new on a rig; every other bone keeps its curves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import bpy

from ..core import Edit, Motion, RequestError, editing
from . import body, bones, plausible, ranges, source
from .plan import Plan, Work, asked_once
from .reading import Reader, at_once
from .spec import EditSpec


def plan(scene: bpy.types.Scene, obj: bpy.types.Object | None, spec: EditSpec, read: Reader = at_once) -> Plan:
    """Raises RigError or RequestError with what to do; nothing has been changed then."""
    found = body.of(obj)
    span = ranges.find(spec.range, scene, found.channels.values(), spec.first, spec.last)
    choice = bones.choose(found.obj, found.mapping, spec.bones, spec.parts, spec.collections)
    joints = choice.joints - found.fixed_joints
    if not joints:
        raise RequestError("; ".join(found.warnings) or "None of the chosen bones can be changed")
    first, last = found.context(span, source.frame_rate(scene))
    seen = source.sampled(scene, found.obj, first, last, found.ik, read)
    made = partial(
        editing.body_part,
        joints=joints,
        strength=1.0 if spec.strength is None else spec.strength,
        ease_seconds=spec.ease,
        chain_ease=spec.chain_ease,
    )
    start, stop = seen.index(span.first), seen.index(span.last)
    parts = editing.split_range(start, stop, seen.motion.fps)
    long = len(parts) > 1
    said = f"The range is {(stop - start) / seen.motion.fps:.0f} s long: it is made in {len(parts)} parts"
    return Plan(
        work=(
            _part_after_part(seen.motion, made, parts, spec)
            if long
            else asked_once(made(seen.motion, first=start, last=stop, settings=spec.settings()))
        ),
        source=seen,
        bones=choice.bones,
        span=span,
        pins=found.pins(span),
        keep_keys=False,
        warnings=(
            *(found.warnings if choice.bones & found.fixed_bones else ()),
            *plausible.warnings(seen.motion, range(start, stop + 1), seen.first, joints),
            *([said] if long else ()),
        ),
    )


def _part_after_part(motion: Motion, made: Callable[..., Edit], parts: list[tuple[int, int]], spec: EditSpec) -> Work:
    """A long range, each part going on from the one before it."""
    finished = []
    for number in range(spec.variations):
        whole, settings = motion, replace(spec.settings(), seed=spec.seed + number, count=1)
        for index, (start, stop) in enumerate(parts):
            ends = motion.num_frames if index == len(parts) - 1 else stop + 1
            edit = made(whole.crop(0, ends), first=start, last=stop, settings=settings, joins=index > 0)
            result = yield edit.request
            part = edit.finish(result[0], result.contacts[0])
            root, turns = whole.root_positions.copy(), whole.rotations.copy()
            root[:ends], turns[:ends] = part.root_positions, part.rotations
            whole = replace(whole, root_positions=root, rotations=turns)
        finished.append(whole)
    return finished
