"""A rig's rest pose measured against the T-pose: scale, standing height, and each bone's correction.

For a bone b of joint j the wanted rotation is ``G = D C R``: D how far the joint is turned from the T-pose, C the
correction that brings this rig's rest limb to the T-pose, R the bone's rest rotation. Everything here is in the
character frame (spaces.py). C is built from the geometry: a limb is turned by the smallest rotation that puts it
along the T-pose's, on top of its parent's correction, and about its own axis so that a bent knee or elbow bends the
way it does in life. Spine, neck, head and collars keep the rig's own posture, so a hunched figure stays hunched.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..errors import RigError
from ..motion.rotations import (
    IDENTITY,
    axis_angle_to_quat,
    matrix_to_quat,
    quat_apply,
    quat_between,
    quat_inv,
    quat_mul,
    quat_yaw,
)
from ..motion.skeleton import SOLE_THICKNESS, Skeleton, canonical_skeleton, leg_length, rest_height
from .rig import BoneMapping, RigDescription
from .spaces import character_axes, check_transform, polar_rotation, rest_rotations, slot_heads

_DOWN = np.array([0.0, -1.0, 0.0])
_FORWARD = np.array([0.0, 0.0, 1.0])
# A hinge bent by less than the first angle says nothing about the limb's roll; from the second on it says all.
_HINGE_FROM, _HINGE_FULL = np.radians(10.0), np.radians(25.0)


@dataclass(frozen=True)
class Calibration:
    """What has to be known of a rig to carry motion to it and back; character frame, armature units.

    axes: (3, 3) character frame from armature space. scale: armature units a canonical metre (by leg length).
    rotations: (B, 4) rest rotations. heads: (B, 3) rest heads. steps, offsets: (B, 4) and (B, 3) the same relative to
        the parent (for bones without one, as they are).
    corrections: slot -> (4,) C of its bones. stance: (3,) where the middle of the hip joints is in the T-pose.
    reference: (B, 4) rotations that C acts on: the rest's, or those of a T-pose that the user gave.
    floor: height of the ground. sole: side -> (ankle, toe) heights above the floor when the foot is flat.
    """

    axes: np.ndarray
    scale: float
    rotations: np.ndarray
    heads: np.ndarray
    steps: np.ndarray
    offsets: np.ndarray
    reference: np.ndarray
    corrections: Mapping[str, np.ndarray]
    stance: np.ndarray
    floor: float
    sole: Mapping[str, tuple[float, float]]


def calibrate(
    rig: RigDescription, mapping: BoneMapping, reference: np.ndarray | None = None, skeleton: Skeleton | None = None
) -> Calibration:
    """Measure a rig. reference: (B, 4, 4) armature-space pose that is this rig's T-pose, or None.

    Raises RigError when the mapping lacks a bone, or the rig can't carry a body.
    """
    if not mapping.usable:
        raise RigError(mapping.reason or f"These bones of “{rig.name}” aren't set: {', '.join(mapping.missing)}.")
    check_transform(rig)
    skeleton = skeleton or canonical_skeleton()
    rest = rest_rotations(rig)
    posed = rig.rest if reference is None else np.asarray(reference, dtype=np.float64)
    if posed.shape != rig.rest.shape or not np.isfinite(posed).all():
        raise RigError(f"The T-pose given for “{rig.name}” doesn't fit its bones.")
    axes = character_axes(slot_heads(rig, mapping, posed[:, :3, 3]), rig.name)
    rotations = matrix_to_quat(axes @ rest)
    heads = rig.heads @ axes.T
    turned = rotations if reference is None else matrix_to_quat(axes @ polar_rotation(posed[:, :3, :3]))
    joints = {slot: axes @ head for slot, head in slot_heads(rig, mapping, posed[:, :3, 3]).items()}
    lengths = [
        np.linalg.norm(joints[f"{side}_{child}"] - joints[f"{side}_{part}"])
        for side in ("left", "right")
        for part, child in (("hip", "knee"), ("knee", "ankle"))
    ]
    if min(lengths) < 1e-6 * max(1e-9, float(np.ptp(heads[:, 1]))):
        raise RigError(f"A leg bone of “{rig.name}” has no length.")
    scale = float(sum(lengths) / 2) / leg_length(skeleton)
    feet = _feet(rig, mapping, posed, axes)
    if reference is None:
        corrections = _limb_corrections(rig, mapping, joints, posed, axes, skeleton)
    else:
        corrections = dict.fromkeys(mapping.bones, IDENTITY)
    stance, floor, sole = _stance(joints, corrections, feet, scale, skeleton)
    steps, offsets = _relative(rig, rotations, heads)
    return Calibration(axes, scale, rotations, heads, steps, offsets, turned, corrections, stance, floor, sole)


def _relative(rig: RigDescription, rotations: np.ndarray, heads: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rest rotations and heads relative to the parents'."""
    parents = np.array(rig.parents)
    has = parents >= 0
    steps, offsets = rotations.copy(), heads.copy()
    back = quat_inv(rotations[parents[has]])
    steps[has] = quat_mul(back, rotations[has])
    offsets[has] = quat_apply(back, heads[has] - heads[parents[has]])
    return steps, offsets


def _limb_corrections(
    rig: RigDescription,
    mapping: BoneMapping,
    joints: Mapping[str, np.ndarray],
    posed: np.ndarray,
    axes: np.ndarray,
    skeleton: Skeleton,
) -> dict[str, np.ndarray]:
    found = dict.fromkeys(mapping.bones, IDENTITY)
    for side in ("left", "right"):
        outward = np.array([1.0 if side == "left" else -1.0, 0.0, 0.0])
        # how a bent limb lies in the T-pose: the forearm forward of the upper arm, the shin behind the thigh
        for upper, hinge, end, bend in (("shoulder", "elbow", "wrist", _FORWARD), ("hip", "knee", "ankle", -_FORWARD)):
            names = [f"{side}_{part}" for part in (upper, hinge, end)]
            if names[2] not in joints:
                joints = dict(joints) | {names[2]: axes @ _limb_end(rig, mapping, names[1], posed)}
            first = joints[names[1]] - joints[names[0]]
            second = joints[names[2]] - joints[names[1]]
            goal = [skeleton.offsets[skeleton.index(name)] for name in names[1:]]
            turn = quat_between(first, goal[0])
            turn = quat_mul(_hinge_roll(quat_apply(turn, second), goal[0], goal[1], bend), turn)
            found[names[0]] = turn
            found[names[1]] = quat_mul(quat_between(quat_apply(turn, second), goal[1]), turn)
        wrist = f"{side}_wrist"
        if wrist in found:
            found[wrist] = _hand_correction(rig, mapping, wrist, found[f"{side}_elbow"], posed, axes, outward)
        ankle, toe = f"{side}_ankle", f"{side}_foot"
        found[ankle] = _foot_correction(joints, ankle, toe, found[f"{side}_knee"], skeleton)
        if toe in found:
            found[toe] = found[ankle]
    return found


def _hinge_roll(second: np.ndarray, axis: np.ndarray, straight: np.ndarray, bend: np.ndarray) -> np.ndarray:
    """Turn about the upper limb's axis so that the lower one bends towards `bend`; nothing for a straight limb."""
    axis = axis / np.linalg.norm(axis)
    cosine = second @ straight / max(np.linalg.norm(second) * np.linalg.norm(straight), 1e-12)
    angle = np.arccos(np.clip(cosine, -1, 1))
    weight = np.clip((angle - _HINGE_FROM) / (_HINGE_FULL - _HINGE_FROM), 0, 1)
    if weight == 0:
        return IDENTITY
    flat, goal = second - axis * (second @ axis), bend - axis * (bend @ axis)
    roll = np.arctan2(np.cross(flat, goal) @ axis, flat @ goal)
    # beyond a quarter turn it isn't a roll but a joint modelled bent backwards (a bird's or a horse's leg)
    return axis_angle_to_quat(axis * roll * weight) if abs(roll) < np.pi / 2 else IDENTITY


def _limb_end(rig: RigDescription, mapping: BoneMapping, slot: str, posed: np.ndarray) -> np.ndarray:
    """Where a limb's last bone ends in a pose, armature space."""
    bone = rig.index(mapping.bones[slot][-1])
    local = np.linalg.inv(rig.rest[bone]) @ np.append(rig.ends[bone], 1.0)
    return np.asarray((posed[bone] @ local)[:3])


def _hand_correction(
    rig: RigDescription,
    mapping: BoneMapping,
    wrist: str,
    forearm: np.ndarray,
    posed: np.ndarray,
    axes: np.ndarray,
    outward: np.ndarray,
) -> np.ndarray:
    """The forearm's correction, plus the turn that straightens the wrist where fingers show which way the hand lies."""
    bone = rig.index(mapping.bones[wrist][0])
    fingers = [kid for kid in rig.children[bone] if "thumb" not in rig.bones[kid].lower()]
    head = posed[bone, :3, 3]
    if len(fingers) >= 2:
        way = np.mean([posed[kid, :3, 3] for kid in fingers], axis=0) - head
    else:
        way = _limb_end(rig, mapping, wrist, posed) - head
    way = quat_apply(forearm, axes @ way)
    length = np.linalg.norm(way)
    if length < 1e-9 or way @ outward < np.cos(np.radians(45)) * length:
        return forearm  # a bone that doesn't point along the hand says nothing about it
    return np.asarray(quat_mul(quat_between(way, outward), forearm))


def _foot_correction(
    joints: Mapping[str, np.ndarray], ankle: str, toe: str, shin: np.ndarray, skeleton: Skeleton
) -> np.ndarray:
    """Flat on the ground at rest (then only its heading is put right), or carried along stiffly with the shin.

    Which of the two is told by the toes: stiffly only if that brings the foot much nearer to the T-pose's. A flat foot
    is kept flat whatever its instep, because that is what its author drew.
    """
    if toe not in joints:
        flatness = quat_apply(shin, _DOWN) @ _DOWN
        return IDENTITY if flatness > np.cos(np.radians(45)) else shin
    way = joints[toe] - joints[ankle]
    goal = skeleton.offsets[skeleton.index(toe)]
    flat = np.array([way[0], 0.0, way[2]])
    if np.linalg.norm(flat) < 0.2 * np.linalg.norm(way):
        return np.asarray(quat_mul(quat_between(quat_apply(shin, way), goal), shin))
    yaw = quat_yaw(np.arctan2(goal[0], goal[2]) - np.arctan2(way[0], way[2]))
    stiff = quat_apply(shin, way)
    stiff_error, flat_error = _angle(stiff, goal), _angle(quat_apply(yaw, way), goal)
    if stiff_error < 0.1 * flat_error or stiff_error + np.radians(0.5) < 0.5 * flat_error:
        return np.asarray(quat_mul(quat_between(stiff, goal), shin))
    return np.asarray(yaw)


def _feet(rig: RigDescription, mapping: BoneMapping, posed: np.ndarray, axes: np.ndarray) -> dict[str, np.ndarray]:
    """side -> (N, 3) every bone end of the foot, character frame.

    Tails count only where bones point along the foot: elsewhere they stick out anywhere.
    """
    found = {}
    for side in ("left", "right"):
        bones = [rig.index(mapping.bones[f"{side}_ankle"][0])]
        for bone in bones:
            bones += rig.children[bone]
        points = posed[bones, :3, 3]
        toe = rig.bones.index(mapping.bones[f"{side}_foot"][0]) if f"{side}_foot" in mapping.bones else bones[0]
        along, drawn = rig.heads[toe] - rig.heads[bones[0]], rig.ends[bones[0]] - rig.heads[bones[0]]
        if _angle(along, drawn) < np.radians(20):
            moved = posed[bones] @ np.linalg.inv(rig.rest[bones])
            tails = np.einsum("bij,bj->bi", moved[:, :3, :3], rig.ends[bones]) + moved[:, :3, 3]
            points = np.concatenate((points, tails))
        found[side] = points @ axes.T
    return found


def _stance(
    joints: Mapping[str, np.ndarray],
    corrections: Mapping[str, np.ndarray],
    feet: Mapping[str, np.ndarray],
    scale: float,
    skeleton: Skeleton,
) -> tuple[np.ndarray, float, dict[str, tuple[float, float]]]:
    """Middle of the hip joints in the T-pose, the floor's height, and ankle and toe heights above it."""
    leg = scale * leg_length(skeleton)
    middle = 0.5 * (joints["left_hip"] + joints["right_hip"])
    lowest = min(float(points[:, 1].min()) for points in feet.values())
    sole = SOLE_THICKNESS * scale
    near_origin = -0.1 * leg < lowest < 0.2 * leg
    heights: dict[str, tuple[float, float]] = {}
    drops: list[float] = []
    floors: list[float] = []
    for side in ("left", "right"):
        ankle = joints[f"{side}_ankle"]
        turn = corrections[f"{side}_ankle"]
        depth = -float(quat_apply(turn, feet[side] - ankle)[:, 1].min())  # ankle above the lowest bone end, T-pose
        drop = sum(
            float(np.linalg.norm(joints[f"{side}_{child}"] - joints[f"{side}_{part}"]))
            for part, child in (("hip", "knee"), ("knee", "ankle"))
        )
        kept_flat = abs(quat_apply(turn, -_DOWN) @ _DOWN + 1) < 1e-6
        bent = drop - (joints[f"{side}_hip"] - ankle)[1] > 0.015 * leg
        if kept_flat and not (bent and near_origin and lowest > 0.06 * leg):
            floor = 0.0 if near_origin else lowest - sole
            height = float(ankle[1]) - floor
        else:  # a leg spread or bent in mid-air: the armature's own ground is the floor
            floor = 0.0 if near_origin else lowest - sole
            height = depth + sole
        toe = joints.get(f"{side}_foot")
        toe_height = height - depth if toe is None else height + float(quat_apply(turn, toe - ankle)[1])
        heights[side] = (height, toe_height)
        drops.append(drop + height)
        floors.append(floor)
    floor = float(np.mean(floors))
    # the thighs' joints may sit at different heights on a crooked rig: their middle is what is carried
    return np.array([middle[0], floor + float(np.mean(drops)), middle[2]]), floor, heights


def standing_hips(skeleton: Skeleton) -> np.ndarray:
    """(3,) middle of the canonical hip joints when the T-pose stands over the origin, metres."""
    hips = 0.5 * (skeleton.offsets[skeleton.index("left_hip")] + skeleton.offsets[skeleton.index("right_hip")])
    return np.asarray(hips + np.array([0.0, rest_height(skeleton), 0.0]))


def _angle(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.arctan2(np.linalg.norm(np.cross(a, b)), a @ b))
