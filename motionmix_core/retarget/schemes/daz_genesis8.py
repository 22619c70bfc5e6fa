"""Daz Genesis 3, 8 and 8.1 with their bend and twist bones."""

from .scheme import Scheme

SCHEME = Scheme(
    name="daz_genesis8",
    title="Daz Genesis 3 and 8",
    sides=("l", "r"),
    names={
        "pelvis": ("hip",), "spine": ("abdomenLower", "abdomenUpper", "chestLower", "chestUpper"),
        "neck": ("neckLower", "neckUpper"), "head": ("head",), "collar": ("{side}Collar",),
        "shoulder": ("{side}ShldrBend",), "elbow": ("{side}ForearmBend",), "wrist": ("{side}Hand",),
        "hip": ("{side}ThighBend",), "knee": ("{side}Shin",), "ankle": ("{side}Foot",), "foot": ("{side}Toe",),
    },
    marks=("abdomenLower", "lShldrBend", "lThighBend"),
)  # fmt: skip
