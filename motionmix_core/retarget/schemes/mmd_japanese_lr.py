"""MikuMikuDance models after mmd_tools has moved left and right to the end of the names."""

from .scheme import Scheme

SCHEME = Scheme(
    name="mmd_japanese_lr",
    title="MikuMikuDance (Japanese, .L/.R)",
    sides=("L", "R"),
    names={
        "root": ("全ての親",), "pelvis": ("センター",), "spine": ("上半身", "上半身1", "上半身2", "上半身3"),
        "neck": ("首",),
        "head": ("頭",), "collar": ("肩.{side}",), "shoulder": ("腕.{side}",), "elbow": ("ひじ.{side}",),
        "wrist": ("手首.{side}",), "hip": ("足.{side}",), "knee": ("ひざ.{side}",), "ankle": ("足首.{side}",),
        "foot": ("つま先.{side}", "足先EX.{side}"),
    },
    marks=("上半身", "下半身"),
)  # fmt: skip
