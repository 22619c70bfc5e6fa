"""A motion as somebody else's file tells it: their joint tree, their proportions, their rest pose.

Every reader in this package gives a SourceMotion; canonicalise.py carries it onto the canonical skeleton.
Right-handed, Y up, metres. A joint's rest rotation is the identity, so a source whose rest isn't world-parallel
must be rewritten by its reader.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ..motion.kinematics import forward_kinematics
from ..motion.rotations import quat_normalise
from ..motion.skeleton import Skeleton


@dataclass(frozen=True)
class SourceMotion:
    """skeleton (J joints, any names); root_positions (T, 3) metres; rotations (T, J, 4) local wxyz; fps.

    notes says what its reader had to guess or to change, in words for the report.
    """

    skeleton: Skeleton
    root_positions: np.ndarray
    rotations: np.ndarray
    fps: float
    notes: tuple[str, ...] = ()
    extras: Mapping[str, object] = field(default_factory=dict)

    @property
    def num_frames(self) -> int:
        """T."""
        return len(self.root_positions)

    def world(self) -> tuple[np.ndarray, np.ndarray]:
        """Joint positions (T, J, 3) and world rotations (T, J, 4)."""
        return forward_kinematics(self.skeleton, quat_normalise(self.rotations), self.root_positions)
