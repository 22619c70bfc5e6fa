"""CloudRig's FK controls (Blender Studio); names from public scripts for its rigs, not from a file tried here."""

from .scheme import Scheme

SCHEME = Scheme(
    name="cloudrig",
    title="CloudRig (FK controls)",
    sides=("L", "R"),
    names={
        "root": ("root",), "body": ("TORSO-Spine", "MSTR-Torso", "MSTR-Spine_Torso"),
        "pelvis": ("HIP-Spine", "HTP-Spine", "MSTR-Hips", "FK-Hips"),
        "spine": ("FK-Spine", "FK-Spine1", "FK-Spine2", "FK-RibCage", "FK-Chest"), "neck": ("FK-Neck",),
        "head": ("FK-Head",), "collar": ("FK-Shoulder.{side}", "FK-Clavicle.{side}"),
        "shoulder": ("FK-UpperArm.{side}",), "elbow": ("FK-Forearm.{side}",),
        "wrist": ("FK-Hand.{side}", "FK-Wrist.{side}"), "hip": ("FK-Thigh.{side}",),
        "knee": ("FK-Knee.{side}", "FK-Shin.{side}"), "ankle": ("FK-Foot.{side}",), "foot": ("FK-Toes.{side}",),
    },
    marks=("FK-UpperArm.L", "FK-Thigh.L", "FK-Forearm.R"),
    controls=True,
    switches=tuple(
        (bone, switch, 0.0)
        for bone in ("Properties_IKFK", "Properties")
        for switch in ("ik_arm_left", "ik_arm_right", "ik_leg_left", "ik_leg_right",
                       "ik_left_arm", "ik_right_arm", "ik_left_leg", "ik_right_leg")
    ),
)  # fmt: skip
