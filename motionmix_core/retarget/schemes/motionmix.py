"""The canonical skeleton, as "Add MotionMix Skeleton" makes it: bones named by the joints."""

from .scheme import Scheme

SCHEME = Scheme(
    name="motionmix",
    title="MotionMix Skeleton",
    sides=("left", "right"),
    names={
        "pelvis": ("pelvis",), "spine": ("spine1", "spine2", "spine3"), "neck": ("neck",), "head": ("head",),
        "collar": ("{side}_collar",), "shoulder": ("{side}_shoulder",), "elbow": ("{side}_elbow",),
        "wrist": ("{side}_wrist",), "hip": ("{side}_hip",), "knee": ("{side}_knee",), "ankle": ("{side}_ankle",),
        "foot": ("{side}_foot",),
    },
    marks=("left_collar", "left_wrist", "left_ankle"),
)  # fmt: skip
