"""Bones that constraints own: the controls that move them are found, so that these are keyed instead.

A bone that takes another one's whole pose stands for that one; a limb that an IK constraint bends is keyed at the
control and the pole that the constraint names. Rigs whose limbs can be switched (Rigify and the like) say so in their
naming schemes and don't need this.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from ..errors import RigError
from .rig import BoneMapping, IkLimb, RigDescription

_LIMBS = (("shoulder", "elbow", "wrist", ""), ("hip", "knee", "ankle", "foot"))
_NEAR = 0.02  # of the rig's size: a control farther from its bone isn't the joint's own


def through_controls(rig: RigDescription, mapping: BoneMapping) -> BoneMapping:
    """The mapping with owned bones exchanged for the controls that move them, and plain IK constraints as its limbs.

    The exchanged bones stay the ones that the pose is read from.
    """
    assert rig.owned is not None
    limbs = _plain_ik(rig, mapping)
    held = {mapping.bones[limb.end][0]: limb.control for limb in limbs}
    sources = dict(rig.copies)
    near = _NEAR * float(np.linalg.norm(np.ptp(rig.heads, axis=0)))
    bones: dict[str, tuple[str, ...]] = {}
    readings = dict(mapping.readings)
    follows = list(mapping.follows)
    for slot, names in mapping.bones.items():
        controls = tuple(name if name in held else _source(rig, name, sources, near) for name in names)
        bones[slot] = controls
        if controls != names and len(set(controls)) == len(controls):
            readings.setdefault(slot, names)
            follows += [pair for pair in zip(names, controls, strict=True) if pair[0] != pair[1]]
        else:
            bones[slot] = names
    if bones == mapping.bones and not limbs:
        return mapping
    return replace(
        mapping, bones=bones, readings=readings, follows=tuple(follows), ik_limbs=(*mapping.ik_limbs, *limbs)
    )


def check_loops(rig: RigDescription, bones: Iterable[str]) -> None:
    """RigError that names the bones when any of these, or what carries them, depends on itself through constraints."""
    links: dict[int, set[int]] = {bone: {parent} if parent >= 0 else set() for bone, parent in enumerate(rig.parents)}
    for bone, other in rig.depends:
        if bone in rig.indices and other in rig.indices:
            links[rig.index(bone)].add(rig.index(other))
    loop = _loop(links, [rig.index(bone) for bone in bones if bone in rig.indices])
    if loop:
        names = " → ".join(rig.bones[bone] for bone in loop)
        raise RigError(
            f"Bones of “{rig.name}” depend on each other in a loop through constraints or drivers: {names}. "
            "Remove or mute one of these constraints, then try again."
        )


def free_of_controls(rig: RigDescription, mapping: BoneMapping) -> float:
    """Share (0..1) of the mapped bones that keys can move: not owned, or bent by IK controls that are known."""
    assert rig.owned is not None
    by_ik = {
        name
        for limb in mapping.ik_limbs
        if limb.always
        for slot in (limb.upper, limb.hinge, limb.end, limb.toe_slot)
        for name in mapping.bones.get(slot, ())
    }
    flags = [name in by_ik or not rig.owned[rig.index(name)] for names in mapping.bones.values() for name in names]
    return sum(flags) / max(len(flags), 1)


def _plain_ik(rig: RigDescription, mapping: BoneMapping) -> tuple[IkLimb, ...]:
    """The mapped limbs that an IK constraint bends for good."""
    found = []
    for side in ("left", "right"):
        for upper, hinge, end, toe in _LIMBS:
            slots = (f"{side}_{upper}", f"{side}_{hinge}", f"{side}_{end}")
            if any(slot not in mapping.bones for slot in slots):
                continue
            first, second, last = (mapping.bones[slot][0] for slot in slots)
            for chain in rig.ik_chains:
                tip = chain.bones[0]
                if first in chain.bones and second in chain.bones and tip in (second, last):
                    toes = f"{side}_{toe}" if toe else ""
                    found.append(IkLimb(*slots, chain.control, chain.pole, "", toes, always=True))
                    break
    return tuple(found)


def _source(rig: RigDescription, bone: str, sources: Mapping[str, str], near: float) -> str:
    """The control at the end of the chain of copies that starts at a bone; the bone itself when there is none near."""
    assert rig.owned is not None
    seen = [bone]
    while (following := sources.get(seen[-1])) is not None and following in rig.indices and following not in seen:
        seen.append(following)
    last = seen[-1]
    apart = np.linalg.norm(rig.heads[rig.index(last)] - rig.heads[rig.index(bone)])
    return last if apart < near and not rig.owned[rig.index(last)] else bone


def _loop(links: Mapping[int, set[int]], starts: Iterable[int]) -> list[int]:
    """A way from a bone back to itself, in order; [] when there is none. Without recursion: rigs are deep."""
    done: set[int] = set()
    for start in starts:
        if start in done:
            continue
        path: list[int] = [start]
        waiting = [iter(sorted(links[start]))]
        on_path = {start}
        while path:
            following = next(waiting[-1], None)
            if following is None:
                on_path.discard(path[-1])
                done.add(path.pop())
                waiting.pop()
            elif following in on_path:
                return [*path[path.index(following) :], following]
            elif following not in done:
                path.append(following)
                on_path.add(following)
                waiting.append(iter(sorted(links[following])))
    return []
