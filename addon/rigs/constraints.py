"""What constraints and drivers do to an armature's bones, in the plain terms of the rig's description.

Which bones they own, so that keys there would do nothing; which bones simply copy a control; which limbs an IK
constraint bends; and what depends on what, so that loops can be named.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import bpy

from ..core import IkChain
from ..present import pose_bones

# Constraints that leave a bone's rotation to its own channels.
_HARMLESS = frozenset(
    {"COPY_LOCATION", "LIMIT_LOCATION", "LIMIT_DISTANCE", "LIMIT_SCALE", "COPY_SCALE", "MAINTAIN_VOLUME", "FLOOR"}
)
# Spaces in which "the same rotation" means that two bones lie alike.
_WHOLE_SPACES = frozenset({"WORLD", "POSE"})
_FULL = 0.999
_BONE_PATH = re.compile(r'^pose\.bones\["((?:[^"\\]|\\.)*)"\]\.(.+)$')
_CONSTRAINT_PATH = re.compile(r'^constraints\["((?:[^"\\]|\\.)*)"\]\.(influence|mute|enabled)')


@dataclass
class Constraints:
    """owned: bones whose rotation isn't their own. The others are as in RigDescription."""

    owned: set[str] = field(default_factory=set)
    copies: list[tuple[str, str]] = field(default_factory=list)
    ik_chains: list[IkChain] = field(default_factory=list)
    depends: list[tuple[str, str]] = field(default_factory=list)


def read_constraints(obj: bpy.types.Object) -> Constraints:
    """All of an armature's constraints and drivers that work on its bones."""
    found = Constraints()
    switched = set(_drivers(obj, found))
    for pose in pose_bones(obj):
        for constraint in pose.constraints:
            if constraint.mute or not constraint.is_valid:
                continue
            plain = (pose.name, constraint.name) not in switched and constraint.influence > _FULL
            if constraint.influence == 0.0 and (pose.name, constraint.name) not in switched:
                continue
            chain = list(_chain(pose, constraint)) if constraint.type in {"IK", "SPLINE_IK"} else [pose.name]
            found.depends += [(bone, other) for bone in chain for other in _looks_at(obj, constraint)]
            if constraint.type in _HARMLESS:
                continue
            found.owned.update((pose.name, *chain))
            if plain:
                _note_control(obj, pose, constraint, chain, found)
    return found


def object_loop(obj: bpy.types.Object) -> str:
    """Why the object's own transform can't be known: it hangs on itself through parents and constraints. "" if not."""
    waiting: list[tuple[bpy.types.Object, tuple[str, ...]]] = [(obj, (obj.name,))]
    seen: set[str] = set()
    while waiting:
        current, way = waiting.pop()
        for other in _carriers(current):
            if other == obj:
                return (
                    f"“{obj.name}” depends on itself through parents or object constraints: "
                    f"{' → '.join((*way, obj.name))}. Remove or mute one of these constraints, then try again"
                )
            if other.name not in seen:
                seen.add(other.name)
                waiting.append((other, (*way, other.name)))
    return ""


def _carriers(obj: bpy.types.Object) -> Iterator[bpy.types.Object]:
    if obj.parent is not None:
        yield obj.parent
    for constraint in obj.constraints:
        if not constraint.mute and constraint.influence > 0.0:
            yield from _targets(constraint)


def _targets(constraint: Any) -> Iterator[bpy.types.Object]:
    for holder in (constraint, *getattr(constraint, "targets", ())):
        if getattr(holder, "target", None) is not None:
            yield holder.target


def _note_control(
    obj: bpy.types.Object, pose: bpy.types.PoseBone, constraint: Any, chain: list[str], found: Constraints
) -> None:
    kind = constraint.type
    subtarget = getattr(constraint, "subtarget", "")
    ours = getattr(constraint, "target", None) == obj and bool(subtarget)
    if kind == "IK" and ours and constraint.chain_count != 1 and not _reads_rotation_alone(constraint):
        pole = constraint.pole_subtarget if constraint.pole_target == obj else ""
        found.ik_chains.append(IkChain(tuple(chain), subtarget, pole))
    elif kind == "COPY_TRANSFORMS":
        if ours and constraint.mix_mode == "REPLACE" and _whole(constraint):
            found.copies.append((pose.name, subtarget))
    elif kind == "ARMATURE":
        targets = [target for target in constraint.targets if target.weight > 0.0]
        if len(targets) == 1 and targets[0].target == obj and targets[0].subtarget:
            found.copies.append((pose.name, targets[0].subtarget))
    elif kind == "COPY_ROTATION":
        axes = constraint.use_x and constraint.use_y and constraint.use_z
        turned = constraint.invert_x or constraint.invert_y or constraint.invert_z
        if ours and axes and not turned and constraint.mix_mode == "REPLACE" and _whole(constraint):
            found.copies.append((pose.name, subtarget))


def _reads_rotation_alone(constraint: Any) -> bool:
    return bool(constraint.ik_type != "COPY_POSE" or (constraint.use_rotation and not constraint.use_location))


def _whole(constraint: Any) -> bool:
    return constraint.owner_space in _WHOLE_SPACES and constraint.target_space in _WHOLE_SPACES


def _looks_at(obj: bpy.types.Object, constraint: Any) -> Iterator[str]:
    """Bones of the same armature that a constraint needs to be in place first."""
    for holder in (constraint, *getattr(constraint, "targets", ())):
        if getattr(holder, "target", None) == obj and getattr(holder, "subtarget", ""):
            yield holder.subtarget
    if getattr(constraint, "pole_target", None) == obj and constraint.pole_subtarget:
        yield constraint.pole_subtarget


def _chain(pose: bpy.types.PoseBone, constraint: Any) -> Iterable[str]:
    """The bones that an IK constraint turns, from its own bone upwards."""
    count = constraint.chain_count or -1
    bone: bpy.types.PoseBone | None = pose
    if constraint.type == "IK" and not constraint.use_tail:
        bone = pose.parent
    while bone is not None and count != 0:
        yield bone.name
        bone = bone.parent
        count -= 1


def _drivers(obj: bpy.types.Object, found: Constraints) -> Iterator[tuple[str, str]]:
    """Notes bones whose rotation is driven; yields (bone, constraint) whose influence is."""
    if obj.animation_data is None:
        return
    unescape = bpy.utils.unescape_identifier
    for curve in obj.animation_data.drivers:
        path = _BONE_PATH.match(curve.data_path)
        if path is None:
            continue
        if path[2].startswith("rotation"):
            found.owned.add(unescape(path[1]))
        switch = _CONSTRAINT_PATH.match(path[2])
        if switch is not None:
            yield unescape(path[1]), unescape(switch[1])
