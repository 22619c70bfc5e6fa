"""SMPL and SMPL+H bodies with capital names, also with m_avg_ and f_avg_ in front."""

from .scheme import Scheme

SCHEME = Scheme(
    name="smpl",
    title="SMPL",
    sides=("L", "R"),
    names={
        "root": ("root",), "pelvis": ("Pelvis",), "spine": ("Spine1", "Spine2", "Spine3"), "neck": ("Neck",),
        "head": ("Head",), "collar": ("{side}_Collar",), "shoulder": ("{side}_Shoulder",),
        "elbow": ("{side}_Elbow",), "wrist": ("{side}_Wrist",), "hip": ("{side}_Hip",), "knee": ("{side}_Knee",),
        "ankle": ("{side}_Ankle",), "foot": ("{side}_Foot",),
    },
    marks=("L_Collar", "L_Ankle", "L_Wrist"),
)  # fmt: skip
