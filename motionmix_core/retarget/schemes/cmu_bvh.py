"""CMU mocap as converted for MotionBuilder (cgspeed), and MPFB's rig of that name."""

from .scheme import Scheme

SCHEME = Scheme(
    name="cmu_bvh",
    title="CMU motion capture (MotionBuilder BVH)",
    sides=("Left", "Right"),
    names={
        "pelvis": ("Hips",), "spine": ("LowerBack", "Spine", "Spine1"), "neck": ("Neck", "Neck1"),
        "head": ("Head",), "collar": ("{side}Shoulder",), "shoulder": ("{side}Arm",), "elbow": ("{side}ForeArm",),
        "wrist": ("{side}Hand",), "hip": ("{side}UpLeg",), "knee": ("{side}Leg",), "ankle": ("{side}Foot",),
        "foot": ("{side}ToeBase", "{side}Toe"),
    },
    marks=("LowerBack", "LHipJoint", "RHipJoint"),
)  # fmt: skip
