"""A motion as somebody else's file tells it: their joint tree, their proportions, their rest pose.

Every reader in this package gives a SourceMotion; canonicalise.py carries it onto the canonical skeleton.
Right-handed, Y up, metres. A joint's rest rotation is the identity, so a source whose rest isn't world-parallel
must be rewritten by its reader.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from ..motion.kinematics import local_to_global
from ..motion.rotations import quat_apply, quat_inv, quat_mul, quat_normalise
from ..motion.skeleton import Skeleton


@dataclass(frozen=True)
class SourceMotion:
    """skeleton (J joints, any names); root_positions (T, 3) metres; rotations (T, J, 4) local wxyz; fps.

    moving: joint index -> (T, 3) metres, joints whose place in their parent changes (BVH with more than one moving
    joint, as hips under a root); it replaces the skeleton's offset.
    notes says what the reader had to guess or to change, in words for the report.
    """

    skeleton: Skeleton
    root_positions: np.ndarray
    rotations: np.ndarray
    fps: float
    moving: Mapping[int, np.ndarray] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def num_frames(self) -> int:
        """T."""
        return len(self.root_positions)

    def world(self) -> tuple[np.ndarray, np.ndarray]:
        """Joint positions (T, J, 3) and world rotations (T, J, 4)."""
        rotations = local_to_global(quat_normalise(self.rotations), self.skeleton.parents)
        positions: list[np.ndarray] = []
        for joint, parent in enumerate(self.skeleton.parents):
            if parent < 0:
                positions.append(self.root_positions)
            else:
                offset = self.moving.get(joint, self.skeleton.offsets[joint])
                positions.append(positions[parent] + quat_apply(rotations[:, parent], offset))
        return np.stack(positions, axis=1), rotations

    def crop(self, start: int, stop: int) -> SourceMotion:
        """Frames start..stop-1."""
        span = slice(start, stop)
        return replace(
            self,
            root_positions=self.root_positions[span],
            rotations=self.rotations[span],
            moving={joint: path[span] for joint, path in self.moving.items()},
        )

    def scaled(self, factor: float) -> SourceMotion:
        """All lengths times `factor` (a change of unit)."""
        skeleton = self.skeleton
        ends = {name: end * factor for name, end in skeleton.end_offsets.items()}
        return replace(
            self,
            skeleton=Skeleton(skeleton.names, skeleton.parents, skeleton.offsets * factor, ends),
            root_positions=self.root_positions * factor,
            moving={joint: path * factor for joint, path in self.moving.items()},
        )

    def turned(self, turn: np.ndarray) -> SourceMotion:
        """World and rest pose turned together by a quaternion (a change of axes, e.g. Z up to Y up)."""
        skeleton = self.skeleton
        ends = {name: quat_apply(turn, end) for name, end in skeleton.end_offsets.items()}
        return replace(
            self,
            skeleton=Skeleton(skeleton.names, skeleton.parents, quat_apply(turn, skeleton.offsets), ends),
            root_positions=quat_apply(turn, self.root_positions),
            rotations=quat_mul(quat_mul(turn, self.rotations), quat_inv(turn)),
            moving={joint: quat_apply(turn, path) for joint, path in self.moving.items()},
        )

    def thinned(self, fps: float) -> SourceMotion:
        """Fewer frames at about `fps` if there are far more: whole frames are picked, never blended."""
        step = int(self.fps / fps + 1e-6)
        if step < 2:
            return self
        return replace(
            self,
            root_positions=self.root_positions[::step],
            rotations=self.rotations[::step],
            moving={joint: path[::step] for joint, path in self.moving.items()},
            fps=self.fps / step,
        )
