"""Unreal Engine 4 and 5 mannequins, MetaHuman, and MPFB's game engine rig."""

from .scheme import Scheme

SCHEME = Scheme(
    name="unreal",
    title="Unreal Engine mannequin",
    sides=("l", "r"),
    names={
        "root": ("root",), "pelvis": ("pelvis",),
        "spine": ("spine_01", "spine_02", "spine_03", "spine_04", "spine_05"), "neck": ("neck_01", "neck_02"),
        "head": ("head",), "collar": ("clavicle_{side}",), "shoulder": ("upperarm_{side}",),
        "elbow": ("lowerarm_{side}",), "wrist": ("hand_{side}",), "hip": ("thigh_{side}",),
        "knee": ("calf_{side}",), "ankle": ("foot_{side}",), "foot": ("ball_{side}",),
    },
    marks=("lowerarm_l", "calf_l", "ball_l"),
)  # fmt: skip
