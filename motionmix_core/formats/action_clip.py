"""A clip with an action label, as all action data sets give it, and how networks are shown it (ACTOR, MDM)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..conditions.action import ActionTable
from ..errors import DataError
from ..motion.motion import Motion
from ..motion.rotations import axis_angle_to_quat, quat_to_axis_angle
from ..representation.rot6d import encode, with_hands
from .published import Skipped

WINDOW = 60  # frames that a network sees


@dataclass(frozen=True)
class ActionClip:
    """poses: (T, 24, 3) SMPL's local rotations as axis-angle, radians. root: (T, 3) metres. action: its label."""

    id: str
    action: int
    poses: np.ndarray
    root: np.ndarray
    subject: str = ""

    @property
    def num_frames(self) -> int:
        """T."""
        return len(self.poses)

    def features(self) -> np.ndarray:
        """(T, 150) float32 of representation.rot6d: the root relative to frame 0, no normalisation."""
        return encode(axis_angle_to_quat(self.poses), self.root)

    def frames(self, picked: np.ndarray) -> ActionClip:
        """The clip with these frames, by number."""
        return ActionClip(self.id, self.action, self.poses[picked], self.root[picked], self.subject)


@dataclass(frozen=True)
class ActionSet:
    """A read data set. train, test: places in `clips`; without a published split both are all of them."""

    name: str
    table: ActionTable
    fps: float
    clips: tuple[ActionClip, ...]
    train: tuple[int, ...]
    test: tuple[int, ...]
    skipped: tuple[Skipped, ...] = ()

    def strata(self) -> dict[str, int]:
        """Clip id -> action of the training clips, for mixed_data.roles: the noisy share is drawn in each class."""
        return {self.clips[place].id: self.clips[place].action for place in self.train}


def window(clip: ActionClip, generator: np.random.Generator, frames: int = WINDOW) -> ActionClip:
    """A random stretch of consecutive frames; a shorter clip has its last frame repeated."""
    if clip.num_frames <= frames:
        return clip.frames(np.minimum(np.arange(frames), clip.num_frames - 1))
    start = int(generator.integers(clip.num_frames - frames + 1))
    return clip.frames(np.arange(start, start + frames))


def action_clip(
    name: str, action: object, poses: object, root: object, table: ActionTable, subject: str = ""
) -> ActionClip:
    """Check the raw arrays of one clip. Raises DataError with the reason, without the file's name."""
    values, path = _numbers(poses, "poses"), _numbers(root, "joint positions")
    if values.ndim not in (2, 3) or len(values) == 0 or values.size != len(values) * 72:
        raise DataError(f"clip {name}: poses of the shape {values.shape}, expected (frames, 72)")
    if path.shape != (len(values), 3):
        raise DataError(f"clip {name}: {len(values)} poses but a root path of the shape {path.shape}")
    if not (np.isfinite(values).all() and np.isfinite(path).all()):
        raise DataError(f"clip {name}: contains NaN or infinite values")
    if not isinstance(action, (int, np.integer)) or not 0 <= action < len(table):
        raise DataError(f"clip {name}: action {action} is outside the table of {len(table)} (0 to {len(table) - 1})")
    return ActionClip(name, int(action), values.reshape(-1, 24, 3), path, subject)


def clip_of_motion(name: str, motion: Motion, action: int, subject: str = "") -> ActionClip:
    """A motion on the canonical skeleton as an action clip; its hands don't move."""
    poses = quat_to_axis_angle(with_hands(motion.rotations))
    return ActionClip(name, action, poses.astype(np.float32), motion.root_positions.astype(np.float32), subject)


def sequence(table: dict, key: str, length: int | None = None) -> Sequence[object]:
    """A list or array in a published file's table. Raises DataError without the file's name."""
    values = table.get(key) if isinstance(table, dict) else None
    if not isinstance(values, (list, tuple, np.ndarray)):
        raise DataError(f"has no list '{key}'")
    if length is not None and len(values) != length:
        raise DataError(f"'{key}' has {len(values)} entries, expected {length}")
    return list(values)


def _numbers(values: object, what: str) -> np.ndarray:
    try:
        return np.asarray(values, dtype=np.float32)
    except (ValueError, TypeError) as error:
        raise DataError(f"{what} aren't an array of numbers ({error})") from error
