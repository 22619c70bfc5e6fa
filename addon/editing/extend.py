"""Going on after an Action's last frame, with one prompt or several after each other."""

from __future__ import annotations

from dataclasses import replace

import bpy
import numpy as np

from ..core import Motion, editing
from . import body, plausible, source
from .plan import Plan, Work, asked_once
from .ranges import FrameRange
from .reading import Reader, at_once
from .spec import EditSpec

REPEATS_WITHIN = 4.0
"""Seconds before the last key that are looked at: what was done again and again there goes on."""


def plan(scene: bpy.types.Scene, obj: bpy.types.Object | None, spec: EditSpec, read: Reader = at_once) -> Plan:
    """Raises RigError or RequestError with what to do; nothing has been changed then."""
    found = body.of(obj)
    found.refuse_if_fixed(found.joints)
    first, last = found.ending(source.frame_rate(scene), REPEATS_WITHIN)
    seen = source.sampled(scene, found.obj, first, last, read=read)
    pieces = [(spec.prompt, spec.seconds)] if not spec.sequence else [*spec.sequence]
    edits = [
        editing.continue_motion(seen.motion, seconds, replace(spec.settings(), prompt=prompt))
        for prompt, seconds in pieces
    ]
    new = sum(edit.source.num_frames - seen.motion.num_frames for edit in edits)
    span = FrameRange(float(found.all_key_frames[-1]), float(seen.last + new))
    found = found.within(scene, span, read)
    whole = replace(seen, motion=_held(seen.motion, new), limbs=found.limbs)

    def work() -> Work:
        if len(pieces) == 1:
            return (yield from asked_once(edits[0]))
        finished = []
        for variation in range(spec.variations):
            made = seen.motion
            for number, (prompt, seconds) in enumerate(pieces):
                seed = spec.seed + variation + number
                edit = editing.continue_motion(
                    made, seconds, replace(spec.settings(), prompt=prompt, seed=seed, count=1)
                )
                result = yield edit.request
                made = edit.finish(result[0], result.contacts[0])
            finished.append(made)
        return finished

    return Plan(
        work=work(),
        source=whole,
        bones=frozenset(found.joints),
        span=span,
        pins=(True, False),
        keep_keys=True,
        lock_feet=spec.foot_lock,
        warnings=(
            *found.warnings,
            *plausible.warnings(seen.motion, [seen.motion.num_frames - 1], seen.first),
            *(line for edit in edits for line in edit.warnings),
        ),
    )


def _held(motion: Motion, frames: int) -> Motion:
    """The motion, its last pose held for so many frames more."""
    root = np.concatenate((motion.root_positions, np.repeat(motion.root_positions[-1:], frames, axis=0)))
    turns = np.concatenate((motion.rotations, np.repeat(motion.rotations[-1:], frames, axis=0)))
    return Motion(motion.skeleton, root, turns, motion.fps)
