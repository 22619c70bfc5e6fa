"""Sets of joints that an animator chooses by one name, and how an edit fades out along the chain beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ..motion.skeleton import JOINT_NAMES, PARENTS
from .keys import joint_indices


def _side(side: str, *parts: str) -> tuple[str, ...]:
    return tuple(f"{side}_{part}" for part in parts)


_ARM = ("collar", "shoulder", "elbow", "wrist")
_LEG = ("hip", "knee", "ankle", "foot")
_SPINE = ("spine1", "spine2", "spine3")
_HEAD = ("neck", "head")

JOINT_PRESETS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "upper_body": (*_SPINE, *_HEAD, *_side("left", *_ARM), *_side("right", *_ARM)),
        "lower_body": ("pelvis", *_side("left", *_LEG), *_side("right", *_LEG)),
        "left_arm": _side("left", *_ARM),
        "right_arm": _side("right", *_ARM),
        "left_leg": _side("left", *_LEG),
        "right_leg": _side("right", *_LEG),
        "head": _HEAD,
        "spine": _SPINE,
        "hands": ("left_wrist", "right_wrist"),
        "whole_body": JOINT_NAMES,
    }
)
"""What each preset frees. With "lower_body" the pelvis goes, and the root's place with it."""


def joints_of(presets: Iterable[str]) -> frozenset[str]:
    """The joints of several presets together. KeyError for an unknown one."""
    return frozenset(name for preset in presets for name in JOINT_PRESETS[preset])


def with_descendants(names: Iterable[str]) -> frozenset[str]:
    """The joints and all that hang on them: their place in the world moves with the chosen ones."""
    chosen = set(joint_indices(names))
    for joint, parent in enumerate(PARENTS):
        if parent in chosen:
            chosen.add(joint)
    return frozenset(JOINT_NAMES[joint] for joint in chosen)


def chain_weights(names: Iterable[str], ease: int) -> NDArray[np.float64]:
    """(22,) how much of an edit each joint takes: 0 outside the chosen ones, and rising to 1 over the first joints of
    a chosen chain that hangs on a joint that stays.

    Args:
        names: the chosen joints.
        ease: joints along the chain over which the edit comes in; 0 = at once. Of four chosen joints in a row and an
            ease of 1 the first takes half.
    """
    chosen = set(joint_indices(names))
    weights = np.zeros(len(JOINT_NAMES))
    depth: dict[int, int] = {}
    for joint, parent in enumerate(PARENTS):
        if joint in chosen:
            # a chain that starts at the root of the body has nothing before it to ease from
            depth[joint] = depth[parent] + 1 if parent in chosen else (ease if parent < 0 else 0)
            weights[joint] = min(1.0, (depth[joint] + 1) / (ease + 1))
    return weights
