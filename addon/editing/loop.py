"""For games: an Action's end made to flow into its beginning, and travel taken out of it or put on the root bone."""

from __future__ import annotations

from dataclasses import dataclass, replace

import bpy
import numpy as np

from ..core import Motion, RequestError, editing
from . import body, plausible, ranges, source
from .plan import Plan, Work
from .ranges import FrameRange
from .reading import Reader, at_once
from .source import Source
from .spec import EditSpec


@dataclass(frozen=True)
class BestRange:
    """first, last: scene frames of the loop. apart: how far the frame that would be next is from the first, metres."""

    first: int
    last: int
    apart: float


def looked_at(scene: bpy.types.Scene, obj: bpy.types.Object | None, spec: EditSpec, read: Reader = at_once) -> Source:
    """The motion in which an end is looked for. Raises RigError or RequestError.

    A range by number says where the loop begins; its end may be anywhere up to the Action's last key, so that looking
    again finds the same.
    """
    found = body.of(obj)
    if spec.range == "FRAMES":
        action = ranges.find("ACTION", scene, found.channels.values(), spec.first, spec.last)
        spec = replace(spec, last=max(spec.last, action.last))
    return _sampled(scene, found, spec, read)[2]


def best_range(seen: Source, seconds: float) -> BestRange:
    """The part of it, from its first frame on, that makes the best loop. Raises RequestError: it is too short.

    seconds: of the end that will be made new.
    """
    repeat = editing.repeat_of(seen.motion, seconds=seconds)
    return BestRange(seen.first, seen.first + repeat.last, repeat.apart)


def plan(scene: bpy.types.Scene, obj: bpy.types.Object | None, spec: EditSpec, read: Reader = at_once) -> Plan:
    """The end of the range made into a way back to its beginning. Raises RigError or RequestError."""
    found, span, seen = _sampled(scene, body.of(obj), spec, read)
    found.refuse_if_fixed(found.joints)
    edit = editing.make_loop(seen.motion, spec.settings(), seconds=spec.seconds)
    length = seen.motion.num_frames

    def work() -> Work:
        result = yield edit.request
        finished: Motion = edit.finish(result[0], result.contacts[0])
        return [finished.crop(0, length)]

    return Plan(
        work=work(),
        source=seen,
        bones=frozenset(found.joints),
        span=FrameRange(float(seen.first + edit.frames.start - 1), span.last),
        pins=(True, False),  # the last frame is the loop's own, also where the Action goes on behind it
        keep_keys=False,
        resumes=found.pins(span)[1],
        warnings=(
            *found.warnings,
            *plausible.warnings(seen.motion, [0, edit.frames.start - 1], seen.first),
            *edit.warnings,
            *_out_of_step(seen, spec.seconds),
        ),
    )


def _out_of_step(seen: Source, seconds: float) -> list[str]:
    """What to tell of a range that ends where the motion is far from how it began, if it could end elsewhere."""
    try:
        repeat = editing.repeat_of(seen.motion, seconds=seconds)
    except RequestError:  # it is too short for another end
        return []
    if not repeat.better or editing.closes(seen.motion):  # what is fast is far off within a single frame
        return []
    return [
        f"At its end the motion is {100 * repeat.now:.0f} cm from how it began. A range that ends on frame "
        f"{seen.first + repeat.last} would make a better loop: {100 * repeat.apart:.0f} cm."
    ]


def _sampled(
    scene: bpy.types.Scene, found: body.Body, spec: EditSpec, read: Reader
) -> tuple[body.Body, FrameRange, Source]:
    span = ranges.find(spec.range, scene, found.channels.values(), spec.first, spec.last)
    first, last = int(np.floor(span.first)), int(np.ceil(span.last))
    found = found.within(scene, span, read)
    return found, span, source.sampled(scene, found.obj, first, last, found.limbs, read)
