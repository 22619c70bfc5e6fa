"""Bone names as rigs in the wild have them, written down apart from the program's own tables.

Each entry: hips, spine chain, neck chain, head, then collar, upper arm, forearm, hand, thigh, shin, foot, toe with `$`
for the side, the two side words, and other bones (name, parent) that real rigs of the kind have.
"""

# ruff: noqa: E501 - tables read better with a long line than broken

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Naming:
    """The names of one kind of rig; limbs in the order of LIMBS."""

    hips: str
    spine: tuple[str, ...]
    neck: tuple[str, ...]
    head: str
    limbs: tuple[str | None, ...]
    sides: tuple[str, str]
    root: str | None = None
    extras: tuple[tuple[str, str], ...] = ()
    lower: str | None = None  # a bone between the hips and the thighs

    def limb(self, part: str, side: str) -> str | None:
        """The bone of a limb part on one side."""
        name = self.limbs[LIMBS.index(part)]
        return None if name is None else name.replace("$", self.sides[0 if side == "left" else 1])

    def slots(self) -> dict[str, tuple[str, ...]]:
        """Place of the body -> bones, as a detection should give it."""
        found: dict[str, tuple[str, ...]] = {"pelvis": (self.hips,), "spine": self.spine, "head": (self.head,)}
        if self.neck:
            found["neck"] = self.neck
        for side in ("left", "right"):
            for part in LIMBS:
                name = self.limb(part, side)
                if name:
                    found[f"{side}_{part}"] = (name,)
        return found


LIMBS = ("collar", "shoulder", "elbow", "wrist", "hip", "knee", "ankle", "foot")


def _fingers(hand: str, sides: tuple[str, str], names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((name.replace("$", side), hand.replace("$", side)) for side in sides for name in names)


_HUMANIK = ("$Shoulder", "$Arm", "$ForeArm", "$Hand", "$UpLeg", "$Leg", "$Foot", "$ToeBase")
_LR, _WORDS = ("L", "R"), ("Left", "Right")

NAMINGS: dict[str, Naming] = {
    "motionmix": Naming(
        "pelvis", ("spine1", "spine2", "spine3"), ("neck",), "head",
        ("$_collar", "$_shoulder", "$_elbow", "$_wrist", "$_hip", "$_knee", "$_ankle", "$_foot"), ("left", "right"),
    ),
    "mixamo": Naming(
        "mixamorig:Hips", ("mixamorig:Spine", "mixamorig:Spine1", "mixamorig:Spine2"), ("mixamorig:Neck",),
        "mixamorig:Head", tuple("mixamorig:" + name for name in _HUMANIK), _WORDS,
        extras=(
            *_fingers("mixamorig:$Hand", _WORDS, ("mixamorig:$HandThumb1", "mixamorig:$HandIndex1", "mixamorig:$HandPinky1")),
            ("mixamorig:HeadTop_End", "mixamorig:Head"), ("mixamorig:LeftToe_End", "mixamorig:LeftToeBase"),
        ),
    ),
    "unreal": Naming(
        "pelvis", ("spine_01", "spine_02", "spine_03", "spine_04", "spine_05"), ("neck_01",), "head",
        ("clavicle_$", "upperarm_$", "lowerarm_$", "hand_$", "thigh_$", "calf_$", "foot_$", "ball_$"), ("l", "r"), "root",
        (("upperarm_twist_01_l", "upperarm_l"), ("lowerarm_twist_01_r", "lowerarm_r"), ("thigh_twist_01_l", "thigh_l"),
         ("ik_foot_root", "root"), ("ik_foot_l", "ik_foot_root"), ("ik_foot_r", "ik_foot_root"),
         *_fingers("hand_$", ("l", "r"), ("index_01_$", "thumb_01_$", "pinky_01_$"))),
    ),
    "unreal4": Naming(
        "pelvis", ("spine_01", "spine_02", "spine_03"), ("neck_01",), "head",
        ("clavicle_$", "upperarm_$", "lowerarm_$", "hand_$", "thigh_$", "calf_$", "foot_$", "ball_$"), ("l", "r"), "root",
    ),
    "vroid": Naming(
        "J_Bip_C_Hips", ("J_Bip_C_Spine", "J_Bip_C_Chest", "J_Bip_C_UpperChest"), ("J_Bip_C_Neck",), "J_Bip_C_Head",
        tuple("J_Bip_$_" + name for name in
              ("Shoulder", "UpperArm", "LowerArm", "Hand", "UpperLeg", "LowerLeg", "Foot", "ToeBase")), _LR, "Root",
        (("J_Sec_Hair1_01", "J_Bip_C_Head"), ("J_Adj_L_FaceEye", "J_Bip_C_Head"), ("J_Sec_L_Bust1", "J_Bip_C_UpperChest")),
    ),
    "vrm_addon": Naming(
        "hips", ("spine", "chest", "upper_chest"), ("neck",), "head",
        ("shoulder.$", "upper_arm.$", "lower_arm.$", "hand.$", "upper_leg.$", "lower_leg.$", "foot.$", "toes.$"), _LR, "root",
    ),
    "smpl": Naming(
        "Pelvis", ("Spine1", "Spine2", "Spine3"), ("Neck",), "Head",
        ("$_Collar", "$_Shoulder", "$_Elbow", "$_Wrist", "$_Hip", "$_Knee", "$_Ankle", "$_Foot"), _LR,
        extras=(("L_Hand", "L_Wrist"), ("R_Hand", "R_Wrist")),
    ),
    "smplx": Naming(
        "pelvis", ("spine1", "spine2", "spine3"), ("neck",), "head",
        ("$_collar", "$_shoulder", "$_elbow", "$_wrist", "$_hip", "$_knee", "$_ankle", "$_foot"), ("left", "right"), "root",
        (("jaw", "head"), ("left_eye_smplhf", "head"),
         *_fingers("$_wrist", ("left", "right"), ("$_index1", "$_middle1", "$_thumb1", "$_thumb3"))),
    ),
    "rigify_metarig": Naming(
        "spine", ("spine.001", "spine.002", "spine.003"), ("spine.004", "spine.005"), "spine.006",
        ("shoulder.$", "upper_arm.$", "forearm.$", "hand.$", "thigh.$", "shin.$", "foot.$", "toe.$"), _LR,
        extras=(("pelvis.L", "spine"), ("pelvis.R", "spine"), ("heel.02.L", "foot.L"), ("breast.L", "spine.003"),
                ("palm.01.L", "hand.L"), ("f_index.01.L", "palm.01.L"), ("face", "spine.006")),
    ),
    "auto_rig_pro": Naming(
        "root.x", ("spine_01.x", "spine_02.x"), ("neck.x",), "head.x",
        ("shoulder.$", "arm_stretch.$", "forearm_stretch.$", "hand.$", "thigh_stretch.$", "leg_stretch.$", "foot.$",
         "toes_01.$"), ("l", "r"),
        extras=(("arm_twist.l", "arm_stretch.l"), ("leg_twist.r", "leg_stretch.r"), ("index1.l", "hand.l")),
    ),
    "mpfb": Naming(
        "root", ("spine05", "spine04", "spine03", "spine02", "spine01"), ("neck01",), "head",
        ("clavicle.$", "upperarm01.$", "lowerarm01.$", "wrist.$", "upperleg01.$", "lowerleg01.$", "foot.$", "toe1-1.$"), _LR,
        extras=(("breast.L", "spine02"), ("jaw", "head"), ("toe2-1.L", "foot.L"), ("metacarpal1.L", "wrist.L"),
                ("finger2-1.L", "metacarpal1.L")),
    ),
    "cmu_bvh": Naming(
        "Hips", ("LowerBack", "Spine", "Spine1"), ("Neck",), "Head", _HUMANIK, _WORDS,
        extras=(("LHipJoint", "Hips"), ("RHipJoint", "Hips"), ("LThumb", "LeftHand"), ("LeftFingerBase", "LeftHand")),
    ),
    "cmu_asf": Naming(
        "root", ("lowerback", "upperback", "thorax"), ("lowerneck",), "head",
        ("$clavicle", "$humerus", "$radius", "$wrist", "$femur", "$tibia", "$foot", "$toes"), ("l", "r"),
        extras=(("lhipjoint", "root"), ("rhipjoint", "root"), ("lhand", "lwrist"), ("lfingers", "lhand")),
    ),
    "daz_bvh": Naming(
        "hip", ("abdomen", "chest"), ("neck",), "head",
        ("$Collar", "$Shldr", "$ForeArm", "$Hand", "$Thigh", "$Shin", "$Foot", None), ("l", "r"),
        extras=(("lButtock", "hip"), ("rButtock", "hip"), ("leftEye", "head"), ("rThumb1", "rHand")),
    ),
    "daz_genesis8": Naming(
        "hip", ("abdomenLower", "chestLower", "chestUpper"), ("neckLower",), "head",
        ("$Collar", "$ShldrBend", "$ForearmBend", "$Hand", "$ThighBend", "$Shin", "$Foot", "$Toe"), ("l", "r"),
        lower="pelvis",
        extras=(("lThighTwist", "lThighBend"), ("rShldrTwist", "rShldrBend"), ("lPectoral", "chestUpper"),
                ("lIndex1", "lHand"), ("lowerFaceRig", "head")),
    ),
    "character_creator": Naming(
        "CC_Base_Hip", ("CC_Base_Waist", "CC_Base_Spine01", "CC_Base_Spine02"), ("CC_Base_NeckTwist01", "CC_Base_NeckTwist02"),
        "CC_Base_Head", tuple("CC_Base_$_" + name for name in
                              ("Clavicle", "Upperarm", "Forearm", "Hand", "Thigh", "Calf", "Foot", "ToeBase")), _LR,
        "RL_BoneRoot", lower="CC_Base_Pelvis", extras=
        (("CC_Base_L_ThighTwist01", "CC_Base_L_Thigh"), ("CC_Base_FacialBone", "CC_Base_Head"),
         ("CC_Base_L_Finger10", "CC_Base_L_Hand"), ("CC_Base_L_ToeBaseShareBone", "CC_Base_L_Foot")),
    ),
    "unity": Naming(
        "Hips", ("Spine", "Chest", "UpperChest"), ("Neck",), "Head",
        ("$Shoulder", "$UpperArm", "$LowerArm", "$Hand", "$UpperLeg", "$LowerLeg", "$Foot", "$Toes"), _WORDS, "Root",
        (("LeftIndexProximal", "LeftHand"), ("Jaw", "Head")),
    ),
    "biped": Naming(
        "Bip01 Pelvis", ("Bip01 Spine", "Bip01 Spine1", "Bip01 Spine2"), ("Bip01 Neck",), "Bip01 Head",
        tuple("Bip01 $ " + name for name in
              ("Clavicle", "UpperArm", "Forearm", "Hand", "Thigh", "Calf", "Foot", "Toe0")), _LR, "Bip01",
        (("Bip01 Footsteps", "Bip01"), ("Bip01 L Finger0", "Bip01 L Hand"), ("Bip01 Ponytail1", "Bip01 Head")),
    ),
    "mmd_japanese": Naming(
        "センター", ("上半身", "上半身2"), ("首",), "頭", ("$肩", "$腕", "$ひじ", "$手首", "$足", "$ひざ", "$足首", "$つま先"),
        ("左", "右"), "全ての親", (("左足ＩＫ", "全ての親"), ("左腕捩", "左腕"), ("左人指１", "左手首"), ("左目", "頭")), "下半身",
    ),
    "mmd_english": Naming(
        "center", ("upper body", "upper body2"), ("neck",), "head",
        ("shoulder_$", "arm_$", "elbow_$", "wrist_$", "leg_$", "knee_$", "ankle_$", "toe_$"), _LR, "mother",
        (("leg IK_L", "mother"), ("eye_L", "head"), ("arm twist_L", "arm_L")), "lower body",
    ),
    "rigify_generated": Naming(
        "spine_fk", ("spine_fk.001", "spine_fk.002", "spine_fk.003"), ("neck",), "head",
        ("shoulder.$", "upper_arm_fk.$", "forearm_fk.$", "hand_fk.$", "thigh_fk.$", "shin_fk.$", "foot_fk.$", "toe_fk.$"),
        _LR, "torso",
        (("thigh_parent.L", "spine_fk"), ("thigh_parent.R", "spine_fk"), ("upper_arm_parent.L", "spine_fk.003"),
         ("upper_arm_parent.R", "spine_fk.003"), ("ORG-thigh.L", "spine_fk"), ("DEF-thigh.L", "spine_fk"),
         ("hand_ik.L", "torso"), ("hand_ik.R", "torso"), ("foot_ik.L", "torso"), ("foot_ik.R", "torso"),
         ("thigh_ik_target.L", "torso"), ("upper_arm_ik_target.L", "torso")),
    ),
    "auto_rig_pro_controls": Naming(
        "c_root.x", ("c_spine_01.x", "c_spine_02.x"), ("c_neck.x",), "c_head.x",
        ("c_shoulder.$", "c_arm_fk.$", "c_forearm_fk.$", "c_hand_fk.$", "c_thigh_fk.$", "c_leg_fk.$", "c_foot_fk.$",
         "c_toes_fk.$"), ("l", "r"), "c_root_master.x",
        (("c_hand_ik.l", "c_root_master.x"), ("c_foot_ik.l", "c_root_master.x"), ("thigh_stretch.l", "c_root.x")),
    ),
    "cloudrig": Naming(
        "HIP-Spine", ("FK-Spine", "FK-Chest"), ("FK-Neck",), "FK-Head",
        ("FK-Shoulder.$", "FK-UpperArm.$", "FK-Forearm.$", "FK-Hand.$", "FK-Thigh.$", "FK-Knee.$", "FK-Foot.$", "FK-Toes.$"),
        _LR, "TORSO-Spine", (("IK-Foot.L", "TORSO-Spine"), ("Properties_IKFK", "TORSO-Spine"), ("DEF-Thigh.L", "HIP-Spine")),
    ),
    "mixamo_control_rig": Naming(
        "Ctrl_Hips", ("Ctrl_Spine", "Ctrl_Spine1", "Ctrl_Spine2"), ("Ctrl_Neck",), "Ctrl_Head",
        ("Ctrl_Shoulder_$", "Ctrl_Arm_FK_$", "Ctrl_ForeArm_FK_$", "Ctrl_Hand_FK_$", "Ctrl_UpLeg_FK_$", "Ctrl_Leg_FK_$",
         "Ctrl_Foot_FK_$", "Ctrl_Toe_FK_$"), _WORDS, "Ctrl_Master",
        (("Ctrl_Hand_IK_Left", "Ctrl_Master"), ("Ctrl_Foot_IK_Left", "Ctrl_Master"), ("Ctrl_LegPole_IK_Left", "Ctrl_Master"),
         ("Thigh_Foot_Helper", "Ctrl_Hips")),
    ),
    "daz_genesis9": Naming(
        "hip", ("spine1", "spine2", "spine3", "spine4"), ("neck1", "neck2"), "head",
        ("$_shoulder", "$_upperarm", "$_forearm", "$_hand", "$_thigh", "$_shin", "$_foot", "$_toes"), ("l", "r"),
        lower="pelvis", extras=(("l_thightwist1", "l_thigh"), ("l_index1", "l_hand"), ("lowerjaw", "head")),
    ),
    "biovision": Naming(
        "Hips", ("Chest", "Chest2"), ("Neck",), "Head",
        ("$Collar", "$Shoulder", "$Elbow", "$Wrist", "$Hip", "$Knee", "$Ankle", "$Toe"), _WORDS,
    ),
    "mmd_japanese_lr": Naming(
        "センター", ("上半身", "上半身2"), ("首",), "頭", ("肩.$", "腕.$", "ひじ.$", "手首.$", "足.$", "ひざ.$", "足首.$", "つま先.$"),
        _LR, "全ての親", (("足ＩＫ.L", "全ての親"), ("腕捩.L", "腕.L"), ("目.L", "頭")), "下半身",
    ),
    "soma": Naming(
        "Hips", ("Spine1", "Spine2", "Chest"), ("Neck1", "Neck2"), "Head",
        ("$Shoulder", "$Arm", "$ForeArm", "$Hand", "$Leg", "$Shin", "$Foot", "$ToeBase"), _WORDS, "Root",
        (("Jaw", "Head"), ("LeftHandThumb1", "LeftHand")),
    ),
}  # fmt: skip
