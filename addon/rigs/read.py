"""From a Blender armature to the plain description that the retargeting works on, and what may be wrong with the
armature.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import bpy
import numpy as np

from ..core import BoneMapping, RigDescription, all_schemes, detect_mapping
from .axes import BLENDER_TO_CORE

# Constraints that leave a bone's rotation to its own channels.
_HARMLESS_CONSTRAINTS = frozenset(
    {"COPY_LOCATION", "LIMIT_LOCATION", "LIMIT_DISTANCE", "LIMIT_SCALE", "COPY_SCALE", "MAINTAIN_VOLUME", "FLOOR"}
)
_OTHER_TITLES = {"structure": "Humanoid, told by its shape", "custom": "Bones chosen by hand"}
_BONE_PATH = re.compile(r'^pose\.bones\["((?:[^"\\]|\\.)*)"\]\.(\w+)')


def target_of(obj: bpy.types.Object | None) -> bpy.types.Object | None:
    """The armature that is meant when this object is active: a mesh stands for the armature that moves it."""
    if obj is not None and obj.type == "MESH":
        return obj.find_armature() or obj
    return obj


def problem(obj: bpy.types.Object | None) -> str:
    """Why this object can't be animated by MotionMix, in the animator's words with what to do; "" if it can.

    Quick enough for a poll: it doesn't look at the bones (`rig_problem` does).
    """
    if obj is None:
        return "No active object. Select an armature, or add the MotionMix skeleton"
    if obj.type != "ARMATURE":
        return f"“{obj.name}” isn't an armature. Select an armature, or add the MotionMix skeleton"
    if not obj.data.bones:  # type: ignore[union-attr]
        return f"The armature “{obj.name}” has no bones"
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
    if obj.mode == "EDIT":
        return f"“{obj.name}” is in Edit Mode. Leave it with Tab"
    data = obj.animation_data
    if data is not None and data.use_tweak_mode:
        return f"An NLA strip of “{obj.name}” is being tweaked. Leave tweak mode with Tab in the NLA editor"
    return ""


def rig_problem(obj: bpy.types.Object | None) -> str:
    """As `problem`, and also why the bones can't be used: which ones are missing."""
    return problem(obj) or mapping_of(obj).reason  # type: ignore[arg-type]


def describe(obj: bpy.types.Object) -> RigDescription:
    """The armature in its rest pose as plain arrays.

    Rest matrices stay in the armature's own space; `world` turns to the core's axes, so Blender's end here. Raises
    RigError for an armature without bones or with values that aren't numbers.
    """
    bones = obj.data.bones  # type: ignore[union-attr]
    poses = [obj.pose.bones[bone.name] for bone in bones]
    number = {bone.name: index for index, bone in enumerate(bones)}
    rest = np.array([bone.matrix_local for bone in bones], dtype=np.float64).reshape(-1, 4, 4)
    owned = _owned_bones(obj)
    return RigDescription(
        name=obj.name,
        bones=tuple(number),
        parents=tuple(number[bone.parent.name] if bone.parent else -1 for bone in bones),
        rest=rest,
        world=BLENDER_TO_CORE @ np.array(obj.matrix_world, dtype=np.float64),
        tails=np.array([bone.tail_local for bone in bones], dtype=np.float64).reshape(-1, 3),
        rotation_modes=tuple(pose.rotation_mode for pose in poses),
        inherit_rotation=np.array([bone.use_inherit_rotation for bone in bones], dtype=bool),
        local_location=np.array([bone.use_local_location for bone in bones], dtype=bool),
        connected=np.array([bone.use_connect and bone.parent is not None for bone in bones], dtype=bool),
        deform=np.array([bone.use_deform for bone in bones], dtype=bool),
        owned=np.array([name in owned for name in number], dtype=bool),
        locked=np.array([all(pose.lock_rotation) for pose in poses], dtype=bool),
    )


def mapping_of(obj: bpy.types.Object) -> BoneMapping:
    """Which bones are which places of the body, found from names and shape."""
    return detect_mapping(describe(obj))


def status_line(mapping: BoneMapping) -> str:
    """One line for the panel: what kind of rig this is, or what is missing."""
    if mapping.reason:
        return mapping.reason
    titles = {scheme.name: scheme.title for scheme in all_schemes()}
    title = titles.get(mapping.scheme, _OTHER_TITLES.get(mapping.scheme, mapping.scheme))
    return f"{title}, {sum(len(chain) for chain in mapping.bones.values())} bones"


def fingerprint(obj: bpy.types.Object) -> tuple[object, ...]:
    """Changes whenever bones are added, removed, renamed or parented otherwise.

    A mapping may be kept under it.
    """
    bones = obj.data.bones  # type: ignore[union-attr]
    return (obj.data.session_uid, tuple(bone.name for bone in bones), sum(len(bone.children) for bone in bones))  # type: ignore[union-attr]


def _owned_bones(obj: bpy.types.Object) -> set[str]:
    """Names of the bones whose rotation an active constraint or a driver decides."""
    owned: set[str] = set()
    for pose in obj.pose.bones:
        for constraint in pose.constraints:
            if constraint.mute or constraint.influence == 0.0 or constraint.type in _HARMLESS_CONSTRAINTS:
                continue
            owned.add(pose.name)
            if constraint.type in {"IK", "SPLINE_IK"}:
                owned.update(_chain(pose, constraint))
    if obj.animation_data is not None:
        for curve in obj.animation_data.drivers:
            found = _BONE_PATH.match(curve.data_path)
            if found and found[2].startswith("rotation"):
                owned.add(bpy.utils.unescape_identifier(found[1]))
    return owned


def _chain(pose: bpy.types.PoseBone, constraint: bpy.types.Constraint) -> Iterable[str]:
    """The bones that an IK constraint turns, from its own bone upwards."""
    count = constraint.chain_count or -1  # type: ignore[attr-defined]
    bone: bpy.types.PoseBone | None = pose
    if constraint.type == "IK" and not constraint.use_tail:  # type: ignore[attr-defined]
        bone = pose.parent
    while bone is not None and count != 0:
        yield bone.name
        bone = bone.parent
        count -= 1
