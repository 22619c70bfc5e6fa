"""Travel taken out of an Action, or put on the rig's root bone: for games that move the character themselves."""

from __future__ import annotations

import bpy
import numpy as np

from ..core import RequestError, editing
from . import body, ranges, source
from .plan import Plan, instant
from .reading import Reader, at_once
from .spec import EditSpec


def plan(scene: bpy.types.Scene, obj: bpy.types.Object | None, spec: EditSpec, read: Reader = at_once) -> Plan:
    """Raises RigError or RequestError with what to do; nothing has been changed then."""
    found = body.of(obj)
    span = ranges.find("ACTION", scene, found.channels.values(), spec.first, spec.last)
    found = found.within(scene, span, read)
    found.refuse_if_fixed(found.joints)
    first, last = int(np.floor(span.first)), int(np.ceil(span.last))
    # travel on the object itself is where a game wants it: what the bones add to it is taken out
    seen = source.sampled(scene, found.obj, first, last, found.limbs, read, stands=np.eye(4))
    if found.place_is_fixed:
        raise RequestError("; ".join(found.place_lines))
    finished, root = seen.motion, "hips"
    if spec.root == "BONE":
        root = "root"
        name = found.mapping.bone("root")
        if name is None:
            raise RequestError(f"“{found.obj.name}” has no root bone: let the travel be removed instead")
        own = [(name, "rotation"), (name, "location")]
        if any(found.channels[key].animated for key in own) or not set(own) <= found.usable([name]).keys():
            raise RequestError(f"The root bone “{name}” is animated already: clear its keys first")
    else:
        # over the place where it begins
        taken = editing.root_motion(seen.motion, turns=False, loops=editing.closes(seen.motion))
        finished = taken.body.transformed(0.0, taken.positions[0])
    return Plan(
        work=instant(finished),
        source=seen,
        bones=frozenset(found.joints),
        span=span,
        pins=(False, False),
        keep_keys=False,
        root=root,
        warnings=tuple(found.warnings),
    )
