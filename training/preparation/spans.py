"""Finding the good stretches of a clip: what to cut out, and where a rotation has jumped."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import quat_angle

SPIKE_SPEED = 20.0  # m/s, of any joint: nothing that a person does
SPIKE_MARGIN = 0.15  # seconds cut on both sides of a spike
JUMP_ANGLE = np.radians(75)  # of a joint between two frames at 30 fps


def good_spans(motion: Motion, broken: Sequence[Sequence[float]], min_seconds: float) -> list[tuple[int, int]]:
    """Frame ranges (start, stop) that are in no broken span (seconds) and near no speed spike, long enough to keep."""
    bad = speed_spikes(motion)
    for start, end in broken:
        bad[int(np.floor(start * motion.fps)) : int(np.ceil(end * motion.fps))] = True
    edges = np.flatnonzero(np.diff(np.concatenate(([True], bad, [True])).astype(int)))
    pairs = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    return [(start, stop) for start, stop in pairs if (stop - start) / motion.fps >= min_seconds]


def speed_spikes(motion: Motion) -> np.ndarray:
    """(T,) bool: frames within SPIKE_MARGIN of a joint that moves faster than SPIKE_SPEED."""
    bad = np.zeros(motion.num_frames, bool)
    if motion.num_frames < 2:
        return bad
    speed = np.linalg.norm(np.diff(motion.positions(), axis=0), axis=-1).max(-1) * motion.fps
    margin = int(np.ceil(SPIKE_MARGIN * motion.fps))
    for frame in np.flatnonzero(speed > SPIKE_SPEED):
        bad[max(frame + 1 - margin, 0) : frame + 1 + margin] = True
    return bad


def joint_jumps(motion: Motion) -> list[tuple[int, str]]:
    """(frame, joint) wherever a joint's local rotation turns more than JUMP_ANGLE from the frame before."""
    turn = quat_angle(motion.rotations[:-1], motion.rotations[1:])
    frames, joints = np.nonzero(turn > JUMP_ANGLE * max(30.0 / motion.fps, 1.0))
    return [(int(frame) + 1, motion.skeleton.names[joint]) for frame, joint in zip(frames, joints, strict=True)]
