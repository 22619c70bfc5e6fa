"""Auto-Rig Pro's FK controls, in the rig that an animator works with."""

from ..rig import IkLimb
from .scheme import Scheme

SCHEME = Scheme(
    name="auto_rig_pro_controls",
    title="Auto-Rig Pro (FK controls)",
    sides=("l", "r"),
    names={
        "root": ("c_traj", "c_pos"), "body": ("c_root_master.x",), "pelvis": ("c_root.x",),
        "spine": ("c_spine_01.x", "c_spine_02.x", "c_spine_03.x", "c_spine_04.x", "c_spine_05.x"),
        "neck": ("c_neck.x",), "head": ("c_head.x",), "collar": ("c_shoulder.{side}",),
        "shoulder": ("c_arm_fk.{side}",), "elbow": ("c_forearm_fk.{side}",), "wrist": ("c_hand_fk.{side}",),
        "hip": ("c_thigh_fk.{side}",), "knee": ("c_leg_fk.{side}",), "ankle": ("c_foot_fk.{side}",),
        "foot": ("c_toes_fk.{side}",),
    },
    marks=("c_arm_fk.l", "c_thigh_fk.l"),
    controls=True,
    readings={
        "shoulder": ("arm_stretch.{side}",), "elbow": ("forearm_stretch.{side}",), "wrist": ("hand.{side}",),
        "hip": ("thigh_stretch.{side}",), "knee": ("leg_stretch.{side}",), "ankle": ("foot.{side}",),
        "foot": ("toes_01.{side}",),
    },
    ik_limbs=(
        IkLimb("shoulder", "elbow", "wrist", "c_hand_ik.{side}", "c_arms_pole.{side}"),
        IkLimb("hip", "knee", "ankle", "c_foot_ik.{side}", "c_leg_pole.{side}", "c_toes_ik.{side}", "foot"),
    ),
    ik_switches=(("c_hand_ik.{side}", "ik_fk_switch", 0.0), ("c_foot_ik.{side}", "ik_fk_switch", 0.0)),
    switches=(("c_hand_ik.{side}", "ik_fk_switch", 1.0), ("c_foot_ik.{side}", "ik_fk_switch", 1.0)),
)  # fmt: skip
