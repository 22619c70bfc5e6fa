"""A part of the body made new on a rig; every other bone keeps its curves."""

from __future__ import annotations

import bpy

from ..core import RequestError, editing
from . import body, bones, plausible, ranges, source
from .plan import Plan, asked_once
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
    edit = editing.body_part(
        seen.motion,
        joints,
        seen.index(span.first),
        seen.index(span.last),
        spec.settings(),
        strength=1.0 if spec.strength is None else spec.strength,
        ease_seconds=spec.ease,
        chain_ease=spec.chain_ease,
    )

    return Plan(
        work=asked_once(edit),
        source=seen,
        bones=choice.bones,
        span=span,
        pins=found.pins(span),
        keep_keys=False,
        warnings=(
            *(found.warnings if choice.bones & found.fixed_bones else ()),
            *plausible.warnings(seen.motion, edit.frames, seen.first, joints),
            *edit.warnings,
        ),
    )
