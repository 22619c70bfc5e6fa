"""What the armature really plays - constraints, drivers and the NLA included - as motion of the canonical skeleton,
and motion put on it again.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from typing import Any

import bpy
import numpy as np

from .. import compat
from ..core import BoneMapping, Motion, RetargetOptions, RigDescription, RigPoses, from_rig, to_rig
from ..rigs import sample, takes, transfer
from .limbs import Limbs, fk_bones
from .reading import Reader, at_once

Ask = Callable[..., Any]
"""Has the worker compute something beside its jobs: `worker_bridge.Bridge.ask`."""


@dataclass(frozen=True)
class Source:
    """The motion of a stretch of the timeline.

    target: the armature with all that is set for it. motion: at the scene's frame rate. first: the scene frame of its
    first pose. limbs: which controls pose the limbs. ends: (4, 4) where the object's own keys have brought it by the
    last frame, in the space in which it stands at the first.
    """

    target: transfer.Target
    motion: Motion
    first: int
    limbs: Limbs = field(default_factory=Limbs)
    ends: np.ndarray = field(default_factory=lambda: np.eye(4))

    @property
    def rig(self) -> RigDescription:
        """The armature's bones."""
        return self.target.rig

    @property
    def mapping(self) -> BoneMapping:
        """Which of them are which places of the body."""
        return self.target.mapping

    @property
    def last(self) -> int:
        """The scene frame of its last pose."""
        return self.first + self.motion.num_frames - 1

    def index(self, frame: float) -> int:
        """The pose nearest to a scene frame."""
        return int(np.clip(round(frame - self.first), 0, self.motion.num_frames - 1))


@dataclass(frozen=True)
class Posed:
    """A motion as the rig's channels would have it if everything else stood at rest: (T, 4) and (T, 3) by bone."""

    rotations: dict[str, np.ndarray]
    locations: dict[str, np.ndarray]


def sampled(
    scene: bpy.types.Scene,
    obj: bpy.types.Object,
    first: int,
    last: int,
    limbs: Limbs | None = None,
    read: Reader = at_once,
    stands: np.ndarray | None = None,
) -> Source:
    """Read the armature's poses at the whole frames from first to last. Raises RigError, and what the reader does.

    stands: (4, 4) where the object is to be taken to stand all the time; None = its own keys carry the body, as the
    root motion of games comes in. What is written stays right: it is the change that is put on the bones.
    """
    target = transfer.target_of(obj)
    frames = range(first, last + 1)
    looked = np.stack(read(scene, obj, frames, "matrices", sample.matrices_of(obj)))
    travel = sample.travel_of(looked) if stands is None else stands
    matrices = sample.travelled(looked, travel)
    own = RetargetOptions(reference=target.reference)
    untold = takes.untold_of(compat.current_assignment(obj).action, frames)
    motion = from_rig(target.rig, target.mapping, matrices, frame_rate(scene), own, frames=frames, untold=untold)
    return Source(target, motion, first, limbs or Limbs(), travel[-1] if stands is None else stands)


def frame_rate(scene: bpy.types.Scene) -> float:
    """Frames a second."""
    return float(scene.render.fps / scene.render.fps_base)


def posing(
    source: Source, motion: Motion, contacts: np.ndarray | None = None, root: str = "hips", ask: Ask | None = None
) -> Generator[bool, None, Posed]:
    """A motion on the source's rig, in steps; each yields whether there is nothing to do until the worker answers.

    contacts: (T, 4), when planted feet are to be held on the rig's own proportions. root: what carries the travel, as
    in RetargetOptions. ask: has the worker do it; None = here, in one step.
    """
    options = source.target.options(root=root, controls="fk", foot_lock=contacts is not None)
    fk = yield from _put(source, motion, contacts, options, ask)
    rotations, locations = dict(fk.rotations), dict(fk.locations)
    for bone in source.limbs.between:
        rotations.pop(bone, None)
        locations.pop(bone, None)
    if not source.limbs.ik:
        return Posed(rotations, locations)
    mapping = source.mapping
    ik = yield from _put(source, motion, contacts, replace(options, controls="ik"), ask)
    for limb in mapping.ik_limbs:
        if limb.control not in source.limbs.ik:
            continue
        for bone in fk_bones(mapping, limb):
            rotations.pop(bone, None)
        for bone in (limb.control, limb.pole, limb.toe):
            if bone in ik.rotations:
                rotations[bone] = ik.rotations[bone]
            if bone in ik.locations:
                locations[bone] = ik.locations[bone]
    return Posed(rotations, locations)


def _put(
    source: Source, motion: Motion, contacts: np.ndarray | None, options: RetargetOptions, ask: Ask | None
) -> Generator[bool, None, RigPoses]:
    if ask is None:
        yield False
        return to_rig(motion, source.rig, source.mapping, replace(options, contacts=contacts))
    task = ask(
        "put_on_rig",
        motions=[motion],
        contacts=[contacts],
        rig=source.rig,
        mapping=source.mapping,
        options=options,
        fps=motion.fps,
    )
    while not task.finished:
        yield True
    poses: RigPoses = task.answer()[0]
    return poses
