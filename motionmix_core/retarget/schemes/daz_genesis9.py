"""Daz Genesis 9."""

from .scheme import Scheme

SCHEME = Scheme(
    name="daz_genesis9",
    title="Daz Genesis 9",
    sides=("l", "r"),
    names={
        "pelvis": ("hip",), "spine": ("spine1", "spine2", "spine3", "spine4"), "neck": ("neck1", "neck2"),
        "head": ("head",), "collar": ("{side}_shoulder",), "shoulder": ("{side}_upperarm",),
        "elbow": ("{side}_forearm",), "wrist": ("{side}_hand",), "hip": ("{side}_thigh",), "knee": ("{side}_shin",),
        "ankle": ("{side}_foot",), "foot": ("{side}_toes", "{side}_metatarsal"),
    },
    marks=("l_shin", "spine4", "neck2"),
)  # fmt: skip
