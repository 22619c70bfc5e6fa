"""Finding the good stretches of a clip: what to cut out, and where a rotation has jumped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import quat_angle

SPIKE_SPEED = 20.0  # m/s, of any joint: nothing that a person does
MARGIN = 0.15  # seconds cut on both sides of a spike or a jump
JUMP_ANGLE = np.radians(75)  # of a joint between two frames at 30 fps


def good_spans(
    motion: Motion, broken: Sequence[Sequence[float]], min_seconds: float, captured: bool = True
) -> list[tuple[int, int]]:
    """Frame ranges (start, stop) in no broken span (seconds), near no speed spike or joint jump, long enough to keep.

    captured False keeps spikes and jumps: in hand-made animation they are fast but meant.
    """
    bad = np.zeros(motion.num_frames, bool)
    if captured:
        bad = speed_spikes(motion)
        _mark(bad, {frame for frame, _ in joint_jumps(motion)}, motion.fps)
    for start, end in broken:
        bad[int(np.floor(start * motion.fps)) : int(np.ceil(end * motion.fps))] = True
    edges = np.flatnonzero(np.diff(np.concatenate(([True], bad, [True])).astype(int)))
    pairs = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    return [(start, stop) for start, stop in pairs if (stop - start) / motion.fps >= min_seconds]


def speed_spikes(motion: Motion) -> np.ndarray:
    """(T,) bool: frames within MARGIN of a joint that moves faster than SPIKE_SPEED."""
    bad = np.zeros(motion.num_frames, bool)
    if motion.num_frames < 2:
        return bad
    speed = np.linalg.norm(np.diff(motion.positions(), axis=0), axis=-1).max(-1) * motion.fps
    _mark(bad, (np.flatnonzero(speed > SPIKE_SPEED) + 1).tolist(), motion.fps)
    return bad


def _mark(bad: np.ndarray, frames: Iterable[int], fps: float) -> None:
    """Mark frames that follow a fault, with the margin on both sides."""
    margin = int(np.ceil(MARGIN * fps))
    for frame in frames:
        bad[max(frame - margin, 0) : frame + margin] = True


def joint_jumps(motion: Motion) -> list[tuple[int, str]]:
    """(frame, joint) wherever a joint's local rotation turns more than JUMP_ANGLE from the frame before."""
    turn = quat_angle(motion.rotations[:-1], motion.rotations[1:])
    frames, joints = np.nonzero(turn > JUMP_ANGLE * max(30.0 / motion.fps, 1.0))
    return [(int(frame) + 1, motion.skeleton.names[joint]) for frame, joint in zip(frames, joints, strict=True)]
