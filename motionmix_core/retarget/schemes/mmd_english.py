"""MikuMikuDance models with translated names."""

from .scheme import Scheme

SCHEME = Scheme(
    name="mmd_english",
    title="MikuMikuDance (English)",
    sides=("L", "R"),
    names={
        "root": ("mother", "ParentNode", "parent node"), "pelvis": ("center",),
        "spine": ("upper body", "UpperBody", "upper body2", "UpperBody2", "upper body 2"), "neck": ("neck",),
        "head": ("head",), "collar": ("shoulder_{side}",), "shoulder": ("arm_{side}",), "elbow": ("elbow_{side}",),
        "wrist": ("wrist_{side}",), "hip": ("leg_{side}",), "knee": ("knee_{side}",), "ankle": ("ankle_{side}",),
        "foot": ("toe_{side}", "LegTipEX_{side}", "toe tip_{side}"),
    },
    marks=("elbow_L", "knee_L", "ankle_L"),
)  # fmt: skip
