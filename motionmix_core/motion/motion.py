"""A motion: one skeleton, its root path and its joint rotations at a steady frame rate.

Immutable; each operation gives a new motion. Y up, +Z forward, left = +X, metres, radians, seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from .kinematics import forward_kinematics
from .rotations import quat_apply, quat_continuous, quat_mul, quat_normalise, quat_slerp, quat_yaw
from .skeleton import Skeleton, mirror_name


@dataclass(frozen=True)
class Motion:
    """skeleton; root_positions (T, 3) metres; rotations (T, J, 4) local unit quaternions wxyz; fps frames a second.

    Raises ValueError for arrays of other shapes, no frames, a frame rate that isn't positive, or NaN.
    """

    skeleton: Skeleton
    root_positions: np.ndarray
    rotations: np.ndarray
    fps: float

    def __post_init__(self) -> None:
        root = np.asarray(self.root_positions, dtype=np.float64)
        rotations = np.asarray(self.rotations, dtype=np.float64)
        frames, joints = len(root), self.skeleton.num_joints
        if frames == 0 or root.shape != (frames, 3) or rotations.shape != (frames, joints, 4):
            raise ValueError(
                f"a motion of {joints} joints needs root positions (T, 3) and rotations (T, {joints}, 4) with T >= 1, "
                f"not {root.shape} and {rotations.shape}"
            )
        if not (np.isfinite(self.fps) and self.fps > 0):
            raise ValueError(f"the frame rate must be positive, not {self.fps}")
        if not (np.isfinite(root).all() and np.isfinite(rotations).all()):
            raise ValueError("a motion can't hold NaN or infinite values")
        object.__setattr__(self, "root_positions", root)
        object.__setattr__(self, "rotations", quat_continuous(quat_normalise(rotations)))

    @property
    def num_frames(self) -> int:
        """How many poses there are."""
        return len(self.root_positions)

    @property
    def seconds(self) -> float:
        """Length as played: each frame stands for 1 / fps."""
        return self.num_frames / self.fps

    @cached_property
    def _kinematics(self) -> tuple[np.ndarray, np.ndarray]:
        return forward_kinematics(self.skeleton, self.rotations, self.root_positions)

    def positions(self) -> np.ndarray:
        """(T, J, 3) joint positions in the world, metres."""
        return self._kinematics[0]

    def global_rotations(self) -> np.ndarray:
        """(T, J, 4) joint rotations in the world."""
        return self._kinematics[1]

    def headings(self) -> np.ndarray:
        """(T,) direction the body faces, radians from +Z towards +X (its left), continuous in time."""
        return heading_angles(self.global_rotations()[:, self.skeleton.index("pelvis")])

    def crop(self, start: int, stop: int) -> Motion:
        """Frames start..stop-1 (both inside the motion)."""
        if not 0 <= start < stop <= self.num_frames:
            raise ValueError(f"frames {start}..{stop} aren't inside a motion of {self.num_frames} frames")
        return replace(self, root_positions=self.root_positions[start:stop], rotations=self.rotations[start:stop])

    def sampled(self, times: np.ndarray, fps: float | None = None) -> Motion:
        """The motion at the given times (seconds, clamped to its ends): root linear, rotations by slerp."""
        at = np.clip(np.asarray(times, dtype=np.float64) * self.fps, 0, self.num_frames - 1)
        low = np.minimum(at.astype(int), max(self.num_frames - 2, 0))
        high = np.minimum(low + 1, self.num_frames - 1)
        t = at - low
        root = self.root_positions[low] + t[:, None] * (self.root_positions[high] - self.root_positions[low])
        rotations = quat_slerp(self.rotations[low], self.rotations[high], t[:, None])
        return Motion(self.skeleton, root, rotations, self.fps if fps is None else fps)

    def resample(self, fps: float) -> Motion:
        """The same time span at another frame rate; the first frame stays, the last is at or before the old last."""
        if fps == self.fps:
            return self
        frames = int(np.floor((self.num_frames - 1) / self.fps * fps + 1e-6)) + 1
        return self.sampled(np.arange(frames) / fps, fps)

    def at_speed(self, factor: float) -> Motion:
        """Played `factor` times as fast at the same frame rate, so it has about 1 / factor as many frames."""
        if not factor > 0:
            raise ValueError(f"the speed must be positive, not {factor}")
        if factor == 1:
            return self
        frames = int(np.floor((self.num_frames - 1) / factor + 1e-6)) + 1
        return self.sampled(np.arange(frames) * factor / self.fps)

    def mirrored(self) -> Motion:
        """Left and right exchanged: reflected in the plane x = 0."""
        names = self.skeleton.names
        permutation = [self.skeleton.index(mirror_name(name)) for name in names]
        rotations = self.rotations[:, permutation] * (1, 1, -1, -1)
        return replace(self, root_positions=self.root_positions * (-1, 1, 1), rotations=rotations)

    def transformed(self, yaw: float = 0.0, translation: Sequence[float] | np.ndarray = (0.0, 0.0, 0.0)) -> Motion:
        """Turned by `yaw` radians about the world's Y axis, then moved by `translation` metres."""
        turn = quat_yaw(yaw)
        rotations = self.rotations.copy()
        root_joint = self.skeleton.parents.index(-1)
        rotations[:, root_joint] = quat_mul(turn, rotations[:, root_joint])
        root = quat_apply(turn, self.root_positions) + np.asarray(translation, dtype=np.float64)
        return replace(self, root_positions=root, rotations=rotations)

    def canonicalised(self, frame: int = 0) -> Motion:
        """Turned and moved along the ground so that at `frame` the body stands over the origin and faces +Z."""
        yaw = -float(self.headings()[frame])
        moved = self.transformed(yaw)
        x, _, z = moved.root_positions[frame]
        return moved.transformed(0.0, (-x, 0.0, -z))


def heading_angles(pelvis: np.ndarray) -> np.ndarray:
    """(T, 4) world rotations of the pelvis -> (T,) heading in radians, continuous in time.

    The heading is the twist of the pelvis about the vertical axis. Unlike the pelvis's own forward direction it
    stays meaningful when the body bends over or lies down, and only a body upside down leaves it undefined.
    """
    return np.unwrap(2 * np.arctan2(pelvis[..., 2], pelvis[..., 0]), period=2 * np.pi, axis=0)


def concatenate(motions: Sequence[Motion]) -> Motion:
    """One motion after the other as they are; same skeleton and frame rate."""
    first = motions[0]
    if any(m.skeleton != first.skeleton or m.fps != first.fps for m in motions):
        raise ValueError("only motions of one skeleton and one frame rate can be joined")
    root = np.concatenate([m.root_positions for m in motions])
    return Motion(first.skeleton, root, np.concatenate([m.rotations for m in motions]), first.fps)
