"""Canonical skeleton <-> any humanoid rig, and feet that stay where they stand. numpy only."""

from .detect import check_mapping, detect_mapping
from .forward import to_rig
from .inverse import from_rig
from .mirror import mirrored
from .rig import (
    CHAIN_SLOTS,
    LEFT_SLOTS,
    OPTIONAL_SLOTS,
    RIGHT_SLOTS,
    SLOTS,
    BoneMapping,
    IkChain,
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
    "RetargetOptions",
    "RigDescription",
    "RigPoses",
    "Untold",
    "check_mapping",
    "detect_mapping",
    "from_rig",
    "mirrored",
    "to_rig",
]
