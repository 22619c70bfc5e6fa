"""The plain Biovision hierarchy: LeftHip, LeftKnee, LeftAnkle, LeftCollar, LeftElbow."""

from .scheme import Scheme

SCHEME = Scheme(
    name="biovision",
    title="Biovision BVH",
    sides=("Left", "Right"),
    names={
        "pelvis": ("Hips",), "spine": ("Chest", "Chest2", "Chest3", "Chest4"), "neck": ("Neck",), "head": ("Head",),
        "collar": ("{side}Collar",), "shoulder": ("{side}Shoulder",), "elbow": ("{side}Elbow",),
        "wrist": ("{side}Wrist",), "hip": ("{side}Hip",), "knee": ("{side}Knee",), "ankle": ("{side}Ankle",),
        "foot": ("{side}Toe",),
    },
    marks=("LeftCollar", "LeftKnee", "LeftWrist"),
)  # fmt: skip
