"""Xsens MVN and Rokoko Studio skeletons."""

from .scheme import Scheme

SCHEME = Scheme(
    name="xsens",
    title="Xsens / Rokoko",
    sides=("Left", "Right"),
    names={
        "pelvis": ("Hips", "Pelvis"),
        "spine": ("Spine", "L5", "L3", "T12", "T8", "Chest", "Chest2", "Spine1", "Spine2", "Spine3", "Spine4"),
        "neck": ("Neck",), "head": ("Head",), "collar": ("{side}Shoulder",),
        "shoulder": ("{side}UpperArm", "{side}Arm"), "elbow": ("{side}ForeArm",), "wrist": ("{side}Hand",),
        "hip": ("{side}UpperLeg", "{side}Thigh", "{side}UpLeg"), "knee": ("{side}LowerLeg", "{side}Shin"),
        "ankle": ("{side}Foot",), "foot": ("{side}Toe",),
    },
    marks=("LeftThigh", "LeftShin"),
)  # fmt: skip
