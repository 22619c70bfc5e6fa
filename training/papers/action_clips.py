"""Action data sets (HumanAct12, UESTC, the Bandai pack) as a trainer sees them: 25 x 6 numbers, no normalisation."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from motionmix_core.formats.action_clip import ActionClip, ActionSet
from motionmix_core.formats.published import Skipped
from motionmix_core.mixed_data.corruption import Corruption
from motionmix_core.motion.motion import heading_angles
from motionmix_core.motion.rotations import axis_angle_to_quat, quat_apply, quat_mul, quat_to_axis_angle, quat_yaw
from motionmix_core.representation import rot6d

from .clips import Drawn
from .faults import corrupted_poses
from .space import ActionSpace


@dataclass(frozen=True)
class ActionClips:
    """The training clips of an action data set, cut to windows of `frames`."""

    clips: tuple[ActionClip, ...]
    fps: float
    frames: int
    skipped: Sequence[Skipped] = ()
    families: Mapping[str, str] | None = None

    @staticmethod
    def of(data: ActionSet, frames: int, *, test: bool = False, face_forward: bool = False) -> ActionClips:
        """The clips of a read data set. face_forward: turn each so that its first frame faces +Z.

        The published loaders don't turn them; a small network that trains for minutes needs it.
        """
        clips = tuple(data.clips[place] for place in (data.test if test else data.train))
        if face_forward:
            clips = tuple(facing_forward(clip) for clip in clips)
        return ActionClips(clips, data.fps, frames, data.skipped)

    @property
    def space(self) -> ActionSpace:
        """25 x 6 numbers at the data's rate."""
        return ActionSpace(self.fps)

    @property
    def ids(self) -> list[str]:
        """Ids of the clips."""
        return [clip.id for clip in self.clips]

    @property
    def strata(self) -> dict[str, int]:
        """Clip id -> action."""
        return {clip.id: clip.action for clip in self.clips}

    def corrupted(self, noise: Corruption, noisy: Collection[str]) -> ActionClips:
        """Noise on raw axis-angles and the root's path, one level for both (MotionMix on HumanAct12 and UESTC)."""
        chosen = set(noisy)

        def worse(clip: ActionClip) -> ActionClip:
            if clip.id not in chosen:
                return clip
            poses, root = corrupted_poses(noise, clip.id, clip.poses, clip.root, self.fps)
            return replace(clip, poses=poses, root=root)

        return replace(self, clips=tuple(map(worse, self.clips)))

    @cached_property
    def _encoded(self) -> list[NDArray[np.float32]]:
        return [clip.features() for clip in self.clips]

    def draw(self, place: int, generator: np.random.Generator) -> Drawn:
        """A random window; shorter clips are held at their last frame, so that all frames count."""
        values = self._encoded[place]
        room = len(values) - self.frames
        start = int(generator.integers(room + 1)) if room > 0 else 0
        motion = values[np.minimum(np.arange(start, start + self.frames), len(values) - 1)]
        motion[:, rot6d.TRANSLATION] -= motion[0, rot6d.TRANSLATION]
        return Drawn(motion, self.frames, self.clips[place].action)

    def captions(self) -> list[str]:
        """None: the annotations are labels."""
        return []


def facing_forward(clip: ActionClip) -> ActionClip:
    """The clip turned about the vertical, so that its pelvis faces +Z in the first frame, which is at the origin."""
    rotations = axis_angle_to_quat(clip.poses[:, 0])
    turn = quat_yaw(-float(heading_angles(rotations[:1])[0]))
    poses = clip.poses.copy()
    poses[:, 0] = quat_to_axis_angle(quat_mul(turn, rotations))
    root = clip.root - clip.root[0] * np.array([1, 0, 1], np.float32)
    return replace(clip, poses=poses, root=quat_apply(turn, root).astype(np.float32))
