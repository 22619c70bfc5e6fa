"""Poses read a few frames a tick, so that an edit of a heavy rig doesn't stop the window when it is begun.

Who plans an edit asks a reader for what is seen at some frames, and expects the answer. `Gradually` doesn't have it the
first time: it raises `NotYet`, has the frames read in steps, and the planning begins anew. So no reference to Blender's
data lives from one step to the next, and an undo in between does no harm.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import bpy
import numpy as np

from .. import compat, jobs, keys
from ..core import RigError
from ..rigs import read as rigs_read
from ..rigs import sample, unkeyed, write
from ..takes import collection

Reader = Callable[[bpy.types.Scene, bpy.types.Object, Sequence[int], str, sample.Look], list[np.ndarray]]
"""(scene, armature, frames, a name for what is looked at, look) -> what `look` sees at each of the frames."""
STEP_SECONDS = 0.012
"""For how long frames are read before the window has its turn; the scene's own frame is put back each time."""
Begun = TypeVar("Begun")


def at_once(
    scene: bpy.types.Scene, obj: bpy.types.Object, frames: Sequence[int], _what: str, look: sample.Look
) -> list[np.ndarray]:
    """The reader that waits: for scripts."""
    return sample.seen_at(scene, obj, frames, look)


@dataclass(frozen=True)
class Watched:
    """An armature that an edit has begun on. Blender's data is named by session-wide numbers: pointers don't live
    through an undo. keyed: a number that stays the same as long as no key of what it plays is changed."""

    uid: int
    name: str
    scene_uid: int
    action_uid: int
    keyed: int

    @classmethod
    def of(cls, scene: bpy.types.Scene, obj: bpy.types.Object) -> Watched:
        """As it is now."""
        return cls(obj.session_uid, obj.name, scene.session_uid, _action_uid(obj), _keyed(obj))

    def found(self) -> tuple[bpy.types.Object, bpy.types.Scene]:
        """The armature and the scene, if all is still as it was.

        Raises RigError when it isn't: what was made wouldn't fit any more.
        """
        obj = jobs.by_uid(bpy.data.objects, self.uid)
        scene = jobs.by_uid(bpy.data.scenes, self.scene_uid)
        if obj is None or scene is None:
            raise RigError(f"“{self.name}” was removed while its motion was being made. Nothing was changed.")
        reason = rigs_read.problem(obj)
        if reason:
            raise RigError(reason)
        if _action_uid(obj) != self.action_uid:
            raise RigError(f"“{obj.name}” plays another Action than when the edit was begun. Nothing was changed.")
        if _keyed(obj) != self.keyed:
            raise RigError(f"Keys of “{obj.name}” were changed while its motion was being made. Run the edit again.")
        return obj, scene


@dataclass(frozen=True)
class _Wanted:
    action_uid: int
    frames: tuple[int, ...]
    what: str
    look: sample.Look


class NotYet(Exception):
    """What is asked for has to be read first."""


class Gradually:
    """The reader that says what it lacks, and reads that in steps. For one armature in one scene."""

    def __init__(self, scene: bpy.types.Scene, obj: bpy.types.Object) -> None:
        """Nothing is read yet."""
        self._armature = Watched.of(scene, obj)
        self._seen: dict[tuple[int, str, int], np.ndarray] = {}
        self._wanted: _Wanted | None = None

    def __call__(
        self, _scene: bpy.types.Scene, obj: bpy.types.Object, frames: Sequence[int], what: str, look: sample.Look
    ) -> list[np.ndarray]:
        """As `at_once`, from what has been read. Raises NotYet."""
        uid = _action_uid(obj)
        missing = tuple(frame for frame in frames if (uid, what, frame) not in self._seen)
        if missing:
            self._wanted = _Wanted(uid, missing, what, look)
            raise NotYet
        return [self._seen[uid, what, frame] for frame in frames]

    def found(self) -> tuple[bpy.types.Scene, bpy.types.Object]:
        """Scene and armature, as they are now. Raises RigError when either isn't what it was."""
        obj, scene = self._armature.found()
        return scene, obj

    def steps(self) -> Generator[float, None, None]:
        """Read what was wanted; each step yields how much of it is done, 0 to 1. Raises RigError as `found` does."""
        assert self._wanted is not None
        wanted, self._wanted = self._wanted, None
        done = 0
        while done < len(wanted.frames):
            scene, obj = self.found()
            started = time.perf_counter()

            def late(row: int, started: float = started) -> bool:
                return row > 0 and time.perf_counter() - started > STEP_SECONDS

            with _playing_uid(obj, wanted.action_uid):
                rows = sample.seen_at(scene, obj, wanted.frames[done:], wanted.look, late)
            for frame, row in zip(wanted.frames[done:], rows, strict=False):
                self._seen[wanted.action_uid, wanted.what, frame] = row
            done += len(rows)
            yield done / len(wanted.frames)


def beginning(
    begin: Callable[[bpy.types.Scene, bpy.types.Object, Reader], Begun], scene: bpy.types.Scene, obj: bpy.types.Object
) -> Generator[float, None, Begun]:
    """What `begin` gives, the rig read in steps; each yields how much is read, 0 to 1.

    Raises what `begin` does, and RigError if the armature was changed in between. Nothing has been changed then.
    """
    reader = Gradually(scene, obj)
    while True:
        try:
            return begin(scene, obj, reader)
        except NotYet:
            yield from reader.steps()
        scene, obj = reader.found()


@contextmanager
def playing(obj: bpy.types.Object, action: bpy.types.Action) -> Iterator[None]:
    """Within it the armature plays another Action. What that sets, switches too, is put back."""
    with unkeyed.kept(obj):
        before = write.snapshot(obj)
        try:
            compat.assign(obj, action, collection.slot_in(obj, action))
            yield
        finally:
            write.put_back(obj, before)


@contextmanager
def _playing_uid(obj: bpy.types.Object, uid: int) -> Iterator[None]:
    if uid == _action_uid(obj):
        yield
        return
    action = jobs.by_uid(bpy.data.actions, uid)
    if action is None:
        raise RigError(f"An Action was removed while “{obj.name}” was being read. Nothing was changed.")
    with playing(obj, action):
        yield


def _action_uid(obj: bpy.types.Object) -> int:
    action = compat.current_assignment(obj).action
    return action.session_uid if action is not None else 0


def _keyed(obj: bpy.types.Object) -> int:
    return hash(tuple((curve.data_path, curve.array_index, keys.coordinates(curve)) for curve in compat.curves_of(obj)))
