"""NVIDIA's SOMA skeleton, which Kimodo generates on. Its LeftLeg is the thigh."""

from .scheme import Scheme

SCHEME = Scheme(
    name="soma",
    title="Kimodo / SOMA",
    sides=("Left", "Right"),
    names={
        "root": ("Root",), "pelvis": ("Hips",), "spine": ("Spine1", "Spine2", "Chest"), "neck": ("Neck1", "Neck2"),
        "head": ("Head",), "collar": ("{side}Shoulder",), "shoulder": ("{side}Arm",), "elbow": ("{side}ForeArm",),
        "wrist": ("{side}Hand",), "hip": ("{side}Leg",), "knee": ("{side}Shin",), "ankle": ("{side}Foot",),
        "foot": ("{side}ToeBase",),
    },
    marks=("LeftShin", "RightShin"),
)  # fmt: skip
