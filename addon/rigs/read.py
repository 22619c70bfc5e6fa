"""From a Blender armature to the plain description that the retargeting works on, and what may be wrong with the
armature.
"""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np

from ..core import SLOTS, BoneMapping, RigDescription, all_schemes, detect_mapping
from ..present import armature, pose_bones
from . import settings
from .axes import BLENDER_TO_CORE
from .constraints import object_loop, read_constraints

_OTHER_TITLES = {"structure": "Humanoid, told by its shape", "custom": "Bones chosen by hand"}


def target_of(obj: bpy.types.Object | None) -> bpy.types.Object | None:
    """The armature that is meant when this object is active: a mesh stands for the armature that moves it."""
    if obj is not None and obj.type == "MESH":
        return obj.find_armature() or obj
    return obj


def unreadable(obj: bpy.types.Object | None) -> str:
    """Why this object's motion can't be read, in the animator's words with what to do; "" if it can.

    A linked armature can be read, though not written to.
    """
    if obj is None:
        return "No active object. Select an armature, or add the MotionMix skeleton"
    if obj.type != "ARMATURE":
        return f"“{obj.name}” isn't an armature. Select an armature, or add the MotionMix skeleton"
    if not armature(obj).bones:
        return f"The armature “{obj.name}” has no bones"
    if obj.mode == "EDIT":
        return f"“{obj.name}” is in Edit Mode. Leave it with Tab"
    return object_loop(obj)


def problem(obj: bpy.types.Object | None) -> str:
    """Why this object can't be animated by MotionMix, in the animator's words with what to do; "" if it can.

    Quick enough for a poll: it doesn't look at the bones (`rig_problem` does).
    """
    reason = unreadable(obj)
    if reason or obj is None:
        return reason
    if obj.library is not None:
        return (
            f"“{obj.name}” is linked from {bpy.path.basename(obj.library.filepath)} and can't be animated. "
            "Make a library override of it (Object > Library Override > Make)"
        )
    override = obj.override_library
    if override is not None and override.is_system_override:
        return (
            f"“{obj.name}” is a library override that isn't editable. "
            "Make it so in the Outliner (Library Override > Make > Selected)"
        )
    data = obj.animation_data
    if data is not None and data.use_tweak_mode:
        return f"An NLA strip of “{obj.name}” is being tweaked. Leave tweak mode with Tab in the NLA editor"
    return ""


def rig_problem(obj: bpy.types.Object | None) -> str:
    """As `problem`, and also why the bones can't be used: which ones are missing."""
    reason = problem(obj)
    return reason if reason or obj is None else mapping_of(obj).reason


def describe(obj: bpy.types.Object) -> RigDescription:
    """The armature in its rest pose as plain arrays.

    Rest matrices stay in the armature's own space; `world` turns to the core's axes, so Blender's end here. Raises
    RigError for an armature without bones or with values that aren't numbers.
    """
    bones, controls = armature(obj).bones, pose_bones(obj)
    poses = [controls[bone.name] for bone in bones]
    number = {bone.name: index for index, bone in enumerate(bones)}
    rest = _each(bones, "matrix_local", 16, np.float32).reshape(-1, 4, 4).transpose(0, 2, 1)  # columns come first
    constraints = read_constraints(obj)
    return RigDescription(
        name=obj.name,
        bones=tuple(number),
        parents=tuple(number[bone.parent.name] if bone.parent else -1 for bone in bones),
        rest=rest.astype(np.float64),
        world=BLENDER_TO_CORE @ np.array(obj.matrix_world, dtype=np.float64),
        tails=_each(bones, "tail_local", 3, np.float32).astype(np.float64),
        rotation_modes=tuple(pose.rotation_mode for pose in poses),
        inherit_rotation=_each(bones, "use_inherit_rotation", 1, np.bool_)[:, 0],
        local_location=_each(bones, "use_local_location", 1, np.bool_)[:, 0],
        connected=np.array([bone.use_connect and bone.parent is not None for bone in bones], dtype=bool),
        deform=_each(bones, "use_deform", 1, np.bool_)[:, 0],
        owned=np.array([name in constraints.owned for name in number], dtype=bool),
        locked_rotation=np.array([pose.lock_rotation for pose in poses], dtype=bool).reshape(-1, 3),
        locked_location=np.array([pose.lock_location for pose in poses], dtype=bool).reshape(-1, 3),
        stretching=np.array([pose.ik_stretch > 0.0 for pose in poses], dtype=bool),
        copies=tuple(constraints.copies),
        ik_chains=tuple(constraints.ik_chains),
        depends=tuple(constraints.depends),
    )


def _each(bones: Any, name: str, size: int, kind: Any) -> np.ndarray:
    """(B, size) a property of all bones at once: bone by bone it takes ten times as long."""
    values = np.empty(len(bones) * size, dtype=kind)
    bones.foreach_get(name, values)
    return values.reshape(-1, size)


def mapping_of(obj: bpy.types.Object, rig: RigDescription | None = None) -> BoneMapping:
    """Which bones are which places of the body: those that were set by hand, else found from names and shape.

    rig: the object's description, where it's there already.
    """
    rig = rig or describe(obj)
    return settings.by_hand(obj, rig) or detect_mapping(rig)


def status_line(mapping: BoneMapping) -> str:
    """One line for the panel: what kind of rig this is, or what is missing."""
    if mapping.reason:
        return mapping.reason
    found = sum(len(chain) for chain in mapping.bones.values())
    usual = [slot for slot in SLOTS if slot not in ("root", "body")]  # which few rigs have
    lacking = sum(slot not in mapping.bones for slot in usual)
    return f"{scheme_title(mapping)}, {found} of {found + lacking} bones"


def scheme_title(mapping: BoneMapping) -> str:
    """What kind of rig a mapping was found on, in words."""
    titles = {scheme.name: scheme.title for scheme in all_schemes()} | _OTHER_TITLES
    return titles.get(mapping.scheme, mapping.scheme)


def fingerprint(obj: bpy.types.Object) -> tuple[object, ...]:
    """Changes whenever bones are added, removed, renamed or parented otherwise, set by hand, or constrained otherwise.

    A mapping may be kept under it.
    """
    data = armature(obj)
    bones = data.bones
    tree = sum(len(bone.children) for bone in bones)
    names = tuple(bone.name for bone in bones)
    limits = tuple(
        (constraint.mute, constraint.influence > 0) for bone in pose_bones(obj) for constraint in bone.constraints
    )
    volume = obj.matrix_world.determinant()
    scale = (volume < 0.0, abs(volume) < 1e-24)
    return (scale, obj.session_uid, data.session_uid, names, tree, hash(limits), settings.stamp(obj))
