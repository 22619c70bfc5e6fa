"""Several prompts as one new motion, from nothing."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace

import bpy

from .. import jobs
from ..core import GenerationRequest, GenerationResult
from .job import Edited
from .reading import Reader, at_once
from .source import Ask
from .spec import EditSpec


@dataclass
class SequenceJob:
    """A motion of several prompts on its way; it is asked and answered as an edit is."""

    spec: EditSpec
    job: jobs.Job
    request: GenerationRequest | None
    result: GenerationResult | None = None

    def receive(self, result: GenerationResult | None) -> None:
        """Take the answer in."""
        self.result, self.request = result, None

    def finishing(self, ask: Ask | None) -> Generator[bool, None, Edited]:
        """As `finish`, in small steps."""
        assert self.result is not None
        made = yield from jobs.finishing(self.job, self.result, ask)
        return Edited(made.actions[0], made.warnings)

    def finish(self) -> Edited:
        """Put the motion on the armature as a new take."""
        assert self.result is not None
        made = jobs.finish(self.job, self.result)
        return Edited(made.actions[0], made.warnings)


def begin(
    scene: bpy.types.Scene, obj: bpy.types.Object | None, spec: EditSpec, _reader: Reader = at_once
) -> SequenceJob:
    """Check what can be checked. Raises RigError or RequestError. Nothing is read: what the armature plays is no part
    of it.
    """
    parts = spec.sequence or ((spec.prompt, spec.seconds),)
    settings = replace(
        jobs.panel_settings(scene),
        prompt=", ".join(prompt for prompt, _ in parts),
        seconds=sum(seconds for _, seconds in parts),
        frames=0,
        segments=parts,
        seed=spec.seed,
        variations=1,
        quality=spec.quality,
        guidance=spec.guidance,
        steps=spec.steps,
        foot_lock=spec.foot_lock,
        model=spec.model,
        loop=False,
        literal=False,
    )
    job = jobs.prepare(scene, obj, settings)
    return SequenceJob(replace(spec, output="TAKE"), job, job.request)
