"""MPFB's and MakeHuman's default rig, with or without toes. Its spine counts downwards."""

from .scheme import Scheme

SCHEME = Scheme(
    name="mpfb",
    title="MPFB / MakeHuman default",
    sides=("L", "R"),
    names={
        "pelvis": ("root",), "spine": ("spine05", "spine04", "spine03", "spine02", "spine01"),
        "neck": ("neck01", "neck02", "neck03"), "head": ("head",), "collar": ("clavicle.{side}",),
        "shoulder": ("upperarm01.{side}",), "elbow": ("lowerarm01.{side}",), "wrist": ("wrist.{side}",),
        "hip": ("upperleg01.{side}",), "knee": ("lowerleg01.{side}",), "ankle": ("foot.{side}",),
        "foot": ("toe1-1.{side}",),
    },
    marks=("upperarm01.L", "lowerleg01.L", "spine05"),
)  # fmt: skip
