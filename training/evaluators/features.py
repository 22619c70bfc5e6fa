"""What a judge sees of a motion: joint positions alone, turned and scaled to a common frame, 15 frames a second."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from motionmix_core.metrics.sampling_rate import at_rate, need_frames
from motionmix_core.motion.skeleton import JOINT_NAMES, canonical_skeleton

FPS = 15.0
JOINTS = len(JOINT_NAMES)
FEATURES = 2 * 3 * JOINTS + 7  # pose, its change, and the way of the root
LEFT_HIP, RIGHT_HIP, LEFT_SHOULDER, RIGHT_SHOULDER = (
    JOINT_NAMES.index(name) for name in ("left_hip", "right_hip", "left_shoulder", "right_shoulder")
)
_LEG = [[JOINT_NAMES.index(f"{side}_{joint}") for joint in ("hip", "knee", "ankle")] for side in ("left", "right")]
_MIN_WIDTH = 0.02  # metres of hips and shoulders seen from above; with less, the body lies on its side


def headings(positions: NDArray) -> NDArray[np.float64]:
    """(T,) radians, unwrapped: where hips and shoulders face; 0 is +Z, a quarter turn to the left +X.

    Frames in which the body shows no width from above keep the heading of the frame before.
    """
    across = (
        positions[:, LEFT_HIP] - positions[:, RIGHT_HIP] + positions[:, LEFT_SHOULDER] - positions[:, RIGHT_SHOULDER]
    )
    angle = np.arctan2(-across[:, 2], across[:, 0])
    clear = np.hypot(across[:, 0], across[:, 2]) > _MIN_WIDTH
    if not clear.any():
        return np.zeros(len(positions))
    last = np.maximum.accumulate(np.where(clear, np.arange(len(positions)), 0))
    last[: np.argmax(clear)] = np.argmax(clear)
    return np.unwrap(angle[last])


def turned(vectors: NDArray, angle: NDArray | float) -> NDArray:
    """Vectors (T, ..., 3) turned about +Y by `angle` radians, one for all or (T,)."""
    cos, sin = np.cos(angle), np.sin(angle)
    if np.ndim(angle):
        shape = (-1, *([1] * (vectors.ndim - 2)))
        cos, sin = cos.reshape(shape), sin.reshape(shape)
    x, y, z = np.moveaxis(vectors, -1, 0)
    return np.stack((cos * x + sin * z, y, cos * z - sin * x), axis=-1)


def leg_length(positions: NDArray) -> float:
    """Median length of thigh and shin together, metres: the size of the body, whatever it does."""
    legs = [np.linalg.norm(np.diff(positions[:, leg], axis=1), axis=-1).sum(axis=1) for leg in _LEG]
    return float(np.median(np.mean(legs, axis=0)))


def canonicalised(positions: NDArray) -> NDArray[np.float64]:
    """(T, 22, 3) metres, Y up, ground at 0 -> the same size of body for all, starting over the origin, facing +Z."""
    need_frames(positions, 2, "a judge")
    if positions.shape[1] != JOINTS:
        raise ValueError(f"a judge looks at the {JOINTS} canonical joints, not at {positions.shape[1]}")
    size = leg_length(positions)
    if size < 1e-3:
        raise ValueError("a judge can't look at a body without legs: hips, knees and ankles are at one place")
    scaled = np.asarray(positions, np.float64) * (_CANONICAL_LEG / size)
    scaled = scaled - scaled[:1, :1] * np.array([1.0, 0.0, 1.0])
    return turned(scaled, -headings(scaled[:1])[0])


def motion_features(positions: NDArray, fps: float) -> NDArray[np.float32]:
    """(T, 22, 3) metres at `fps` -> (T', 139) float32 at 15 a second, not normalised.

    Per frame: joints around the pelvis as the body faces (heights over the ground), their change per second, the
    root's speed sideways, forward and in turning, its place from above and its heading since the first frame.
    """
    world = canonicalised(at_rate(np.asarray(positions, np.float64), fps, FPS))
    heading = headings(world)
    root = world[:, 0] * np.array([1.0, 0.0, 1.0])
    pose = turned(world - root[:, None], -heading)
    frames = len(world)
    path = turned(np.gradient(root, axis=0) * FPS, -heading)
    return np.concatenate(
        (
            pose.reshape(frames, -1),
            (np.gradient(pose, axis=0) * FPS).reshape(frames, -1),
            path[:, (0, 2)],
            np.gradient(heading)[:, None] * FPS,
            root[:, (0, 2)],
            np.cos(heading)[:, None],
            np.sin(heading)[:, None],
        ),
        axis=1,
    ).astype(np.float32)


def _canonical_leg() -> float:
    offsets = canonical_skeleton().offsets
    return float(np.mean([np.linalg.norm(offsets[leg[1:]], axis=1).sum() for leg in _LEG]))


_CANONICAL_LEG = _canonical_leg()
