"""The columns of HumanML3D's 263 and KIT-ML's 251 numbers a frame, and their joints (Guo et al. 2022).

| block | HumanML3D | KIT-ML | what |
|---|---|---|---|
| root_yaw | 0 | 0 | half the angle that the heading turns to the next frame, radians |
| root_velocity | 1:3 | 1:3 | x and z of the root's step to the next frame, seen from the next frame's heading |
| root_height | 3 | 3 | of the root joint over the floor |
| positions | 4:67 | 4:64 | the other joints, x and z relative to the root, in the frame's heading; y over the floor |
| rotations | 67:193 | 64:184 | the other joints' swings (6D, two columns): no twist, and not SMPL's rotations |
| velocities | 193:259 | 184:247 | every joint's step to the next frame, seen from this frame's heading |
| contacts | 259:263 | 247:251 | left ankle, left toes, right ankle, right toes: 1 while planted |

HumanML3D: 20 frames a second, 22 SMPL joints, metres. KIT-ML: 12.5 frames a second, 21 joints, millimetres.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from ..motion.skeleton import JOINT_NAMES

_X, _Y, _Z = np.eye(3)


@dataclass(frozen=True)
class GuoLayout:
    """One of the two data sets' joint trees and feature columns.

    chains: joint numbers from a joint outwards; the first three start at the root. rest_directions: (J, 3), where each
    joint's bone points in the rest pose (along an axis). facing: right hip, left hip, right shoulder, left shoulder.
    feet: left ankle, left toes, right ankle, right toes. contact_step: a foot is planted while its squared step to the
    next frame is below this, in units of the positions. leg: two joints whose bones' lengths are the size of a body.
    shortest, longest: frames that a clip may have, the longest exclusive.
    """

    name: str
    joints: tuple[str, ...]
    fps: float
    chains: tuple[tuple[int, ...], ...]
    rest_directions: np.ndarray
    facing: tuple[int, int, int, int]
    feet: tuple[int, int, int, int]
    leg: tuple[int, int]
    contact_step: float
    shortest: int
    longest: int = 200
    blocks: dict[str, slice] = field(init=False)

    def __post_init__(self) -> None:
        joints = self.num_joints
        widths = {"root_yaw": 1, "root_velocity": 2, "root_height": 1, "positions": 3 * (joints - 1),
                  "rotations": 6 * (joints - 1), "velocities": 3 * joints, "contacts": 4}  # fmt: skip
        ends = np.cumsum([0, *widths.values()])
        blocks = {name: slice(int(a), int(b)) for name, a, b in zip(widths, ends[:-1], ends[1:], strict=True)}
        object.__setattr__(self, "blocks", blocks)

    @property
    def num_joints(self) -> int:
        """How many joints there are."""
        return len(self.joints)

    @property
    def features(self) -> int:
        """Numbers a frame."""
        return self.blocks["contacts"].stop

    @property
    def parents(self) -> tuple[int, ...]:
        """The joint that each joint hangs on; -1 for the root."""
        parents = [-1] * self.num_joints
        for chain in self.chains:
            for parent, joint in pairwise(chain):
                parents[joint] = parent
        return tuple(parents)


HUMANML3D = GuoLayout(
    name="HumanML3D",
    joints=JOINT_NAMES,
    fps=20.0,
    chains=((0, 2, 5, 8, 11), (0, 1, 4, 7, 10), (0, 3, 6, 9, 12, 15), (9, 14, 17, 19, 21), (9, 13, 16, 18, 20)),
    # The head's bone is drawn to the front, and whole arms hang, though their shoulders point sideways.
    rest_directions=np.stack([
        0 * _X, _X, -_X, _Y, -_Y, -_Y, _Y, -_Y, -_Y, _Y, _Z, _Z, _Y, _X, -_X, _Z, -_Y, -_Y, -_Y, -_Y, -_Y, -_Y,
    ]),
    facing=(2, 1, 17, 16),
    feet=(7, 10, 8, 11),
    leg=(5, 8),
    contact_step=0.002,
    shortest=40,
)  # fmt: skip

KIT = GuoLayout(
    name="KIT-ML",
    joints=(
        "root", "torso", "chest", "neck", "head", "right_shoulder", "right_elbow", "right_wrist", "left_shoulder",
        "left_elbow", "left_wrist", "right_hip", "right_knee", "right_ankle", "right_foot", "right_toes", "left_hip",
        "left_knee", "left_ankle", "left_foot", "left_toes",
    ),
    fps=12.5,
    chains=((0, 11, 12, 13, 14, 15), (0, 16, 17, 18, 19, 20), (0, 1, 2, 3, 4), (3, 5, 6, 7), (3, 8, 9, 10)),
    # The published table has the right side at +X, the side that is the left in HumanML3D's: kept as it is.
    rest_directions=np.stack([
        0 * _X, _Y, _Y, _Y, _Y, _X, -_Y, -_Y, -_X, -_Y, -_Y, _X, -_Y, -_Y, _Z, _Z, -_X, -_Y, -_Y, _Z, _Z,
    ]),
    facing=(11, 16, 5, 8),
    feet=(19, 20, 14, 15),
    leg=(17, 18),
    contact_step=0.05,
    shortest=24,
)  # fmt: skip
