"""For games: an Action's end made to flow into its beginning, and travel taken out of it or put on the root bone."""

from __future__ import annotations

import bpy
import numpy as np

from ..core import Motion, editing
from . import body, plausible, ranges, source
from .plan import Plan, Work
from .ranges import FrameRange
from .reading import Reader, at_once
from .spec import EditSpec


def plan(scene: bpy.types.Scene, obj: bpy.types.Object | None, spec: EditSpec, read: Reader = at_once) -> Plan:
    """The end of the range made into a way back to its beginning. Raises RigError or RequestError."""
    found = body.of(obj)
    span = ranges.find(spec.range, scene, found.channels.values(), spec.first, spec.last)
    first, last = int(np.floor(span.first)), int(np.ceil(span.last))
    seen = source.sampled(scene, found.obj, first, last, found.ik, read)
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
        pins=(True, found.pins(span)[1]),
        keep_keys=False,
        warnings=(
            *found.warnings,
            *plausible.warnings(seen.motion, [0, edit.frames.start - 1], seen.first),
            *edit.warnings,
        ),
    )
