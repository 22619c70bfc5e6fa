"""3ds Max Character Studio's Biped; any biped name (Bip01, Bip001, Bip002)."""

from .scheme import Scheme

SCHEME = Scheme(
    name="biped",
    title="3ds Max Biped",
    sides=("L", "R"),
    names={
        "pelvis": ("Pelvis",), "spine": ("Spine", "Spine1", "Spine2", "Spine3", "Spine4"),
        "neck": ("Neck", "Neck1"), "head": ("Head",), "collar": ("{side} Clavicle",),
        "shoulder": ("{side} UpperArm", "{side} Upper Arm"), "elbow": ("{side} Forearm",),
        "wrist": ("{side} Hand",), "hip": ("{side} Thigh",), "knee": ("{side} Calf",), "ankle": ("{side} Foot",),
        "foot": ("{side} Toe0", "{side} Toe"),
    },
    marks=("L Clavicle", "L Calf", "L Thigh"),
)  # fmt: skip
