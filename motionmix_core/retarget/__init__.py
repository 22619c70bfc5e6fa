"""Canonical skeleton <-> any humanoid rig, and feet that stay where they stand. numpy only."""

from .detect import detect_mapping
from .forward import to_rig
from .inverse import from_rig
from .rig import SLOTS, BoneMapping, RetargetOptions, RigDescription, RigPoses

__all__ = [
    "SLOTS",
    "BoneMapping",
    "RetargetOptions",
    "RigDescription",
    "RigPoses",
    "detect_mapping",
    "from_rig",
    "to_rig",
]
