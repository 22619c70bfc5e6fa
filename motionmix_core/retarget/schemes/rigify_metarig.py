"""Rigify's human metarigs (full and basic), before a rig is generated from them."""

from .scheme import Scheme

SCHEME = Scheme(
    name="rigify_metarig",
    title="Rigify metarig",
    sides=("L", "R"),
    names={
        "pelvis": ("spine",), "spine": ("spine.001", "spine.002", "spine.003"), "neck": ("spine.004", "spine.005"),
        "head": ("spine.006",),
        "collar": ("shoulder.{side}",), "shoulder": ("upper_arm.{side}",), "elbow": ("forearm.{side}",),
        "wrist": ("hand.{side}",), "hip": ("thigh.{side}",), "knee": ("shin.{side}",), "ankle": ("foot.{side}",),
        "foot": ("toe.{side}",),
    },
    marks=("spine.001", "spine.002", "spine.003"),
)  # fmt: skip
