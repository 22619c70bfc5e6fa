"""The bookkeeping both directions share: which bone follows which joint, and which bone carries the travel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..errors import RigError
from ..motion.skeleton import Skeleton
from .calibration import Calibration
from .chains import spread_weights
from .rig import CHAIN_SLOTS, BoneMapping, RigDescription

# canonical joints of each slot; all other slots are the joint of the same name
SLOT_JOINTS: Mapping[str, tuple[str, ...]] = {"spine": ("spine1", "spine2", "spine3"), "neck": ("neck",)}


@dataclass(frozen=True)
class Plan:
    """single: bone -> (slot, joint). chains: slot -> (bones, joints, (N, K) weights).

    needed: bones whose pose matters, parents first. carrier: bone whose location moves the whole body.
    """

    single: Mapping[int, tuple[str, int]]
    chains: Mapping[str, tuple[tuple[int, ...], tuple[int, ...], np.ndarray]]
    needed: tuple[int, ...]
    carrier: int
    hips: tuple[int, int]

    @property
    def driven(self) -> set[int]:
        """Every bone that is given a rotation."""
        return set(self.single) | {bone for bones, _, _ in self.chains.values() for bone in bones}


def make_plan(rig: RigDescription, mapping: BoneMapping, calibration: Calibration, skeleton: Skeleton) -> Plan:
    """Raises RigError when the mapping names one bone twice, or nothing can carry the body."""
    single: dict[int, tuple[str, int]] = {}
    chains = {}
    used: dict[int, str] = {}
    for slot, names in mapping.bones.items():
        bones = tuple(rig.index(name) for name in names)
        for bone in bones:
            if bone in used:
                raise RigError(f"The bone “{rig.bones[bone]}” is set both as {used[bone]} and as {slot}.")
            used[bone] = slot
        if slot in CHAIN_SLOTS:
            joints = tuple(skeleton.index(name) for name in SLOT_JOINTS[slot])
            above = [skeleton.index("neck")] if slot == "spine" else [skeleton.index("head")]
            steps = np.linalg.norm(skeleton.offsets[[*joints[1:], *above]], axis=-1)
            end = _chain_end(rig, mapping, slot, bones)
            points = np.concatenate((calibration.heads[list(bones)], end[None] @ calibration.axes.T))
            lengths = np.linalg.norm(np.diff(points, axis=0), axis=-1)
            chains[slot] = (bones, joints, spread_weights(steps, lengths))
        elif slot != "root":
            single[bones[0]] = (slot, skeleton.index("pelvis" if slot == "body" else slot))
    driven = set(single) | {bone for bones, _, _ in chains.values() for bone in bones}
    wanted = set(driven)
    for bone in driven:
        wanted.update(rig.ancestors(bone))
    needed = tuple(bone for bone in rig.order if bone in wanted)
    hips = (rig.index(mapping.bones["left_hip"][0]), rig.index(mapping.bones["right_hip"][0]))
    carrier = _carrier(rig, mapping, chains["spine"][0][0], hips)
    return Plan(single, chains, needed, carrier, hips)


def _chain_end(rig: RigDescription, mapping: BoneMapping, slot: str, bones: tuple[int, ...]) -> np.ndarray:
    for above in ("neck", "head") if slot == "spine" else ("head",):
        if above in mapping.bones:
            return rig.heads[rig.index(mapping.bones[above][0])]
    return rig.ends[bones[-1]]


def _carrier(rig: RigDescription, mapping: BoneMapping, spine: int, hips: tuple[int, int]) -> int:
    """The lowest bone that legs and spine hang on and that may be moved."""
    lines = [[bone, *rig.ancestors(bone)] for bone in (spine, *hips)]
    pelvis = rig.index((mapping.bones.get("body") or mapping.bones["pelvis"])[0])
    shared = [bone for bone in lines[0] if all(bone in line for line in lines[1:]) and bone not in (spine, *hips)]
    if pelvis in shared:
        shared = shared[shared.index(pelvis) :]
    assert rig.connected is not None
    for bone in shared:
        if not rig.connected[bone]:
            return bone
    if spine in lines[1] and spine in lines[2] and not rig.connected[spine]:
        return spine  # legs that hang on the spine (old Biped)
    raise RigError(f"No bone of “{rig.name}” carries both legs and spine, so the body can't be moved as one.")
