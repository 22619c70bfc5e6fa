"""The canonical skeleton: 22 joints by their SMPL names and order, one neutral body of our own.

The offsets are medians over the bodies of the CMU mocap subjects (left and right averaged), put into a clean
T-pose: legs vertical, arms level, feet and face to +Z. They aren't taken from SMPL's files.
Rest rotations are all the identity (world-parallel axes), so a joint's global rotation says directly how far it is
from the T-pose.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

import numpy as np

JOINT_NAMES: tuple[str, ...] = (
    "pelvis", "left_hip", "right_hip", "spine1", "left_knee", "right_knee", "spine2", "left_ankle", "right_ankle",
    "spine3", "left_foot", "right_foot", "neck", "left_collar", "right_collar", "head", "left_shoulder",
    "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist",
)  # fmt: skip
PARENTS: tuple[int, ...] = (-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19)
FOOT_JOINTS: tuple[str, ...] = ("left_ankle", "left_foot", "right_ankle", "right_foot")

# From the parent joint, in metres, T-pose. Only left limbs are listed; right limbs are their mirror image.
_MIDDLE_OFFSETS = {
    "pelvis": (0.0, 0.0, 0.0),
    "spine1": (0.0, 0.0500, -0.0200),
    "spine2": (0.0, 0.1165, -0.0086),
    "spine3": (0.0, 0.1169, -0.0007),
    "neck": (0.0, 0.1167, 0.0035),
    "head": (0.0, 0.1930, -0.0240),
}
_LEFT_OFFSETS = {
    "hip": (0.0900, -0.0503, 0.0207),
    "knee": (0.0, -0.4035, 0.0),
    "ankle": (0.0, -0.4323, 0.0),
    "foot": (0.0, -0.0310, 0.1168),
    "collar": (0.0, 0.1167, 0.0035),
    "shoulder": (0.1830, 0.0666, -0.0113),
    "elbow": (0.2970, 0.0, 0.0),
    "wrist": (0.1890, 0.0, 0.0),
}
_END_OFFSETS = {
    "head": (0.0, 0.0965, 0.0215),
    "left_wrist": (0.1600, 0.0, 0.0),
    "left_foot": (0.0, 0.0, 0.0605),
}
SOLE_THICKNESS = 0.025  # from the toe joint down to the ground


@dataclass(frozen=True)
class Skeleton:
    """A joint tree in its rest pose.

    names: J joint names, parents before children. parents: J indices, -1 for the root.
    offsets: (J, 3) metres, each joint from its parent in the rest pose (world-parallel axes).
    end_offsets: joint name -> (3,) metres, where the bone of a last joint ends (head top, finger tips, toe tips).
    """

    names: tuple[str, ...]
    parents: tuple[int, ...]
    offsets: np.ndarray
    end_offsets: Mapping[str, np.ndarray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        offsets = np.array(self.offsets, dtype=np.float64)
        if offsets.shape != (len(self.names), 3) or len(self.parents) != len(self.names):
            raise ValueError(f"a skeleton of {len(self.names)} joints needs as many parents and offsets (J, 3)")
        if any(parent >= joint for joint, parent in enumerate(self.parents)):
            raise ValueError("a skeleton lists parents before their children")
        offsets.setflags(write=False)
        object.__setattr__(self, "offsets", offsets)
        object.__setattr__(self, "end_offsets", MappingProxyType(dict(self.end_offsets)))

    @property
    def num_joints(self) -> int:
        """How many joints there are."""
        return len(self.names)

    def index(self, name: str) -> int:
        """Index of a joint by name; KeyError with the name if there is none."""
        try:
            return self.names.index(name)
        except ValueError:
            raise KeyError(name) from None

    def rest_positions(self) -> np.ndarray:
        """(J, 3) joint positions of the rest pose, root at the origin, metres."""
        positions = np.zeros((self.num_joints, 3))
        for joint, parent in enumerate(self.parents):
            if parent >= 0:
                positions[joint] = positions[parent] + self.offsets[joint]
        return positions

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Skeleton)
            and (self.names, self.parents) == (other.names, other.parents)
            and np.array_equal(self.offsets, other.offsets)
        )

    __hash__ = None  # type: ignore[assignment]  # arrays have no hash


def mirror_name(name: str) -> str:
    """The joint on the other side of the body ("left_hip" -> "right_hip"); itself for joints in the middle."""
    if name.startswith("left_"):
        return "right_" + name[5:]
    if name.startswith("right_"):
        return "left_" + name[6:]
    return name


MIRROR_PERMUTATION: tuple[int, ...] = tuple(JOINT_NAMES.index(mirror_name(name)) for name in JOINT_NAMES)


def _offset(name: str) -> tuple[float, float, float]:
    if name in _MIDDLE_OFFSETS:
        return _MIDDLE_OFFSETS[name]
    side, part = name.split("_")
    x, y, z = _LEFT_OFFSETS[part]
    return (x if side == "left" else -x, y, z)


@cache
def canonical_skeleton() -> Skeleton:
    """The one body that every motion inside the program lives on (about 1.7 m tall)."""
    ends = {name: np.array(offset) for name, offset in _END_OFFSETS.items()}
    ends |= {mirror_name(name): offset * (-1, 1, 1) for name, offset in ends.items() if name != mirror_name(name)}
    return Skeleton(JOINT_NAMES, PARENTS, np.array([_offset(name) for name in JOINT_NAMES]), ends)


def leg_length(skeleton: Skeleton) -> float:
    """Hip to knee to ankle, mean of both legs, metres: the scale by which root motion is carried between bodies."""
    legs = [np.linalg.norm(skeleton.offsets[skeleton.index(f"{side}_{part}")])
            for side in ("left", "right") for part in ("knee", "ankle")]  # fmt: skip
    return float(sum(legs) / 2)


def rest_height(skeleton: Skeleton) -> float:
    """Height of the pelvis, in metres, when the rest pose stands with its soles on y = 0."""
    rest = skeleton.rest_positions()
    return float(SOLE_THICKNESS - min(rest[skeleton.index(name), 1] for name in FOOT_JOINTS))
