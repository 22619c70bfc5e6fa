"""What the armature really plays - constraints, drivers and the NLA included - as motion of the canonical skeleton."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import bpy
import numpy as np

from ..core import BoneMapping, Motion, RetargetOptions, RigDescription, from_rig, to_rig
from ..rigs import read, sample


@dataclass(frozen=True)
class Source:
    """The motion of a stretch of the timeline.

    motion: at the scene's frame rate. first: the scene frame of its first pose. ik: controls of the limbs that are
    posed by their IK controls.
    """

    rig: RigDescription
    mapping: BoneMapping
    motion: Motion
    first: int
    ik: frozenset[str]

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
    mapping: BoneMapping,
    first: int,
    last: int,
    ik: Collection[str] = (),
) -> Source:
    """Read the armature's poses at the whole frames from first to last. Raises RigError."""
    rig = read.describe(obj)
    matrices = sample.pose_matrices(scene, obj, range(first, last + 1))
    motion = from_rig(rig, mapping, matrices, frame_rate(scene))
    return Source(rig, mapping, motion, first, frozenset(ik))


def frame_rate(scene: bpy.types.Scene) -> float:
    """Frames a second."""
    return float(scene.render.fps / scene.render.fps_base)


def posed(source: Source, motion: Motion, contacts: np.ndarray | None = None, root: str = "hips") -> Posed:
    """A motion on the source's rig.

    contacts: (T, 4), when planted feet are to be held on the rig's own proportions. root: what carries the travel, as
    in RetargetOptions.
    """
    rig, mapping = source.rig, source.mapping
    lock = contacts is not None
    fk = to_rig(motion, rig, mapping, RetargetOptions(root=root, foot_lock=lock, contacts=contacts))
    rotations, locations = dict(fk.rotations), dict(fk.locations)
    if source.ik:
        ik = to_rig(motion, rig, mapping, RetargetOptions(root=root, controls="ik", foot_lock=lock, contacts=contacts))
        for limb in mapping.ik_limbs:
            if limb.control not in source.ik:
                continue
            for slot in (limb.upper, limb.hinge, limb.end, limb.toe_slot):
                for bone in mapping.bones.get(slot, ()):
                    rotations.pop(bone, None)
            for bone in (limb.control, limb.pole, limb.toe):
                if bone in ik.rotations:
                    rotations[bone] = ik.rotations[bone]
                if bone in ik.locations:
                    locations[bone] = ik.locations[bone]
    return Posed(rotations, locations)
