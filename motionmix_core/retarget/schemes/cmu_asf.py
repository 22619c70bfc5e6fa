"""The bone names of CMU's own ASF files."""

from .scheme import Scheme

SCHEME = Scheme(
    name="cmu_asf",
    title="CMU motion capture (ASF/AMC)",
    sides=("l", "r"),
    names={
        "pelvis": ("root", "hips"), "spine": ("lowerback", "upperback", "thorax"),
        "neck": ("lowerneck", "upperneck"), "head": ("head",), "collar": ("{side}clavicle",),
        "shoulder": ("{side}humerus",), "elbow": ("{side}radius",), "wrist": ("{side}wrist", "{side}hand"),
        "hip": ("{side}femur",), "knee": ("{side}tibia",), "ankle": ("{side}foot",), "foot": ("{side}toes",),
    },
    marks=("lowerback", "upperback", "thorax", "lhumerus"),
)  # fmt: skip
