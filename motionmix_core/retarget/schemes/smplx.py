"""SMPL-X and SMPL-H bodies with lower-case names (our own skeleton uses the same for the body)."""

from .scheme import Scheme

SCHEME = Scheme(
    name="smplx",
    title="SMPL-X",
    sides=("left", "right"),
    names={
        "root": ("root",), "pelvis": ("pelvis",), "spine": ("spine1", "spine2", "spine3"), "neck": ("neck",),
        "head": ("head",), "collar": ("{side}_collar",), "shoulder": ("{side}_shoulder",),
        "elbow": ("{side}_elbow",), "wrist": ("{side}_wrist",), "hip": ("{side}_hip",), "knee": ("{side}_knee",),
        "ankle": ("{side}_ankle",), "foot": ("{side}_foot",),
    },
    marks=("jaw", "left_index1", "right_thumb3"),
)  # fmt: skip
