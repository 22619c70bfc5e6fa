"""Rigs that Rigify has generated from a human metarig: posed through the FK controls, never on DEF or ORG bones.

Each spine_fk control turns the part of the spine of its number; the lowest one carries the hips and legs, and the
torso carries all. Limbs are read from the ORG bones, which show FK and IK alike.
"""

from ..rig import IkLimb
from .scheme import Scheme

SCHEME = Scheme(
    name="rigify_generated",
    title="Rigify (generated, FK controls)",
    sides=("L", "R"),
    names={
        "root": ("root",), "body": ("torso",), "pelvis": ("spine_fk",),
        "spine": ("spine_fk.001", "spine_fk.002", "spine_fk.003", "spine_fk.004"), "neck": ("neck",), "head": ("head",),
        "collar": ("shoulder.{side}",), "shoulder": ("upper_arm_fk.{side}",), "elbow": ("forearm_fk.{side}",),
        "wrist": ("hand_fk.{side}",), "hip": ("thigh_fk.{side}",), "knee": ("shin_fk.{side}",),
        "ankle": ("foot_fk.{side}",), "foot": ("toe_fk.{side}",),
    },
    marks=("upper_arm_fk.L", "thigh_fk.L", "torso"),
    controls=True,
    readings={
        "shoulder": ("ORG-upper_arm.{side}",), "elbow": ("ORG-forearm.{side}",), "wrist": ("ORG-hand.{side}",),
        "hip": ("ORG-thigh.{side}",), "knee": ("ORG-shin.{side}",), "ankle": ("ORG-foot.{side}",),
        "foot": ("ORG-toe.{side}",),
    },
    follows=(
        ("ORG-shoulder.{side}", "shoulder.{side}"),
        # where the IK switches below put the parents of the IK controls
        ("MCH-hand_ik.parent.{side}", "root"), ("MCH-foot_ik.parent.{side}", "root"),
        ("MCH-upper_arm_ik_target.parent.{side}", "root"), ("MCH-thigh_ik_target.parent.{side}", "root"),
        ("MCH-toe_ik_parent.{side}", "foot_ik.{side}"),
    ),
    still=("hips", "chest"),
    ik_limbs=(
        IkLimb("shoulder", "elbow", "wrist", "hand_ik.{side}", "upper_arm_ik_target.{side}"),
        IkLimb("hip", "knee", "ankle", "foot_ik.{side}", "thigh_ik_target.{side}", "toe_ik.{side}", "foot"),
    ),
    ik_switches=(
        ("upper_arm_parent.{side}", "IK_FK", 0.0), ("thigh_parent.{side}", "IK_FK", 0.0),
        ("upper_arm_parent.{side}", "IK_parent", 1.0), ("thigh_parent.{side}", "IK_parent", 1.0),
        ("upper_arm_parent.{side}", "pole_vector", 1.0), ("thigh_parent.{side}", "pole_vector", 1.0),
        ("upper_arm_parent.{side}", "pole_parent", 1.0), ("thigh_parent.{side}", "pole_parent", 1.0),
    ),
    switches=(
        ("upper_arm_parent.{side}", "IK_FK", 1.0), ("thigh_parent.{side}", "IK_FK", 1.0),
        ("upper_arm_parent.{side}", "FK_limb_follow", 0.0), ("thigh_parent.{side}", "FK_limb_follow", 0.0),
        ("torso", "neck_follow", 1.0), ("torso", "head_follow", 1.0),
    ),
)  # fmt: skip
