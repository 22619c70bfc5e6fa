"""The control rig that Mixamo's own add-on for Blender puts over its skeleton; names from that add-on's sources."""

from ..rig import IkLimb
from .scheme import Scheme

SCHEME = Scheme(
    name="mixamo_control_rig",
    title="Mixamo control rig (FK controls)",
    sides=("Left", "Right"),
    names={
        "root": ("Ctrl_Master",), "pelvis": ("Ctrl_Hips",), "spine": ("Ctrl_Spine", "Ctrl_Spine1", "Ctrl_Spine2"),
        "neck": ("Ctrl_Neck",), "head": ("Ctrl_Head",), "collar": ("Ctrl_Shoulder_{side}",),
        "shoulder": ("Ctrl_Arm_FK_{side}",), "elbow": ("Ctrl_ForeArm_FK_{side}",), "wrist": ("Ctrl_Hand_FK_{side}",),
        "hip": ("Ctrl_UpLeg_FK_{side}",), "knee": ("Ctrl_Leg_FK_{side}",), "ankle": ("Ctrl_Foot_FK_{side}",),
        "foot": ("Ctrl_Toe_FK_{side}",),
    },
    marks=("Ctrl_Arm_FK_Left", "Ctrl_UpLeg_FK_Left"),
    controls=True,
    readings={
        "shoulder": ("mixamorig:{side}Arm",), "elbow": ("mixamorig:{side}ForeArm",),
        "wrist": ("mixamorig:{side}Hand",), "hip": ("mixamorig:{side}UpLeg",), "knee": ("mixamorig:{side}Leg",),
        "ankle": ("mixamorig:{side}Foot",), "foot": ("mixamorig:{side}ToeBase",),
    },
    ik_limbs=(
        IkLimb("shoulder", "elbow", "wrist", "Ctrl_Hand_IK_{side}", "Ctrl_ArmPole_IK_{side}"),
        IkLimb("hip", "knee", "ankle", "Ctrl_Foot_IK_{side}", "Ctrl_LegPole_IK_{side}", "Ctrl_Toe_IK_{side}", "foot"),
    ),
    ik_switches=(("Ctrl_Hand_IK_{side}", "ik_fk_switch", 0.0), ("Ctrl_Foot_IK_{side}", "ik_fk_switch", 0.0)),
    switches=(("Ctrl_Hand_IK_{side}", "ik_fk_switch", 1.0), ("Ctrl_Foot_IK_{side}", "ik_fk_switch", 1.0)),
)  # fmt: skip
