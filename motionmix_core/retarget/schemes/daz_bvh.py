"""Poser and Daz 3 figures, and CMU mocap converted for them (cgspeed Daz BVH)."""

from .scheme import Scheme

SCHEME = Scheme(
    name="daz_bvh",
    title="Daz / Poser BVH",
    sides=("l", "r"),
    names={
        "pelvis": ("hip",), "spine": ("abdomen", "abdomen2", "chest"), "neck": ("neck",), "head": ("head",),
        "collar": ("{side}Collar",), "shoulder": ("{side}Shldr",), "elbow": ("{side}ForeArm",),
        "wrist": ("{side}Hand",), "hip": ("{side}Thigh",), "knee": ("{side}Shin",), "ankle": ("{side}Foot",),
        "foot": ("{side}Toe",),
    },
    marks=("abdomen", "lShldr"),
)  # fmt: skip
