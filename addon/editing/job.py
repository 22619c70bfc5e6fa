"""An edit from its begin to the keys in the Action. Nothing here waits for the worker: the operators do.

`begin` looks at the rig and says what to ask the worker; `Job.receive` takes an answer and says what to ask next;
`Job.finish` keys the result, `Job.finishing` does so beside the window.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import bpy
import numpy as np

from .. import compat, log
from ..core import GenerationRequest, GenerationResult, Motion, foot_contacts
from ..takes import collection
from . import body, body_part, clean_up, extend, in_between, loop, travel, write
from .channels import Channel
from .meant import RANGED, meant
from .plan import Plan
from .poses import changing
from .reading import Reader, Watched, at_once
from .source import Ask
from .spec import TAKE_NAMES, EditSpec

PLANNERS: dict[str, Callable[[bpy.types.Scene, bpy.types.Object | None, EditSpec, Reader], Plan]] = {
    "in_between": in_between.plan,
    "body_part": body_part.plan,
    "clean_up": clean_up.plan,
    "continue": extend.plan,
    "loop": loop.plan,
    "in_place": travel.plan,
}


@dataclass(frozen=True)
class Edited:
    """The Action that holds the (first) result, what the animator should be told, and how many takes there are."""

    action: bpy.types.Action
    warnings: tuple[str, ...]
    takes: int = 1


@dataclass
class Job:
    """An edit that has begun."""

    spec: EditSpec
    plan: Plan
    armature: Watched
    request: GenerationRequest | None = None
    finished: list[Motion] = field(default_factory=list)
    model: str = ""
    warnings: list[str] = field(default_factory=list)

    def receive(self, result: GenerationResult | None) -> None:
        """Take an answer in (None: begin). Then either `request` is what to ask next, or it's None and all is made."""
        try:
            if result is None:
                self.request = next(self.plan.work)
            else:
                self.model = result.model
                self.warnings += list(result.warnings)
                self.request = self.plan.work.send(result)
        except StopIteration as done:
            self.request, self.finished = None, done.value

    def target(self) -> tuple[bpy.types.Object, bpy.types.Scene]:
        """The armature and the scene. Raises RigError when they aren't as they were when the edit was begun."""
        return self.armature.found()

    def finish(self) -> Edited:
        """Key the finished motion, all or nothing. Raises RigError as `target` does."""
        return drained(self.finishing(None))

    def finishing(self, ask: Ask | None) -> Generator[bool, None, Edited]:
        """As `finish`, in small steps; each yields whether there is nothing to do until the worker answers.

        ask: has the worker do the retargeting. Nothing is written before the last step; after an undo it begins anew.
        """
        while True:
            try:
                return (yield from self._finishing(ask))
            except write.Interrupted:
                yield False

    def _finishing(self, ask: Ask | None) -> Generator[bool, None, Edited]:
        obj, _ = self.target()
        every = []
        for finished in self.finished:
            every.append((yield from self._keys_of(obj, finished, ask)))
        obj, scene = self.target()
        return self.keyed_into(obj, scene, every)

    def _keys_of(
        self, obj: bpy.types.Object, finished: Motion, ask: Ask | None
    ) -> Generator[bool, None, list[write.NewKeys]]:
        plan = self.plan
        contacts = foot_contacts(finished.positions(), finished.fps) if plan.lock_feet else None
        changes = changing(
            plan.source,
            finished,
            self.channels_of(obj),
            plan.span,
            plan.holds,
            plan.pins,
            plan.keep_keys,
            contacts,
            plan.root,
            ask,
        )
        found = yield from write.unless_interrupted(changes)
        return (yield from write.unless_interrupted(write.spliced(obj, found, plan.span, plan.pins, plan.resumes)))

    def channels_of(self, obj: bpy.types.Object) -> Mapping[tuple[str, str], Channel]:
        """The channels that may change, as they are now: the animator may have gone on working."""
        return body.of(obj).usable(self.plan.bones)

    def keyed_into(
        self, obj: bpy.types.Object, scene: bpy.types.Scene, every: Sequence[Sequence[write.NewKeys]]
    ) -> Edited:
        """Write the keys: into a new take for each variation, or the own Action. The first variation is shown."""
        action, span, asked = compat.current_assignment(obj).action, self.plan.span, self.spec
        if asked.tool not in RANGED:
            asked = replace(asked, range="FRAMES", first=span.first, last=span.last)
        name = f"{collection.base_name(action)} {TAKE_NAMES[self.spec.tool]}"
        targets = [
            write.in_place(obj)
            if self.spec.output == "OWN"
            else write.copied(obj, name, one.stored(action.name, self.model))
            for one in asked.one_by_one()
        ]
        made = write.one_after_the_other(obj, targets, every)
        last = int(np.ceil(span.last))
        if self.spec.tool == "continue" and scene.frame_end < last:
            scene.frame_end = last
        log.logger().info("%s of %s on %s: %d takes", self.spec.tool, action.name, obj.name, len(made))
        return Edited(made[0], tuple(dict.fromkeys(self.warnings)), len(made))


def drained(steps: Generator[bool, None, Edited]) -> Edited:
    """What a generator gives at its end."""
    while True:
        try:
            next(steps)
        except StopIteration as done:
            return done.value


def begin(scene: bpy.types.Scene, obj: bpy.types.Object | None, spec: EditSpec, reader: Reader = at_once) -> Job:
    """Look at the rig and its Action. Raises RigError or RequestError; nothing has been changed then."""
    if spec.output == "OWN" and obj is not None:
        write.refuse_linked(obj)  # before anything is generated for it
    spec = meant(scene, obj, spec)
    plan = PLANNERS[spec.tool](scene, obj, spec, reader)
    assert obj is not None
    job = Job(spec, plan, Watched.of(scene, obj))
    job.warnings += list(plan.warnings)
    job.receive(None)
    return job
