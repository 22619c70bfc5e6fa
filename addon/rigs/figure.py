"""A jointed wooden figure round an armature's bones: something to look at where a rig has no mesh of its own.

Each part hangs on one bone, so nothing has to be weighted and any mapped humanoid can wear it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

import bpy
import numpy as np

from ..core import BoneMapping, canonical_skeleton, leg_length
from ..present import armature, present

_SIDES = 20
_CAP_RINGS = 6
_COLOUR = (0.72, 0.55, 0.36, 1.0)
_SHORTEST = 0.03  # metres on a body of the canonical size: no part between joints that lie together
_ALONG = 0.5  # cosine: a tail farther off than this isn't where the part of the body ends
_X = np.array([1.0, 0.0, 0.0])
_Z = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True)
class Part:
    """A rounded, tapered tube from one joint towards another, on the first joint's bone (`on` names another).

    start, end: (half width, half depth) in metres on a body of the canonical size. span: where it begins and ends
    along the way (0 to 1). length: metres on a canonical body instead of the way to the other joint, for parts whose
    bones differ from rig to rig.
    """

    joint: str
    to: str
    start: tuple[float, float]
    end: tuple[float, float]
    span: tuple[float, float] = (0.0, 1.0)
    on: str = ""
    length: float = 0.0


_HIPS = Part("left_hip", "right_hip", (0.075, 0.085), (0.075, 0.085), on="pelvis")
_HEAD = Part("head", "head_end", (0.060, 0.075), (0.074, 0.090), (0.15, 0.85), length=0.15)
_NOSE = (0.055, 0.088, 0.016)  # metres: up the head, forward, radius; it shows which way the figure looks
_LIMB = (
    Part("collar", "shoulder", (0.055, 0.050), (0.062, 0.054), (0.35, 0.95)),
    Part("shoulder", "elbow", (0.052, 0.050), (0.040, 0.040), (0.08, 0.97)),
    Part("elbow", "wrist", (0.042, 0.042), (0.030, 0.028), (0.03, 0.97)),
    Part("wrist", "wrist_end", (0.040, 0.020), (0.034, 0.012), (0.15, 0.9), length=0.17),
    Part("hip", "knee", (0.085, 0.088), (0.056, 0.060), (0.02, 0.97)),
    Part("knee", "ankle", (0.055, 0.060), (0.036, 0.040), (0.03, 0.96)),
    Part("ankle", "foot", (0.040, 0.036), (0.046, 0.026), (-0.3, 0.95)),
    Part("foot", "foot_end", (0.045, 0.024), (0.038, 0.018), (0.05, 1.0)),
)
# Half width and half depth of the trunk at these parts of the way from the lowest spine joint to the neck.
_TRUNK_AT = (0.0, 0.35, 0.70, 1.0)
_TRUNK_WIDTH = (0.125, 0.122, 0.160, 0.130)
_TRUNK_DEPTH = (0.090, 0.086, 0.105, 0.075)
_NECK = (0.050, 0.050)


def parts(bones: Mapping[str, Sequence[str]]) -> list[Part]:
    """All parts of the body of a rig.

    bones: the mapping's, of which the chains of spine and neck count. Their joints are called "spine 0", "spine 1" ...
    """
    limbs = [
        replace(part, joint=f"{side}_{part.joint}", to=f"{side}_{part.to}")
        for side in ("left", "right")
        for part in _LIMB
    ]
    count = len(bones.get("spine", ()))
    at = np.arange(count + 1) / max(count, 1)
    size = list(zip(np.interp(at, _TRUNK_AT, _TRUNK_WIDTH), np.interp(at, _TRUNK_AT, _TRUNK_DEPTH), strict=True))
    top = "neck 0" if bones.get("neck") else "head"
    trunk = [
        Part(
            f"spine {index}",
            f"spine {index + 1}" if index + 1 < count else top,
            size[index],
            size[index + 1],
            (0.0, 0.9),
        )
        for index in range(count)
    ]
    necks = len(bones.get("neck", ()))
    neck = [
        Part(f"neck {index}", f"neck {index + 1}" if index + 1 < necks else "head", _NECK, _NECK)
        for index in range(necks)
    ]
    belly = Part("pelvis", "spine 0", (0.120, 0.090), (0.125, 0.090), (-0.1, 0.9))  # of spines that begin high up
    return [_HIPS, belly, *trunk, *neck, _HEAD, *limbs]


def add_figure(
    context: bpy.types.Context, obj: bpy.types.Object, mapping: BoneMapping, name: str | None = None
) -> bpy.types.Object:
    """Build the figure for an armature and parent it there, with an armature modifier. Returns the mesh object.

    The heads of the mapped bones in their rest pose are taken as the joints; joints without a bone are left out.
    """
    bones = _joint_bones(mapping)
    joints = _joint_positions(obj, bones)
    scale = _size(joints)
    mesh = bpy.data.meshes.new(name or f"{obj.name} Figure")
    figure = bpy.data.objects.new(mesh.name, mesh)
    vertices: list[np.ndarray] = []
    faces: list[list[int]] = []
    owners: list[tuple[str, int]] = []
    count = 0
    for part in parts(mapping.bones):
        owner = bones.get(part.on or part.joint)
        if owner is None or part.joint not in joints or part.to not in joints:
            continue
        if np.linalg.norm(joints[part.to] - joints[part.joint]) < _SHORTEST * scale:
            continue
        points, sides = _tube(part, joints[part.joint], joints[part.to], scale)
        faces += [[count + corner for corner in face] for face in sides]
        vertices.append(points)
        owners.append((_moving(obj, owner), len(points)))
        count += len(points)
    nose = _nose(joints, scale)
    if nose is not None:
        vertices.append(nose[0])
        faces += [[count + corner for corner in face] for face in nose[1]]
        owners.append((_moving(obj, bones["head"]), len(nose[0])))
    mesh.from_pydata(np.concatenate(vertices).tolist(), [], faces)
    mesh.polygons.foreach_set("use_smooth", np.ones(len(mesh.polygons), dtype=bool))
    mesh.materials.append(_material())
    first = 0
    for owner, number in owners:
        group = figure.vertex_groups.get(owner) or figure.vertex_groups.new(name=owner)
        group.add(range(first, first + number), 1.0, "REPLACE")
        first += number
    for collection in obj.users_collection or (present(context.collection),):
        collection.objects.link(figure)
    figure.parent = obj
    modifier = cast(bpy.types.ArmatureModifier, figure.modifiers.new("Armature", "ARMATURE"))
    modifier.object = obj
    return figure


def _joint_bones(mapping: BoneMapping) -> dict[str, str]:
    """Joint -> bone; the bones of a chain are "spine 0", "spine 1" and so on."""
    bones: dict[str, str] = {}
    for slot, chain in mapping.bones.items():
        if slot in ("spine", "neck"):
            bones |= {f"{slot} {index}": bone for index, bone in enumerate(chain)}
        else:
            bones[slot] = chain[0]
    return bones


def _joint_positions(obj: bpy.types.Object, bones: Mapping[str, str]) -> dict[str, np.ndarray]:
    """Joint name -> (3,) in the armature's space; bone ends as "<joint>_end".

    Bones of head, hand and toes end where their tails are only if they point along what they move: on many rigs they
    stick out to a side.
    """
    joints: dict[str, np.ndarray] = {}
    data = armature(obj)
    for joint, bone_name in bones.items():
        bone = data.bones[bone_name]
        joints[joint] = np.array(bone.head_local)
        joints[f"{joint}_end"] = np.array(bone.tail_local)
    for joint, way in _natural_ways(joints).items():
        drawn = joints[f"{joint}_end"] - joints[joint]
        length = float(np.linalg.norm(drawn))
        if drawn @ way < _ALONG * length:
            joints[f"{joint}_end"] = joints[joint] + way * length
    return joints


def _natural_ways(joints: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Which way head, hands and toes go on from the bones before them; (3,) unit."""
    ways: dict[str, np.ndarray] = {}
    if {"left_hip", "right_hip", "head"} <= joints.keys():
        hips = 0.5 * (joints["left_hip"] + joints["right_hip"])
        up = joints["head"] - hips
        left = joints["left_hip"] - joints["right_hip"]
        ways["head"] = up
        for side in ("left", "right"):
            ways[f"{side}_foot"] = np.cross(left, up)
    for side in ("left", "right"):
        if {f"{side}_elbow", f"{side}_wrist"} <= joints.keys():
            ways[f"{side}_wrist"] = joints[f"{side}_wrist"] - joints[f"{side}_elbow"]
    return {joint: way / (np.linalg.norm(way) or 1e-6) for joint, way in ways.items() if joint in joints}


def _moving(obj: bpy.types.Object, bone: str) -> str:
    """The bone that carries a mesh where this one is: itself, or the deforming bone that lies on a control."""
    data = armature(obj)
    own = data.bones[bone]
    if own.use_deform:
        return bone
    near = 0.02 * own.length
    lying = [
        other
        for other in data.bones
        if other.use_deform and (other.head_local - own.head_local).length < max(near, 1e-6)
    ]
    way = own.tail_local - own.head_local
    lying.sort(key=lambda other: (other.tail_local - other.head_local).angle(way, 4.0))
    return lying[0].name if lying else bone


def _size(joints: Mapping[str, np.ndarray]) -> float:
    """How large this body is beside the canonical one, by its legs."""
    needed = ("left_hip", "left_knee", "left_ankle")
    if any(name not in joints for name in needed):
        return 1.0
    hip, knee, ankle = (joints[name] for name in needed)
    return float((np.linalg.norm(knee - hip) + np.linalg.norm(ankle - knee)) / leg_length(canonical_skeleton()))


def _tube(part: Part, start: np.ndarray, end: np.ndarray, scale: float) -> tuple[np.ndarray, list[list[int]]]:
    """(V, 3) vertices and the faces of one part: quads, and a lid at each end.

    It is closed, since the viewport draws shadows of closed bodies only: an open shin's is missing on the ground.
    """
    way = end - start
    if part.length:
        way = way * (part.length * scale / (np.linalg.norm(way) or 1e-6))
    first, last = start + way * part.span[0], start + way * part.span[1]
    length = float(np.linalg.norm(way)) or 1e-6
    along = way / length
    side = _X if abs(along @ _X) < 0.8 else np.array([0.0, 1.0, 0.0])
    side = side - along * (side @ along)
    side /= np.linalg.norm(side)
    depth = np.cross(along, side)
    around = np.linspace(0.0, 2.0 * np.pi, _SIDES, endpoint=False)
    circle = np.cos(around)[:, None] * side, np.sin(around)[:, None] * depth
    rings = []
    for centre, (wide, deep), sign in ((first, part.start, -1.0), (last, part.end, 1.0)):
        bulge = min(wide, deep) * scale
        angles = (
            np.linspace(np.pi / 2 - 0.05, 0.0, _CAP_RINGS)
            if sign < 0
            else np.linspace(0.0, np.pi / 2 - 0.05, _CAP_RINGS)
        )
        for angle in angles:
            ring = centre + sign * bulge * np.sin(angle) * along
            rings.append(ring + np.cos(angle) * scale * (wide * circle[0] + deep * circle[1]))
    points = np.concatenate(rings)
    index = np.arange(_SIDES)
    following = np.roll(index, -1)
    quads = [
        np.stack((ring + index, ring + following, ring + _SIDES + following, ring + _SIDES + index), axis=1)
        for ring in range(0, len(points) - _SIDES, _SIDES)
    ]
    lids = [index[::-1].tolist(), (len(points) - _SIDES + index).tolist()]
    return points, [*np.concatenate(quads).tolist(), *lids]


def _nose(joints: Mapping[str, np.ndarray], scale: float) -> tuple[np.ndarray, list[list[int]]] | None:
    """Vertices and faces of the nose; None where the joints don't tell which way is forward."""
    if any(name not in joints for name in ("head", "head_end", "left_hip", "right_hip")):
        return None
    up = joints["head_end"] - joints["head"]
    up = up / (np.linalg.norm(up) or 1e-6)
    forward = np.cross(joints["left_hip"] - joints["right_hip"], up)
    forward /= np.linalg.norm(forward) or 1e-6
    height, distance, radius = (value * scale for value in _NOSE)
    centre = joints["head"] + height * up + distance * forward
    ball = Part("", "", (_NOSE[2], _NOSE[2]), (_NOSE[2], _NOSE[2]))
    return _tube(ball, centre - 0.3 * radius * up, centre + 0.7 * radius * up, scale)


def _material() -> bpy.types.Material:
    name = "MotionMix Figure"
    material: bpy.types.Material | None = bpy.data.materials.get(name)
    if material is None:
        material = bpy.data.materials.new(name)
        material.diffuse_color = _COLOUR
    return material
