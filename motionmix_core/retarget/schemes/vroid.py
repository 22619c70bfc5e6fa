"""VRoid Studio's VRM models (J_Bip_... names)."""

from .scheme import Scheme

SCHEME = Scheme(
    name="vroid",
    title="VRM / VRoid",
    sides=("L", "R"),
    names={
        "root": ("Root",), "pelvis": ("J_Bip_C_Hips",),
        "spine": ("J_Bip_C_Spine", "J_Bip_C_Chest", "J_Bip_C_UpperChest"), "neck": ("J_Bip_C_Neck",),
        "head": ("J_Bip_C_Head",), "collar": ("J_Bip_{side}_Shoulder",), "shoulder": ("J_Bip_{side}_UpperArm",),
        "elbow": ("J_Bip_{side}_LowerArm",), "wrist": ("J_Bip_{side}_Hand",), "hip": ("J_Bip_{side}_UpperLeg",),
        "knee": ("J_Bip_{side}_LowerLeg",), "ankle": ("J_Bip_{side}_Foot",), "foot": ("J_Bip_{side}_ToeBase",),
    },
)  # fmt: skip
