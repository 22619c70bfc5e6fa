"""The humanoid that the VRM add-on for Blender makes."""

from .scheme import Scheme

SCHEME = Scheme(
    name="vrm_addon",
    title="VRM add-on for Blender",
    sides=("L", "R"),
    names={
        "root": ("root",), "pelvis": ("hips",), "spine": ("spine", "chest", "upper_chest"), "neck": ("neck",),
        "head": ("head",), "collar": ("shoulder.{side}",), "shoulder": ("upper_arm.{side}",),
        "elbow": ("lower_arm.{side}",), "wrist": ("hand.{side}",), "hip": ("upper_leg.{side}",),
        "knee": ("lower_leg.{side}",), "ankle": ("foot.{side}",), "foot": ("toes.{side}",),
    },
    marks=("lower_arm.L", "upper_leg.L", "lower_leg.L"),
)  # fmt: skip
