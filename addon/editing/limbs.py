"""Whether a limb follows its IK or its FK controls: what its switch says over a range, or else which of them are keyed.

Keys on the other ones aren't seen, so an edit that wrote there would do nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import bpy
import numpy as np

from .. import compat
from ..core import BoneMapping, IkLimb, LimbSwitch, limb_switches
from ..present import custom_properties, pose_bones
from .channels import Channel, driven_paths, strip_paths
from .reading import Reader

_NEAR = 0.01
"""How far from one of its ends, as a share of the way between, a switch may stand and count as being there."""


@dataclass(frozen=True)
class Limbs:
    """ik: controls of the limbs that follow IK. unseen: bones of limbs that follow their other controls.

    between: bones of limbs that go over from one kind to the other, or follow both by halves.
    """

    ik: frozenset[str] = frozenset()
    unseen: frozenset[str] = frozenset()
    between: frozenset[str] = frozenset()


def by_keys(mapping: BoneMapping, channels: Mapping[tuple[str, str], Channel]) -> Limbs:
    """Where no switch is known: a limb follows IK if its control is keyed while its FK bones aren't."""
    found = set()
    for limb in mapping.ik_limbs:
        fk = [bone for slot in (limb.upper, limb.hinge) for bone in mapping.bones.get(slot, ())]
        keyed = (limb.control, "location") in channels and channels[limb.control, "location"].animated
        if keyed and not any(channels[bone, "rotation"].animated for bone in fk):
            found.add(limb.control)
    return Limbs(frozenset(found))


def by_switches(
    scene: bpy.types.Scene,
    obj: bpy.types.Object,
    mapping: BoneMapping,
    keyed: Limbs,
    frames: Sequence[int],
    read: Reader,
) -> Limbs:
    """What the rig's switches say on these frames. keyed: what holds for limbs without one.

    Raises what reading does.
    """
    switches = {limb: _there(obj, mapping, limb) for limb in mapping.ik_limbs}
    every = list(dict.fromkeys(switch for own in switches.values() for switch in own))
    values = _values(scene, obj, every, frames, read)
    ik, unseen, between = set(keyed.ik), set[str](), set[str]()
    for limb, own in switches.items():
        if not own:
            continue
        ik.discard(limb.control)
        if all(_stands(values[switch], switch.ik, switch) for switch in own):
            ik.add(limb.control)
            unseen |= fk_bones(mapping, limb)
        elif all(_stands(values[switch], switch.fk, switch) for switch in own):
            unseen |= ik_bones(limb)
        else:
            between |= fk_bones(mapping, limb) | ik_bones(limb)
    return Limbs(frozenset(ik), frozenset(unseen), frozenset(between))


def fk_bones(mapping: BoneMapping, limb: IkLimb) -> set[str]:
    """The bones that pose a limb without IK."""
    slots = (limb.upper, limb.hinge, limb.end, limb.toe_slot)
    return {bone for slot in slots for bone in mapping.bones.get(slot, ())}


def ik_bones(limb: IkLimb) -> set[str]:
    """The controls that pose a limb by IK."""
    return {bone for bone in (limb.control, limb.pole, limb.toe) if bone}


def _stands(values: np.ndarray, end: float, switch: LimbSwitch) -> bool:
    return bool((np.abs(values - end) <= _NEAR * abs(switch.fk - switch.ik)).all())


def _there(obj: bpy.types.Object, mapping: BoneMapping, limb: IkLimb) -> list[LimbSwitch]:
    """Those of the limb's switches that this rig has."""
    found: list[LimbSwitch] = []
    for switch in limb_switches(mapping, limb):
        bone = pose_bones(obj).get(switch.bone)
        if bone is not None and type(custom_properties(bone).get(switch.key)) in (bool, int, float):
            found.append(switch)
    return found


def _values(
    scene: bpy.types.Scene, obj: bpy.types.Object, switches: Sequence[LimbSwitch], frames: Sequence[int], read: Reader
) -> dict[LimbSwitch, np.ndarray]:
    """(T,) what each switch says on the frames. The rig is read only for those that strips or drivers move."""
    curves = {curve.data_path: curve for curve in compat.curves_of(obj)}
    moved = {path for path, _ in strip_paths(obj)} | driven_paths(obj)
    found: dict[LimbSwitch, np.ndarray] = {}
    asked: list[LimbSwitch] = []
    for switch in switches:
        bone = pose_bones(obj)[switch.bone]
        path = f'{bone.path_from_id()}["{bpy.utils.escape_identifier(switch.key)}"]'
        curve = curves.get(path)
        if path in moved:
            asked.append(switch)
        elif curve is not None and not curve.mute and not (curve.group is not None and curve.group.mute):
            found[switch] = np.array([curve.evaluate(float(frame)) for frame in frames])
        else:
            found[switch] = np.full(len(frames), float(custom_properties(bone)[switch.key]))
    if asked:
        table = np.stack(read(scene, obj, frames, "switches", lambda seen: _at(seen, asked)))
        found |= dict(zip(asked, table.T, strict=True))
    return found


def _at(seen: bpy.types.Object, switches: Sequence[LimbSwitch]) -> np.ndarray:
    bones = pose_bones(seen)
    return np.array([float(custom_properties(bones[switch.bone])[switch.key]) for switch in switches])
