"""Reallusion Character Creator 3 and 4, iClone, AccuRIG (CC_Base_... names)."""

from .scheme import Scheme

SCHEME = Scheme(
    name="character_creator",
    title="Character Creator / AccuRIG",
    sides=("L", "R"),
    names={
        "root": ("RL_BoneRoot", "CC_Base_BoneRoot"), "pelvis": ("CC_Base_Hip", "CC_Base_Pelvis"),
        "spine": ("CC_Base_Waist", "CC_Base_Spine01", "CC_Base_Spine02"),
        "neck": ("CC_Base_NeckTwist01", "CC_Base_NeckTwist02"), "head": ("CC_Base_Head",),
        "collar": ("CC_Base_{side}_Clavicle",), "shoulder": ("CC_Base_{side}_Upperarm",),
        "elbow": ("CC_Base_{side}_Forearm",), "wrist": ("CC_Base_{side}_Hand",), "hip": ("CC_Base_{side}_Thigh",),
        "knee": ("CC_Base_{side}_Calf",), "ankle": ("CC_Base_{side}_Foot",), "foot": ("CC_Base_{side}_ToeBase",),
    },
)  # fmt: skip
