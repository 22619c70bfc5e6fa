"""IK controls in place of FK ones, bones that follow controls, locks: numbers on rigs built with such controls."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motionmix_core.errors import RigError
from motionmix_core.motion.rotations import axis_angle_to_quat, quat_angle, quat_apply, quat_to_matrix
from motionmix_core.retarget import IkChain, RetargetOptions, RigDescription, detect_mapping, from_rig, to_rig
from motionmix_core.retarget.calibration import calibrate
from motionmix_core.retarget.mirror import flip_name, mirrored
from tests.motions import SKELETON, random_motion, rest, walk
from tests.retarget.naming import NAMINGS
from tests.retarget.rigs import build_rig, core_heads, evaluate

# naming -> for the left side: (the limb's FK bones, IK control, pole), the switch's (bone, property) and its FK value
CONTROL_RIGS = {
    "rigify_generated": (
        (("upper_arm_fk.L", "forearm_fk.L", "hand_fk.L"), "hand_ik.L", "upper_arm_ik_target.L"),
        (("thigh_fk.L", "shin_fk.L", "foot_fk.L"), "foot_ik.L", "thigh_ik_target.L"),
        ("thigh_parent.L", "IK_FK", 1.0),
    ),
    "auto_rig_pro_controls": (
        (("c_arm_fk.l", "c_forearm_fk.l", "c_hand_fk.l"), "c_hand_ik.l", "c_arms_pole.l"),
        (("c_thigh_fk.l", "c_leg_fk.l", "c_foot_fk.l"), "c_foot_ik.l", "c_leg_pole.l"),
        ("c_foot_ik.l", "ik_fk_switch", 1.0),
    ),
    "mixamo_control_rig": (
        (
            ("Ctrl_Arm_FK_Left", "Ctrl_ForeArm_FK_Left", "Ctrl_Hand_FK_Left"),
            "Ctrl_Hand_IK_Left",
            "Ctrl_ArmPole_IK_Left",
        ),
        (("Ctrl_UpLeg_FK_Left", "Ctrl_Leg_FK_Left", "Ctrl_Foot_FK_Left"), "Ctrl_Foot_IK_Left", "Ctrl_LegPole_IK_Left"),
        ("Ctrl_Foot_IK_Left", "ik_fk_switch", 1.0),
    ),
    "cloudrig": (
        (("FK-UpperArm.L", "FK-Forearm.L", "FK-Hand.L"), "IK-MSTR-Hand.L", "IK-POLE-UpperArm.L"),
        (("FK-Thigh.L", "FK-Knee.L", "FK-Foot.L"), "IK-MSTR-Foot.L", "IK-POLE-Thigh.L"),
        ("Properties", "ik_left_thigh", 0.0),
    ),
}


def with_bones(rig: RigDescription, bones: dict[str, tuple[str | None, np.ndarray]]) -> RigDescription:
    """The rig with more bones: name -> (parent, rest matrix)."""
    new = {name: at for name, at in bones.items() if name not in rig.bones}
    names = (*rig.bones, *new)
    parents = [*rig.parents, *(-1 if parent is None else names.index(parent) for parent, _ in new.values())]
    rests = np.concatenate([rig.rest, np.array([matrix for _, matrix in new.values()]).reshape(-1, 4, 4)])
    tails = np.concatenate([rig.ends, np.array([m[:3, 3] + 0.1 * m[:3, 1] for _, m in new.values()]).reshape(-1, 3)])
    return RigDescription(rig.name, names, tuple(parents), rests, rig.world, tails)


def control_rig(naming: str) -> RigDescription:
    """A rig of FK controls with IK controls that lie on hand and foot, turned oddly, and poles off elbow and knee."""
    rig = build_rig(naming, rest="bent_knees")
    turn = np.eye(4)
    turn[:3, :3] = quat_to_matrix(np.array([0.8, 0.3, -0.4, 0.33]) / np.linalg.norm([0.8, 0.3, -0.4, 0.33]))
    bones: dict[str, tuple[str | None, np.ndarray]] = {"master": (None, np.eye(4)), "Properties": (None, np.eye(4))}
    inward = np.linalg.inv(rig.world)[:3, :3]
    for limb, ahead in zip(CONTROL_RIGS[naming][:2], (-1.0, 1.0), strict=True):
        for side in ("left", "right"):
            names = [name if side == "left" else flip_name(name) for name in (*limb[0], limb[1], limb[2])]
            end, hinge = (rig.rest[rig.index(name)] for name in (names[2], names[1]))
            place = end @ turn
            place[:3, 3] = end[:3, 3] + inward @ [0.0, 0.0, 0.05]
            pole = np.eye(4)
            pole[:3, 3] = hinge[:3, 3] + inward @ [0.0, 0.0, 0.4 * ahead]
            bones |= {names[3]: ("master", place), names[4]: ("master", pole)}
    existing = {name: at for name, at in bones.items() if name in rig.bones}
    rig = with_bones(rig, bones)
    rests = rig.rest.copy()
    for name, (_, matrix) in existing.items():  # the naming's own extras, put where such controls lie
        rests[rig.index(name)] = matrix
    return replace(rig, rest=rests)


@pytest.mark.parametrize("naming", CONTROL_RIGS)
def test_ik_controls_go_along_with_hands_and_feet(naming: str) -> None:
    rig = control_rig(naming)
    mapping = detect_mapping(rig)
    motion = random_motion(np.random.default_rng(4), 1.0, amplitude=0.4)
    fk = evaluate(rig, to_rig(motion, rig, mapping))
    ik_poses = to_rig(motion, rig, mapping, RetargetOptions(controls="ik"))
    ik = evaluate(rig, ik_poses)
    for chain, control, pole in CONTROL_RIGS[naming][:2]:
        assert not set(chain) & set(ik_poses.rotations)
        hand, held = fk[:, rig.index(chain[2])], ik[:, rig.index(control)]
        stiff = np.linalg.inv(rig.rest[rig.index(chain[2])]) @ rig.rest[rig.index(control)]
        np.testing.assert_allclose(held, hand @ stiff, atol=1e-6)
        start, hinge, end, aim = ((ik if name == pole else fk)[:, rig.index(name), :3, 3] for name in (*chain, pole))
        line = (end - start) / np.linalg.norm(end - start, axis=-1, keepdims=True)
        bend = hinge - start - line * np.sum((hinge - start) * line, axis=-1, keepdims=True)
        off = aim - start - line * np.sum((aim - start) * line, axis=-1, keepdims=True)
        bent = np.linalg.norm(bend, axis=-1) > 0.05
        assert bent.any()
        cosine = np.sum(bend * off, -1) / np.linalg.norm(bend, axis=-1) / np.linalg.norm(off, axis=-1)
        assert np.degrees(np.arccos(np.clip(cosine[bent], -1, 1))).max() < 1.0


@pytest.mark.parametrize("naming", CONTROL_RIGS)
def test_the_switch_is_keyed(naming: str) -> None:
    rig = control_rig(naming)
    bone, name, fk = CONTROL_RIGS[naming][2]
    motion = walk(0.5)
    mapping = detect_mapping(rig)
    assert to_rig(motion, rig, mapping).properties[(bone, name)] == fk
    assert to_rig(motion, rig, mapping, RetargetOptions(controls="ik")).properties[(bone, name)] == 1.0 - fk


@pytest.mark.parametrize("naming", CONTROL_RIGS)
def test_the_twist_of_limbs_that_ik_controls_aim_is_kept_beside_the_poses(naming: str) -> None:
    """A solver rolls arms and legs as it likes; what points where it was written gets its own roll back."""
    rig = control_rig(naming)
    mapping = detect_mapping(rig)
    motion = random_motion(np.random.default_rng(4), 1.0, amplitude=0.4)
    untold = to_rig(motion, rig, mapping, RetargetOptions(controls="ik")).untold
    assert untold is not None
    limbs = {f"{side}_{part}" for side in ("left", "right") for part in ("shoulder", "elbow", "hip", "knee")}
    assert set(untold.rolls) == limbs
    matrices = evaluate(rig, to_rig(motion, rig, mapping))
    skeleton = motion.skeleton
    axes = calibrate(rig, mapping).axes
    turns = motion.global_rotations()
    bent = skeleton.index("right_knee")
    for limb in limbs:
        joint = skeleton.index(limb)
        along = quat_apply(turns[:, joint], skeleton.offsets[skeleton.parents.index(joint)]) @ axes
        turn = axis_angle_to_quat(1.1 * along / np.linalg.norm(along, axis=-1, keepdims=True))
        if joint == bent:  # an animator has bent this one afterwards
            turn = np.tile(axis_angle_to_quat(np.array([0.5, 0.0, 0.0])), (motion.num_frames, 1))
        bone = rig.index(mapping.for_reading().bones[limb][0])
        matrices[:, bone, :3, :3] = quat_to_matrix(turn) @ matrices[:, bone, :3, :3]
    without = from_rig(rig, mapping, matrices, motion.fps)
    back = from_rig(rig, mapping, matrices, motion.fps, untold=untold)
    off = np.degrees(quat_angle(back.global_rotations(), turns))
    whole = [skeleton.index(limb) for limb in limbs if skeleton.index(limb) != bent]
    assert np.degrees(quat_angle(without.global_rotations(), turns))[:, whole].min() > 30.0
    assert off[:, whole].max() < 0.5
    changed = quat_angle(back.global_rotations(), without.global_rotations())[:, bent]
    assert np.degrees(changed)[off[:, bent] > 20.0].max() < 1e-3


def test_ik_on_a_rig_without_such_controls_is_refused() -> None:
    rig = build_rig("mixamo")
    with pytest.raises(RigError, match="IK controls"):
        to_rig(walk(0.2), rig, detect_mapping(rig), RetargetOptions(controls="ik"))


def test_a_plain_ik_constraint_is_keyed_at_its_control() -> None:
    rig = build_rig("unreal4", rest="bent_knees")
    foot = rig.rest[rig.index("foot_l")]
    rig = with_bones(rig, {"target": ("root", foot), "aim": ("root", foot)})
    owned = np.array([bone in ("thigh_l", "calf_l") for bone in rig.bones])
    rig = replace(rig, owned=owned, ik_chains=(IkChain(("calf_l", "thigh_l"), "target", "aim"),))
    mapping = detect_mapping(rig)
    poses = to_rig(walk(1.0), rig, mapping)
    assert {"target", "aim"} <= set(poses.locations)
    assert not {"thigh_l", "calf_l"} & set(poses.rotations)
    assert {"foot_l", "thigh_r", "calf_r"} <= set(poses.rotations)  # the foot itself isn't owned
    assert not poses.warnings
    without = replace(rig, ik_chains=(IkChain(("calf_l", "thigh_l"), "target"),))
    poses = to_rig(walk(1.0), without, detect_mapping(without))
    assert {"target", "thigh_l", "calf_l"} <= set(poses.rotations)  # the solver starts from these, so knees look ahead
    assert not poses.warnings


def test_limbs_that_stretch_under_ik_are_kept_rigid() -> None:
    """The limb's own bones, and hidden ones that lie on them; not what stretches elsewhere, and never for FK."""
    rig = control_rig("rigify_generated")
    hidden = {name: ("master", rig.rest[rig.index(fk)]) for name, fk in (("thigh_ik.L", "thigh_fk.L"),)}
    rig = with_bones(rig, hidden | {"tail": ("master", np.eye(4))})
    stretching = np.array([bone in ("thigh_ik.L", "shin_fk.L", "tail") for bone in rig.bones])
    rig = replace(rig, stretching=stretching)
    mapping = detect_mapping(rig)
    assert to_rig(walk(0.3), rig, mapping).rigid == ()
    assert set(to_rig(walk(0.3), rig, mapping, RetargetOptions(controls="ik")).rigid) == {"thigh_ik.L", "shin_fk.L"}


def test_bones_that_copy_controls_stand_for_them_and_are_still_read() -> None:
    rig = build_rig("mixamo")
    short = {name: "c" + name for name in rig.bones}
    parents = {name: rig.bones[p] if p >= 0 else None for name, p in zip(rig.bones, rig.parents, strict=True)}
    both = with_bones(rig, {short[n]: (short.get(parents[n] or ""), rig.rest[rig.index(n)]) for n in rig.bones})
    owned = np.array([bone in rig.bones for bone in both.bones])
    both = replace(both, owned=owned, copies=tuple(short.items()))
    mapping = detect_mapping(both)
    assert mapping.bone("left_hip") == "cmixamorig:LeftUpLeg"
    motion = walk(0.6)
    poses = to_rig(motion, both, mapping)
    assert all(bone.startswith("c") for bone in (*poses.rotations, *poses.locations))
    matrices = evaluate(both, poses)
    for name, control in short.items():  # what the constraints do
        matrices[:, both.index(name)] = matrices[:, both.index(control)]
    back = from_rig(both, mapping, matrices, motion.fps)
    assert np.degrees(quat_angle(back.global_rotations(), motion.global_rotations())).max() < 0.5
    np.testing.assert_allclose(back.root_positions, motion.root_positions, atol=2e-3)


def test_a_loop_is_named_and_one_elsewhere_does_no_harm() -> None:
    rig = build_rig("vroid")
    thigh, shin = "J_Bip_L_UpperLeg", "J_Bip_L_LowerLeg"
    harmless = replace(rig, depends=(("J_Sec_Hair1_01", "J_Adj_L_FaceEye"), ("J_Adj_L_FaceEye", "J_Sec_Hair1_01")))
    assert detect_mapping(harmless).usable
    for depends in (((thigh, shin),), (("J_Bip_C_Hips", "J_Bip_R_Hand"),)):
        mapping = detect_mapping(replace(rig, depends=depends))
        assert not mapping.usable
        assert "loop" in mapping.reason
        assert depends[0][0] in mapping.reason


@pytest.mark.parametrize("mode", ["QUATERNION", "XYZ", "ZXY"])
def test_locked_axes_get_nothing_and_the_rest_makes_up_for_it(mode: str) -> None:
    rig = build_rig("mixamo")
    locks = np.zeros((len(rig.bones), 3), dtype=bool)
    locks[rig.index("mixamorig:Spine1")] = True
    locks[rig.index("mixamorig:LeftForeArm")] = (False, True, False)  # no twist
    rig = replace(rig, locked_rotation=locks, rotation_modes=(mode,) * len(rig.bones))
    mapping = detect_mapping(rig)
    motion = random_motion(np.random.default_rng(8), 1.0, amplitude=0.4)
    poses = to_rig(motion, rig, mapping)
    assert "mixamorig:Spine1" not in poses.rotations
    (line,) = poses.warnings
    assert "Spine1 (all rotation)" in line and "LeftForeArm (Y rotation)" in line
    back = from_rig(rig, mapping, evaluate(rig, poses), motion.fps)
    off = np.degrees(quat_angle(back.global_rotations(), motion.global_rotations())).max(axis=0)
    for joint in ("spine3", "left_shoulder", "left_wrist", "right_elbow", "head", "left_hip"):
        assert off[SKELETON.index(joint)] < 0.5, joint
    assert off[SKELETON.index("spine2")] > 5.0


def test_locked_hips_keep_the_body_where_it_is() -> None:
    rig = build_rig("mixamo")
    hips = rig.index("mixamorig:Hips")
    locks = np.zeros((len(rig.bones), 3), dtype=bool)
    locks[hips] = True
    rig = replace(rig, locked_location=locks)
    mapping = detect_mapping(rig)
    poses = to_rig(walk(1.0), rig, mapping)
    assert not poses.locations
    assert "Hips (all location)" in poses.warnings[0]
    assert np.ptp(core_heads(rig, evaluate(rig, poses))["mixamorig:Hips"], axis=0).max() < 1e-9
    assert not to_rig(rest(2), rig, mapping).warnings  # nothing is lost: nothing is told


@pytest.mark.parametrize("naming", NAMINGS)
def test_every_naming_is_mirrored(naming: str) -> None:
    rig = build_rig(naming)
    mapping = detect_mapping(rig)
    half = mapping
    for slot in mapping.bones:
        if slot.startswith("right_"):
            half = half.with_bone(slot, "")
    again, unknown = mirrored(rig, half, "left")
    assert again.bones == mapping.bones
    assert not unknown


@pytest.mark.parametrize(
    ("name", "other"),
    [("LeftArm", "RightArm"), ("thigh_l", "thigh_r"), ("lShldrBend", "rShldrBend"), ("左腕", "右腕"),
     ("L_Hip", "R_Hip"),
     ("Bip01 L Thigh", "Bip01 R Thigh"), ("upper_arm_fk.L.001", "upper_arm_fk.R.001"), ("spine.001", "spine.001"),
     ("LEFT_LEG", "RIGHT_LEG"), ("ball", "ball"), ("Collar", "Collar"), ("ctrl:Lf", "ctrl:Lf")],
)  # fmt: skip
def test_the_other_sides_name(name: str, other: str) -> None:
    assert flip_name(name) == other
    assert flip_name(other) == name
