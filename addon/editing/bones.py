"""Which bones an edit is about, and which joints of the body they are."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import bpy

from .. import compat
from ..core import JOINT_PRESETS, BoneMapping, RequestError
from ..present import armature, pose_bones

CHAIN_JOINTS = {"spine": ("spine1", "spine2", "spine3"), "neck": ("neck",)}
_NO_JOINTS = ("root",)
_PELVIS = ("body", "pelvis")

PRESET_ITEMS = (
    ("upper_body", "Upper Body", "Spine, neck, head and both arms"),
    ("lower_body", "Lower Body", "Hips and both legs; the character's way goes with them"),
    ("left_arm", "Left Arm", "Collar, upper arm, forearm and hand"),
    ("right_arm", "Right Arm", "Collar, upper arm, forearm and hand"),
    ("left_leg", "Left Leg", "Thigh, shin, foot and toes"),
    ("right_leg", "Right Leg", "Thigh, shin, foot and toes"),
    ("head", "Head", "Neck and head"),
    ("spine", "Spine", "All bones of the spine"),
)
CHOICE_ITEMS = (
    ("PRESET", "Part of the Body", "One of the usual parts"),
    ("SELECTED", "Selected Bones", "The bones selected in Pose Mode"),
    ("COLLECTIONS", "Bone Collections", "The bones of the armature's bone collections that you tick"),
    ("ALL", "Whole Body", "All bones that MotionMix knows"),
)


@dataclass(frozen=True)
class Choice:
    """bones: names of the armature's bones that may change. joints: of the canonical skeleton."""

    bones: frozenset[str]
    joints: frozenset[str]


def joints_by_bone(mapping: BoneMapping) -> dict[str, tuple[str, ...]]:
    """Bone -> the joints that a key on it says something about; controls of IK limbs stand for the whole limb.

    The root bone has none: it carries the body along.
    """
    found: dict[str, tuple[str, ...]] = {}
    for slot, names in mapping.bones.items():
        if slot in _NO_JOINTS:
            joints: tuple[str, ...] = ()
        elif slot in _PELVIS:
            joints = ("pelvis",)
        else:
            joints = CHAIN_JOINTS.get(slot, (slot,))
        found.update(dict.fromkeys(names, joints))
    for limb in mapping.ik_limbs:
        whole = (limb.upper, limb.hinge, limb.end)
        for name, joints in ((limb.control, whole), (limb.pole, whole[:2]), (limb.toe, (limb.toe_slot,))):
            if name:
                found[name] = tuple(joint for joint in joints if joint)
    return found


def bones_of(mapping: BoneMapping, joints: Collection[str]) -> frozenset[str]:
    """The bones that turn these joints."""
    return frozenset(bone for bone, own in joints_by_bone(mapping).items() if set(own) & set(joints))


def everything(mapping: BoneMapping) -> Choice:
    """All bones of the body."""
    known = joints_by_bone(mapping)
    return Choice(frozenset(known), frozenset(joint for own in known.values() for joint in own))


def choose(
    obj: bpy.types.Object,
    mapping: BoneMapping,
    kind: str,
    presets: Iterable[str] = (),
    collections: Iterable[str] = (),
    names: Iterable[str] = (),
) -> Choice:
    """The bones that are meant.

    kind: "PRESET", "SELECTED", "COLLECTIONS" or "ALL". names: of bones that were selected, in place of those that are.
    Raises RequestError when that's none that MotionMix knows.
    """
    if kind == "ALL":
        return everything(mapping)
    if kind == "PRESET":
        joints = frozenset(joint for preset in presets for joint in JOINT_PRESETS[preset])
        if not joints:
            raise RequestError("No part of the body is chosen")
        found = bones_of(mapping, joints)
        if not found:
            raise RequestError(f"“{obj.name}” has no bones for this part of the body")
        return Choice(found, joints)
    if kind == "SELECTED":
        were = set(names)
        gone = sorted(were - set(pose_bones(obj).keys()))
        if gone:
            raise RequestError(f"“{obj.name}” has no bone “{gone[0]}” any more")
        selected = were or {bone.name for bone in pose_bones(obj) if compat.is_bone_selected(bone)}
        return _known(selected, mapping, "the selected bones", "Select bones in Pose Mode")
    inside: set[str] = set()
    for name in collections:
        collection = armature(obj).collections_all.get(name)
        if collection is None:
            raise RequestError(f"“{obj.name}” has no bone collection “{name}”")
        inside.update(bone.name for bone in collection.bones_recursive)
    return _known(inside, mapping, "the collections' bones", "Tick a bone collection")


def select(obj: bpy.types.Object, names: Collection[str]) -> None:
    """Select these bones and no others, as in Pose Mode."""
    for bone in pose_bones(obj):
        compat.select_bone(bone, bone.name in names)


def _known(names: Collection[str], mapping: BoneMapping, what: str, advice: str) -> Choice:
    if not names:
        raise RequestError(f"No bones are chosen. {advice}")
    known = joints_by_bone(mapping)
    bones = frozenset(name for name in names if known.get(name))
    if not bones:
        raise RequestError(
            f"None of {what} is a part of the body that MotionMix moves (fingers, face and props it leaves alone)"
        )
    return Choice(bones, frozenset(joint for bone in bones for joint in known[bone]))
