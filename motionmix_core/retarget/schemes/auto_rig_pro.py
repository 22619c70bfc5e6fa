"""Auto-Rig Pro's deforming bones, as exported to games."""

from .scheme import Scheme

SCHEME = Scheme(
    name="auto_rig_pro",
    title="Auto-Rig Pro (deforming bones)",
    sides=("l", "r"),
    names={
        "root": ("c_traj", "root"), "pelvis": ("root.x",),
        "spine": ("spine_01.x", "spine_02.x", "spine_03.x", "spine_04.x", "spine_05.x"), "neck": ("neck.x",),
        "head": ("head.x",), "collar": ("shoulder.{side}",), "shoulder": ("arm_stretch.{side}", "arm.{side}"),
        "elbow": ("forearm_stretch.{side}", "forearm.{side}"), "wrist": ("hand.{side}",),
        "hip": ("thigh_stretch.{side}", "thigh.{side}"), "knee": ("leg_stretch.{side}", "leg.{side}"),
        "ankle": ("foot.{side}",), "foot": ("toes_01.{side}",),
    },
    marks=("root.x", "spine_01.x"),
)  # fmt: skip
