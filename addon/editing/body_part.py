"""A part of the body made new on a rig; every other bone keeps its curves."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import bpy

from ..core import Edit, EditSettings, Motion, RequestError, editing
from . import body, bones, plausible, ranges, source
from .plan import Plan, asked_in_parts, asked_once, told_of_parts
from .reading import Reader, at_once
from .spec import EditSpec


def plan(scene: bpy.types.Scene, obj: bpy.types.Object | None, spec: EditSpec, read: Reader = at_once) -> Plan:
    """Raises RigError or RequestError with what to do; nothing has been changed then."""
    found = body.of(obj)
    span = ranges.find(spec.range, scene, found.channels.values(), spec.first, spec.last)
    found = found.within(scene, span, read)
    choice = bones.choose(found.obj, found.mapping, spec.bones, spec.parts, spec.collections, spec.names)
    joints = choice.joints - found.fixed_joints - ({"pelvis"} if found.place_is_fixed else set())
    if not joints:
        raise RequestError("; ".join(found.warnings) or "None of the chosen bones can be changed")
    first, last = found.context(span, source.frame_rate(scene))
    seen = source.sampled(scene, found.obj, first, last, found.limbs, read)
    made = partial(
        editing.body_part,
        joints=joints,
        strength=1.0 if spec.strength is None else spec.strength,
        ease_seconds=spec.ease,
        chain_ease=spec.chain_ease,
    )
    start, stop = seen.index(span.first), seen.index(span.last)
    ranges_made = editing.split_range(start, stop, seen.motion.fps)
    return Plan(
        work=(
            asked_once(made(seen.motion, first=start, last=stop, settings=spec.settings()))
            if len(ranges_made) == 1
            else asked_in_parts(seen.motion, _parts(made, ranges_made), spec.settings())
        ),
        source=seen,
        bones=choice.bones,
        span=span,
        pins=found.pins(span),
        keep_keys=False,
        warnings=(
            *(found.warnings if choice.bones & found.fixed_bones or choice.joints != joints else ()),
            *plausible.warnings(seen.motion, range(start, stop + 1), seen.first, joints),
            *told_of_parts((stop - start) / seen.motion.fps, len(ranges_made)),
        ),
    )


def _parts(made: Callable[..., Edit], parts: list[tuple[int, int]]) -> list[Callable[..., Edit]]:
    """All but the last are of a motion that ends with them: nothing leads back to what was there."""

    def part(whole: Motion, number: int, settings: EditSettings) -> Edit:
        start, stop = parts[number]
        ends = whole.num_frames if number == len(parts) - 1 else stop + 1
        return made(whole.crop(0, ends), first=start, last=stop, settings=settings, joins=number > 0)

    return [partial(part, number=number) for number in range(len(parts))]
