"""Writing the changes into an Action: a copy of the animator's own, or that one itself.

All or nothing: what fails half-way leaves the Action, the armature's assignment and the file as they were.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import bpy
import numpy as np

from .. import compat, epoch, keys
from ..core import RigError
from ..rigs import takes
from ..rigs.write import put_back, snapshot
from ..takes import collection, origin, show
from .poses import Change
from .ranges import FrameRange
from .splice import splice


@dataclass(frozen=True)
class Target:
    """Where keys go: an Action, and its slot for the armature (None where Actions have no slots)."""

    action: Any
    slot: Any


@contextmanager
def copied(
    obj: bpy.types.Object, name: str, request: Mapping[str, Any], into: bpy.types.Action | None = None
) -> Iterator[Target]:
    """Within it there is a copy of the armature's current Action to write to; afterwards it is the take that's shown.

    into: the Action that it goes over into, if it does. The armature's Action itself is left as it is. If anything is
    raised, the copy is gone and the armature is as before.
    """
    before = snapshot(obj)
    action, slot = compat.copy_action(obj)
    try:
        action.name = takes.take_name(name, {other.name for other in bpy.data.actions if other != action})
        takes.store_request(action, request)
        record = collection.record(action)  # a copy's, if a take is edited
        record.starred, record.slot = False, compat.slot_handle(slot)
        origin.keep(action, before.assignment.action, into)
        yield Target(action, slot)
        show.show_new(obj, [action])
    except BaseException:
        put_back(obj, before)
        bpy.data.actions.remove(action)
        raise
    refresh(obj)


def one_after_the_other(
    obj: bpy.types.Object, targets: Sequence[AbstractContextManager[Target]], every: Sequence[Sequence[NewKeys]]
) -> list[Any]:
    """Write the keys of each variation into its target. The Actions; the first of them is shown.

    If anything is raised, none is left and the armature is as before.
    """
    made: list[Any] = []
    before = snapshot(obj)
    try:
        for target, new in zip(targets, every, strict=True):
            if made:
                put_back(obj, before)  # each is a copy of the animator's own
            with target as edited:
                apply(edited, new)
            made.append(edited.action)
    except BaseException:
        if len(targets) > 1:
            put_back(obj, before)
            for action in made:
                bpy.data.actions.remove(action)
        raise
    if len(made) > 1:
        show.show(obj, made[0])
    return made


def refuse_linked(obj: bpy.types.Object) -> None:
    """Raises RigError if the Action that the armature plays can't be written to."""
    action = compat.current_assignment(obj).action
    if action is not None and (action.library is not None or action.override_library is not None):
        raise RigError(f"The Action “{action.name}” is linked from another file. Make a take instead")


@contextmanager
def in_place(obj: bpy.types.Object) -> Iterator[Target]:
    """Within it the armature's own Action is written to. If anything is raised, all its curves are as before.

    Raises RigError for an Action that can't be written to.
    """
    refuse_linked(obj)
    current = compat.current_assignment(obj)
    action = current.action
    before = {_place(curve): keys.read(curve) for curve in compat.curves_of(obj)}
    try:
        yield Target(action, current.slot)
    except BaseException:
        bag = compat.bag_in(action, current.slot)
        for curve in compat.curves_of(obj):
            kept = before.get(_place(curve))
            if kept is None:
                bag.fcurves.remove(curve)
            else:
                keys.write(curve, kept)
        refresh(obj)
        raise
    refresh(obj)


class Interrupted(Exception):
    """Blender's data was changed between two steps (an undo): what was read of it is void."""


Made = TypeVar("Made")


def unless_interrupted(steps: Generator[bool, None, Made]) -> Generator[bool, None, Made]:
    """The same steps. Raises Interrupted when Blender's data was swapped between two of them."""
    begun = epoch.now()
    try:
        while True:
            waiting = next(steps)
            yield waiting
            if epoch.now() != begun:
                raise Interrupted
    except StopIteration as done:
        return done.value
    finally:
        steps.close()


@dataclass(frozen=True)
class NewKeys:
    """All keys that a curve is to have. path, index: which curve. bone: its group, if it's to be made."""

    path: str
    index: int
    bone: str
    keys: keys.Keys


def spliced(
    obj: bpy.types.Object, changes: Sequence[Change], span: FrameRange, pins: tuple[bool, bool], resumes: bool = False
) -> Generator[bool, None, list[NewKeys]]:
    """The changes among the keys that the armature's Action has, a curve a step. Nothing is written yet.

    resumes: the curves go on as they were behind a last frame that isn't pinned.
    """
    found = []
    curves = {_place(curve): curve for curve in compat.curves_of(obj)}
    for change in changes:
        channel = change.channel
        for index in range(len(channel.static)):
            curve = curves.get((channel.path, index))
            present = keys.read(curve) if curve is not None else keys.fillers(np.zeros(0), np.zeros(0))
            evaluate = curve.evaluate if curve is not None else channel.component(index)
            new = splice(
                present,
                span.first,
                span.last,
                change.frames,
                change.values[:, index],
                evaluate,
                change.keep,
                *pins,
                resumes,
            )
            found.append(NewKeys(channel.path, index, channel.bone, _held(new, change.steps)))
            yield False
    return found


def apply(target: Target, new: Sequence[NewKeys]) -> None:
    """Key what was spliced, into that Action or a copy of it."""
    bag = compat.bag_in(target.action, target.slot)
    curves = {_place(curve): curve for curve in bag.fcurves}
    for one in new:
        curve = curves.get((one.path, one.index))
        if curve is None:
            curve = compat.new_curve(bag, one.path, one.index, one.bone)
        keys.write(curve, one.keys)


def refresh(obj: bpy.types.Object) -> None:
    """Let Blender see the new keys: nothing that was done here told it."""
    action = compat.current_assignment(obj).action
    if action is not None:
        action.update_tag()
    obj.update_tag(refresh={"OBJECT", "DATA", "TIME"})


def _held(new: keys.Keys, steps: np.ndarray) -> keys.Keys:
    """Without a way from these frames to the next key: the value is held."""
    if not len(steps):
        return new
    interpolation = new.interpolation.copy()
    for frame in steps:
        index = new.at(float(frame))
        if index is not None:
            interpolation[index] = keys.CONSTANT
    return new.changed(interpolation=interpolation)


def _place(curve: Any) -> tuple[str, int]:
    return curve.data_path, curve.array_index
