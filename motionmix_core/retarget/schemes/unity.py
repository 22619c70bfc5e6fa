"""Unity's Humanoid avatar (HumanBodyBones), also glTF exports of it."""

from .scheme import Scheme

SCHEME = Scheme(
    name="unity",
    title="Unity Humanoid",
    sides=("Left", "Right"),
    names={
        "root": ("Root",), "pelvis": ("Hips",), "spine": ("Spine", "Chest", "UpperChest"), "neck": ("Neck",),
        "head": ("Head",), "collar": ("{side}Shoulder",), "shoulder": ("{side}UpperArm",),
        "elbow": ("{side}LowerArm",), "wrist": ("{side}Hand",), "hip": ("{side}UpperLeg",),
        "knee": ("{side}LowerLeg",), "ankle": ("{side}Foot",), "foot": ("{side}Toes", "{side}ToeBase"),
    },
    marks=("LeftUpperArm", "LeftLowerArm", "LeftUpperLeg", "LeftLowerLeg"),
)  # fmt: skip
