"""Canonical skeleton <-> any humanoid rig, and feet that stay where they stand. numpy only."""

from .detect import check_mapping, detect_mapping
from .forward import to_rig
from .inverse import from_rig
from .limb_switches import LimbSwitch, limb_switches
from .mirror import mirrored
from .rig import (
    CHAIN_SLOTS,
    LEFT_SLOTS,
    OPTIONAL_SLOTS,
    RIGHT_SLOTS,
    SLOTS,
    BoneMapping,
    IkChain,
    IkLimb,
    RetargetOptions,
    RigDescription,
    RigPoses,
    Untold,
)

__all__ = [
    "CHAIN_SLOTS",
    "LEFT_SLOTS",
    "OPTIONAL_SLOTS",
    "RIGHT_SLOTS",
    "SLOTS",
    "BoneMapping",
    "IkChain",
    "IkLimb",
    "LimbSwitch",
    "RetargetOptions",
    "RigDescription",
    "RigPoses",
    "Untold",
    "check_mapping",
    "detect_mapping",
    "from_rig",
    "limb_switches",
    "mirrored",
    "to_rig",
]
