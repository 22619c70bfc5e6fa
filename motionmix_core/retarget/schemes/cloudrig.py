"""CloudRig's FK controls (Blender Studio); names from public scripts for its rigs, not from a file tried here."""

from ..rig import IkLimb
from .scheme import Scheme

_LIMBS = (("arm", "leg"), ("upperarm", "thigh"))  # what older and newer rigs call a limb's switch


def _switches(value: float) -> tuple[tuple[str, str, float], ...]:
    """The FK/IK switch of each limb, whichever of these properties a rig has; 1 is IK."""
    found = []
    for bone in ("Properties_IKFK", "Properties"):
        for limb in (name for names in _LIMBS for name in names):
            for side in ("left", "right"):
                found += [(bone, f"ik_{limb}_{side}", value), (bone, f"ik_{side}_{limb}", value)]
    return tuple(found)


SCHEME = Scheme(
    name="cloudrig",
    title="CloudRig (FK controls)",
    sides=("L", "R"),
    names={
        "root": ("root",), "body": ("TORSO-Spine", "MSTR-Torso", "MSTR-Spine_Torso"),
        "pelvis": ("HIP-Spine", "HTP-Spine", "MSTR-Hips", "FK-Hips"),
        "spine": ("FK-Spine", "FK-Spine1", "FK-Spine2", "FK-RibCage", "FK-Chest"), "neck": ("FK-Neck",),
        "head": ("FK-Head",), "collar": ("FK-Shoulder.{side}", "FK-Clavicle.{side}"),
        "shoulder": ("FK-UpperArm.{side}",), "elbow": ("FK-Forearm.{side}",),
        "wrist": ("FK-Hand.{side}", "FK-Wrist.{side}"), "hip": ("FK-Thigh.{side}",),
        "knee": ("FK-Knee.{side}", "FK-Shin.{side}"), "ankle": ("FK-Foot.{side}",), "foot": ("FK-Toes.{side}",),
    },
    marks=("FK-UpperArm.L", "FK-Thigh.L", "FK-Forearm.R"),
    controls=True,
    switches=_switches(0.0),
    ik_limbs=(
        IkLimb("shoulder", "elbow", "wrist", "IK-MSTR-Wrist.{side}", "IK-POLE-UpperArm.{side}"),
        IkLimb("shoulder", "elbow", "wrist", "IK-MSTR-Hand.{side}", "IK-POLE-UpperArm.{side}"),
        IkLimb("hip", "knee", "ankle", "IK-MSTR-Foot.{side}", "IK-POLE-Thigh.{side}"),
    ),
    ik_switches=_switches(1.0),
)  # fmt: skip
