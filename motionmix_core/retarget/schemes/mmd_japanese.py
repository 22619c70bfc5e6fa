"""MikuMikuDance models with their own bone names, also as mmd_tools turns left and right into .L and .R."""

from .scheme import Scheme

SCHEME = Scheme(
    name="mmd_japanese",
    title="MikuMikuDance (Japanese)",
    sides=("左", "右"),
    names={
        "root": ("全ての親",), "pelvis": ("センター",), "spine": ("上半身", "上半身1", "上半身2", "上半身3"),
        "neck": ("首",),
        "head": ("頭",), "collar": ("{side}肩",), "shoulder": ("{side}腕",), "elbow": ("{side}ひじ",),
        "wrist": ("{side}手首",), "hip": ("{side}足",), "knee": ("{side}ひざ",), "ankle": ("{side}足首",),
        "foot": ("{side}つま先", "{side}足先EX"),
    },
    marks=("上半身", "下半身"),
)  # fmt: skip
