"""Motion of the canonical skeleton -> pose-bone rotations and locations of any humanoid rig."""

from __future__ import annotations

import numpy as np

from ..errors import RigError
from ..motion.motion import Motion, heading_angles
from ..motion.rotations import IDENTITY, matrix_to_quat, quat_apply, quat_continuous, quat_mul, quat_yaw
from .calibration import Calibration, calibrate, standing_hips
from .chains import spread
from .controls import Posed, bake_ik_controls
from .feet import knee_axes, lock_rig_feet, rig_legs
from .locks import leave_locked, within_locks
from .plan import Plan, make_plan
from .pose import head_without, local_location, local_rotation, pose_bones
from .rig import BoneMapping, RetargetOptions, RigDescription, RigPoses
from .spaces import polar_rotation
from .untold import untold_of

_NO_OPTIONS = RetargetOptions()


def to_rig(
    motion: Motion, rig: RigDescription, mapping: BoneMapping, options: RetargetOptions = _NO_OPTIONS
) -> RigPoses:
    """Put a motion on a rig: exact rotation transfer, travel scaled by leg length. All frames at once.

    motion: of the canonical joints, metres. Bones that the mapping doesn't name keep their rest pose.
    Raises RigError when the rig or the mapping can't take a motion.
    """
    rig = mapping.carried(rig)
    calibration = calibrate(rig, mapping, options.reference, motion.skeleton)
    plan = make_plan(rig, mapping, calibration, motion.skeleton)
    turns, travel = _placed(motion, rig, calibration, options)
    wanted = bone_goals(turns, plan, calibration)
    goals = within_locks(rig, plan, calibration, wanted)
    planted = None
    if options.foot_lock:
        _, heads = pose_bones(rig, plan, calibration, goals, {})
        middle = 0.5 * (heads[plan.hips[0]] + heads[plan.hips[1]])
        hinges = knee_axes(motion, turns)
        legs = rig_legs(rig, mapping, calibration, goals, heads, travel - middle, hinges)
        bends, moved, planted = lock_rig_feet(motion, options.contacts, legs, rig, mapping, calibration)
        goals |= {bone: quat_mul(bend, goals[bone]) for bone, bend in bends.items()}
        goals = within_locks(rig, plan, calibration, goals)
        travel = travel + moved
    if options.controls == "ik" and not mapping.ik_limbs:
        raise RigError(f"“{rig.name}” has no IK controls that MotionMix knows; put the motion on its FK controls.")
    limbs = tuple(limb for limb in mapping.ik_limbs if options.controls == "ik" or limb.always)
    untold = untold_of(turns, wanted, goals, limbs, plan, calibration, motion.skeleton)
    root = _root_bone(rig, mapping, plan, options)
    moves: dict[int, np.ndarray] = {}
    if options.root != "hips":
        ground = travel * (1.0, 0.0, 1.0)
        if root is not None:
            heading = quat_yaw(heading_angles(turns[:, 0]))
            goals[root] = quat_mul(heading, calibration.rotations[root])
            away = calibration.heads[root] - calibration.stance * (1.0, 0.0, 1.0)
            moves[root] = ground + quat_apply(heading, away)
        else:
            travel = travel - ground + calibration.stance * (1.0, 0.0, 1.0)
    world, heads = pose_bones(rig, plan, calibration, goals, moves)
    middle = 0.5 * (heads[plan.hips[0]] + heads[plan.hips[1]])
    locations = {rig.bones[plan.carrier]: local_location(rig, plan.carrier, world, calibration, travel - middle)}
    if root is not None and root in moves:
        start = head_without(rig, root, world, heads, calibration)
        locations[rig.bones[root]] = local_location(rig, root, world, calibration, moves[root] - start)
    rotations = {
        rig.bones[bone]: quat_continuous(local_rotation(rig, bone, world, calibration))
        for bone in plan.needed
        if bone in goals
    }
    still = [bone for bone in mapping.still if bone in rig.indices]
    rotations |= {bone: np.tile(IDENTITY, (motion.num_frames, 1)) for bone in still}
    locations |= {bone: np.zeros((motion.num_frames, 3)) for bone in still}
    switches = {(bone, name): value for bone, name, value in mapping.switches if bone in rig.indices}
    rigid: tuple[str, ...] = ()
    if limbs:
        posed = Posed(turns, world, heads, travel - middle)
        baked = bake_ik_controls(rig, mapping, limbs, plan, calibration, posed)
        rotations = {bone: turn for bone, turn in rotations.items() if bone not in baked.replaced} | baked.rotations
        locations |= baked.locations
        rigid = baked.rigid
    by_ik = {
        rig.index(bone)
        for limb in limbs
        for slot in (limb.upper, limb.hinge, limb.end, limb.toe_slot)
        for bone in mapping.bones.get(slot, ())
    }
    if options.controls == "ik":
        switches |= {(bone, name): value for bone, name, value in mapping.ik_switches if bone in rig.indices}
    warnings = _owned_warning(rig, plan.driven - by_ik) + leave_locked(rig, rotations, locations)
    return RigPoses(rotations, locations, motion.fps, switches, warnings, rigid, untold, planted)


def bone_goals(turns: np.ndarray, plan: Plan, calibration: Calibration) -> dict[int, np.ndarray]:
    """Bone -> (T, 4) wanted rotation in the character frame, G = D C R, from (T, J, 4) joint turns."""
    goals = {
        bone: quat_mul(quat_mul(turns[:, joint], calibration.corrections[slot]), calibration.reference[bone])
        for bone, (slot, joint) in plan.single.items()
    }
    for bones, joints, weights in plan.chains.values():
        shared = spread(turns[:, list(joints)], weights)
        for place, bone in enumerate(bones):
            goals[bone] = quat_mul(shared[:, place], calibration.reference[bone])
    return goals


def _placed(
    motion: Motion, rig: RigDescription, calibration: Calibration, options: RetargetOptions
) -> tuple[np.ndarray, np.ndarray]:
    """World turns (T, J, 4) of the joints and the way (T, 3) of the middle of the hips, in the character frame."""
    turns = motion.global_rotations()
    skeleton = motion.skeleton
    hips = motion.positions()[:, [skeleton.index("left_hip"), skeleton.index("right_hip")]].mean(axis=1)
    stance = calibration.stance
    if options.placement == "rig":
        return turns, stance + calibration.scale * (hips - standing_hips(skeleton))
    # distances along the ground are kept as they are, heights go by the leg
    linear, origin = frame_from_world(rig, calibration)
    way = hips @ linear.T + origin
    way[:, 1] = stance[1] + calibration.scale * (hips[:, 1] - standing_hips(skeleton)[1])
    return quat_mul(matrix_to_quat(polar_rotation(linear)), turns), way


def frame_from_world(rig: RigDescription, calibration: Calibration) -> tuple[np.ndarray, np.ndarray]:
    """Matrix (3, 3) and offset (3,) that take core-space points to the character frame; its scale is even."""
    linear = rig.world[:3, :3] @ calibration.axes.T
    unit = np.cbrt(np.linalg.det(linear))
    matrix = polar_rotation(linear).T / unit
    return matrix, -matrix @ rig.world[:3, 3]


def _root_bone(rig: RigDescription, mapping: BoneMapping, plan: Plan, options: RetargetOptions) -> int | None:
    if options.root != "root":
        return None
    name = mapping.bone("root")
    root = rig.index(name) if name else None
    if root is None or root not in rig.ancestors(plan.carrier):
        raise RigError(f"“{rig.name}” has no root bone above its hips; put the travel on the hips instead.")
    return root


def _owned_warning(rig: RigDescription, driven: set[int]) -> tuple[str, ...]:
    assert rig.owned is not None
    names = [rig.bones[bone] for bone in sorted(driven) if rig.owned[bone]]
    if not names:
        return ()
    shown = f"{', '.join(names[:4])}{' and more' if len(names) > 4 else ''}"
    return (f"Bones {shown} are moved by constraints or drivers, so keys on them do nothing.",)
