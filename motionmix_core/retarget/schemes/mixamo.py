"""Mixamo's auto-rigger and Autodesk HumanIK; any prefix (mixamorig:, mixamorig9:, a character's name)."""

from .scheme import Scheme

SCHEME = Scheme(
    name="mixamo",
    title="Mixamo / HumanIK",
    sides=("Left", "Right"),
    names={
        "root": ("Reference",), "pelvis": ("Hips",), "spine": ("Spine", "Spine1", "Spine2", "Spine3"),
        "neck": ("Neck", "Neck1"), "head": ("Head",), "collar": ("{side}Shoulder",), "shoulder": ("{side}Arm",),
        "elbow": ("{side}ForeArm",), "wrist": ("{side}Hand",), "hip": ("{side}UpLeg",), "knee": ("{side}Leg",),
        "ankle": ("{side}Foot",), "foot": ("{side}ToeBase", "{side}Toe"),
    },
)  # fmt: skip
