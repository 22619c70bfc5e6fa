"""Which bones of an armature are which: by naming scheme, else by shape, and refused with a reason when no humanoid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from ..errors import RigError
from .names import bone_names, match_scheme
from .owners import check_loops, free_of_controls, through_controls
from .rig import REQUIRED_SLOTS, BoneMapping, RigDescription
from .schemes.catalogue import all_schemes
from .spaces import character_axes, check_transform, rest_rotations, slot_heads
from .structure import guess_mapping, stands_on_four

_GOOD_MATCH = 0.6
MOST_OWNED = 0.5  # of the bones may be moved by constraints; a rig with more is posed by controls
_PLAIN = {
    "pelvis": "hips", "spine": "spine", "head": "head", "shoulder": "upper arm", "elbow": "forearm", "hip": "thigh",
    "knee": "shin", "ankle": "foot", "wrist": "hand", "foot": "toes",
}  # fmt: skip


def detect_mapping(rig: RigDescription) -> BoneMapping:
    """The best mapping found, with its confidence (1 = every name of a scheme fits).

    `reason` says in the animator's words why a rig can't be used; what was found is given all the same, so that the
    rest can be set by hand.
    """
    names = bone_names(rig)
    matches = [match_scheme(names, scheme) for scheme in all_schemes()]
    # bones that constraints own can't be posed: a match on the controls above them counts for more
    best = max(
        matches, key=lambda m: (round(m.score * (1 - 0.5 * _owned(rig, m.bones)), 2), m.scheme.controls, m.exact)
    )
    named = BoneMapping(
        best.bones,
        best.scheme.name,
        min(1.0, best.score),
        readings=_same_place(rig, best.bones, best.readings),
        switches=best.switches,
        follows=best.follows,
        still=best.still,
        ik_limbs=best.ik_limbs,
        ik_switches=best.ik_switches,
    )
    named = through_controls(rig, named)
    problem = why_not(rig, named)
    if best.score >= _GOOD_MATCH and not problem:
        return _sides_by_feet(rig, named)
    guess = guess_mapping(rig)
    if guess is not None and not guess.missing:
        guess = through_controls(rig, guess)
        if not why_not(rig, guess):
            return guess
    if best.score >= _GOOD_MATCH:
        return replace(named, reason=problem)
    return replace(named, confidence=0.0, reason=_no_body(rig, named))


def check_mapping(rig: RigDescription, mapping: BoneMapping) -> BoneMapping:
    """A mapping made by hand or for another rig, with `reason` saying what is wrong with it on this one.

    Bones that this rig lacks are taken out of it. Whoever sets bones by hand knows what stands upright: a body on four
    legs isn't refused then.
    """
    gone = [name for names in mapping.bones.values() for name in names if name not in rig.indices]
    if gone:
        kept = {slot: tuple(n for n in names if n in rig.indices) for slot, names in mapping.bones.items()}
        mapping = replace(mapping, bones=kept)
    mapping = replace(
        mapping,
        readings={slot: names for slot, names in mapping.readings.items() if set(names) <= rig.indices.keys()},
        reason="",
    )
    # a chain goes from the root end on, in whatever order its bones were set
    ordered = {
        slot: tuple(sorted(names, key=lambda name: len(rig.ancestors(rig.index(name)))))
        for slot, names in mapping.bones.items()
    }
    if ordered != mapping.bones:
        mapping = replace(mapping, bones=ordered)
    uses = Counter(name for names in mapping.bones.values() for name in names)
    twice = [name for name, count in uses.items() if count > 1]
    if twice:
        slots = [slot for slot, names in mapping.bones.items() if twice[0] in names]
        return replace(
            mapping, reason=f"The bone “{twice[0]}” is set for {_plainly(slots)}. Set another one for all but one."
        )
    mapping = through_controls(rig, mapping)
    if mapping.missing and gone:
        return replace(
            mapping, reason=f"“{rig.name}” has no bones named {', '.join(gone[:4])}. {_lacking(rig, mapping)}"
        )
    return replace(mapping, reason=why_not(rig, mapping, by_hand=True))


def why_not(rig: RigDescription, mapping: BoneMapping, by_hand: bool = False) -> str:
    """Why a mapping can't carry a human's motion; "" when it can."""
    quadruped = f"“{rig.name}” stands on four legs; MotionMix moves two-legged bodies only."
    if mapping.missing:
        front = any("front" in bone.lower() or "fore_leg" in bone.lower() for bone in rig.bones)
        return quadruped if front and not by_hand and stands_on_four(rig) else _lacking(rig, mapping)
    try:
        check_loops(rig, (name for names in mapping.bones.values() for name in names))
    except RigError as error:
        return str(error)
    if free_of_controls(rig, mapping) < 1 - MOST_OWNED:
        return (
            f"The bones of “{rig.name}” that were found are moved by constraints, and its controls aren't known to "
            "MotionMix. Set the control bones by hand."
        )
    try:
        check_transform(rig)
        rest_rotations(rig)
        heads = slot_heads(rig, mapping)
        axes = character_axes(heads, rig.name)
    except RigError as error:
        return str(error)
    places = {slot: axes @ head for slot, head in heads.items()}
    hips = 0.5 * (places["left_hip"] + places["right_hip"])
    chest = 0.5 * (places["left_shoulder"] + places["right_shoulder"])
    ankles = 0.5 * (places["left_ankle"] + places["right_ankle"])
    leg = max(float(np.linalg.norm(hips - ankles)), 1e-9)
    torso = (chest - hips) / max(float(np.linalg.norm(chest - hips)), 1e-9)
    hands = [slot for slot in ("left_wrist", "left_elbow") if slot in places]
    low = bool(hands) and float((places[hands[0]] - ankles)[1]) < 0.3 * leg
    if low and torso[1] < 0.6 and not by_hand:
        return quadruped
    if hips[1] - ankles[1] < 0.3 * leg:
        return f"The legs of “{rig.name}” don't stand below its hips, so it can't be read as a standing body."
    for side in ("left", "right"):
        for upper, lower in (("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow")):
            one, two = places[f"{side}_{upper}"], places[f"{side}_{lower}"]
            if np.linalg.norm(one - two) < 0.02 * leg:
                bones = mapping.bones[f"{side}_{upper}"][0], mapping.bones[f"{side}_{lower}"][0]
                return f"The bones “{bones[0]}” and “{bones[1]}” of “{rig.name}” start at the same place."
    return ""


def _owned(rig: RigDescription, bones: Mapping[str, tuple[str, ...]]) -> float:
    """Share of the bones whose rotation a constraint or driver decides."""
    assert rig.owned is not None
    flags = [bool(rig.owned[rig.index(name)]) for names in bones.values() for name in names]
    return sum(flags) / max(len(flags), 1)


def _same_place(
    rig: RigDescription, bones: Mapping[str, tuple[str, ...]], readings: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """The bones to read that do start where the bones to key start; others only happen to be named like them."""
    near = 0.02 * float(np.linalg.norm(np.ptp(rig.heads, axis=0)))
    return {
        slot: names
        for slot, names in readings.items()
        if slot in bones
        and np.linalg.norm(rig.heads[rig.index(names[0])] - rig.heads[rig.index(bones[slot][0])]) < near
    }


def _sides_by_feet(rig: RigDescription, mapping: BoneMapping) -> BoneMapping:
    """Left and right exchanged when the feet show that the names are meant as the onlooker sees them."""
    heads = slot_heads(rig, mapping)
    if "left_foot" not in heads or "right_foot" not in heads:
        return mapping
    forward = character_axes(heads, rig.name)[2]
    feet = [heads[f"{side}_foot"] - heads[f"{side}_ankle"] for side in ("left", "right")]
    if all(foot @ forward < -0.3 * np.linalg.norm(foot) for foot in feet):
        bones = {
            slot.replace("left_", "#").replace("right_", "left_").replace("#", "right_"): names
            for slot, names in mapping.bones.items()
        }
        return replace(mapping, bones=bones, confidence=0.8 * mapping.confidence)
    return mapping


def _lacking(rig: RigDescription, mapping: BoneMapping) -> str:
    return f"“{rig.name}” has no bone that could be: {_plainly(mapping.missing)}. Set it by hand if there is one."


def _plainly(slots: Sequence[str]) -> str:
    """Slots in an animator's words."""
    parts = (slot.rpartition("_") for slot in slots)
    return ", ".join(f"{side} {_PLAIN.get(part, part)}".strip() for side, _, part in parts)


def _no_body(rig: RigDescription, named: BoneMapping) -> str:
    if stands_on_four(rig):
        return f"“{rig.name}” stands on four legs; MotionMix moves two-legged bodies only."
    if len(named.missing) <= len(REQUIRED_SLOTS) // 2:
        return _lacking(rig, named)
    bones = "one bone" if len(rig.bones) == 1 else f"{len(rig.bones)} bones"
    return f"No human body was found among the {bones} of “{rig.name}”."
