"""Clean-up of a capture on a rig: shaking, pops, sliding feet and lost frames taken out."""

from __future__ import annotations

import bpy
import numpy as np

from ..core import JOINT_PRESETS, Motion, RequestError, editing
from . import body, bones, ranges, source
from .plan import Plan, asked_once
from .reading import Reader, at_once
from .spec import EditSpec

_FEWEST = 5


def plan(scene: bpy.types.Scene, obj: bpy.types.Object | None, spec: EditSpec, read: Reader = at_once) -> Plan:
    """Raises RigError or RequestError with what to do; nothing has been changed then."""
    found = body.of(obj)
    span = ranges.find(spec.range, scene, found.channels.values(), spec.first, spec.last)
    if len(span.whole_frames) < _FEWEST:
        raise RequestError(f"{len(span.whole_frames)} frames are too few to tell noise from motion: choose more")
    found = found.within(scene, span, read)
    choice = bones.choose(found.obj, found.mapping, spec.bones, spec.parts, spec.collections, spec.names)
    found.refuse_if_fixed(choice.bones)
    every = bones.everything(found.mapping)
    protected = frozenset(joint for part in spec.protect_parts for joint in JOINT_PRESETS[part])
    protected |= (every.joints - choice.joints) | found.fixed_joints
    if found.place_is_fixed:
        protected |= {"pelvis"}
    chosen = choice.bones - bones.bones_of(found.mapping, protected)
    if not chosen:
        raise RequestError("All chosen bones are protected: nothing is left to clean up")
    first, last = found.context(span, source.frame_rate(scene))
    seen = source.sampled(scene, found.obj, first, last, found.limbs, read)
    keep = np.array((spec.poses or ()) if spec.protect_keys else (), np.float64)
    keep = keep[(keep >= span.first) & (keep <= span.last)]
    edit = editing.clean_up(
        seen.motion,
        seen.index(span.first),
        seen.index(span.last),
        spec.settings(),
        strength=spec.strength,
        protected_joints=sorted(protected),
        protected_frames=sorted({seen.index(frame) for frame in keep}),
    )

    return Plan(
        work=asked_once(edit),
        source=seen,
        bones=chosen,
        span=span,
        pins=found.pins(span),
        keep_keys=False,
        holds=dict.fromkeys(found.channels, keep),
        warnings=(*found.warnings, *edit.warnings),
    )


def looked_at(scene: bpy.types.Scene, obj: bpy.types.Object | None, spec: EditSpec, read: Reader = at_once) -> Motion:
    """The motion whose noise is to be measured. Raises RigError or RequestError."""
    found = body.of(obj)
    span = ranges.find(spec.range, scene, found.channels.values(), spec.first, spec.last)
    first, last = int(np.floor(span.first)), int(np.ceil(span.last))
    return source.sampled(scene, found.obj, first, last, found.limbs, read).motion


def noise_line(motion: Motion) -> tuple[str, float]:
    """How noisy a motion is, in words, and the strength that suits it."""
    estimate = editing.estimate_noise(motion)
    return estimate.summary, estimate.level
