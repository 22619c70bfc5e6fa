"""Music-to-dance measures: EDGE's physical foot contact score and beat alignment (method 3.2, anchors 4.2)."""

from __future__ import annotations

import numpy as np

from ..motion.contacts import FOOT_INDICES
from .sampling_rate import at_rate, need_frames

PFC_FPS = 30.0


def physical_foot_contact(positions: np.ndarray, fps: float) -> float:
    """PFC of one clip: how much the body accelerates while neither foot stands still; lower is better.

    Per frame: root acceleration (downward part dropped, divided by its maximum over the clip) times the slower of ankle
    and toe of the left foot times that of the right, speeds horizontal and per frame, at 30 fps; mean times 10,000.
    """
    need_frames(positions, 3, "PFC")
    positions = at_rate(positions, fps, PFC_FPS)
    acceleration = np.diff(positions[:, 0], n=2, axis=0) * PFC_FPS**2
    acceleration[:, 1] = np.maximum(acceleration[:, 1], 0)
    force = np.linalg.norm(acceleration, axis=-1)
    if force.max() < 1e-6:  # at rest or coasting; dividing would blow rounding up to full size
        return 0.0
    feet = positions[1:][:, FOOT_INDICES]
    speed = np.linalg.norm(np.diff(feet[..., [0, 2]], axis=0), axis=-1)
    left, right = speed[:, :2].min(axis=1), speed[:, 2:].min(axis=1)
    return float((left * right * force / force.max()).mean() * 1e4)


def kinematic_beats(positions: np.ndarray, fps: float, smoothing: float = 5.0) -> np.ndarray:
    """Times in seconds of the local minima of the mean joint speed, smoothed by a Gaussian of `smoothing` frames."""
    need_frames(positions, 4, "kinematic beats")
    speed = np.linalg.norm(np.diff(positions, axis=0), axis=-1).mean(axis=1)
    if smoothing > 0:
        reach = int(4 * smoothing + 0.5)
        kernel = np.exp(-0.5 * np.square(np.arange(-reach, reach + 1) / smoothing))
        speed = np.convolve(np.pad(speed, reach, mode="reflect" if len(speed) > reach else "edge"), kernel, "valid")
    starts = np.flatnonzero(np.diff(speed, prepend=np.inf))  # a stop held for several frames is one beat, in its middle
    ends = np.append(starts[1:], len(speed)) - 1
    level = speed[starts]
    minima = np.flatnonzero((level[1:-1] < level[:-2]) & (level[1:-1] < level[2:])) + 1
    return ((starts[minima] + ends[minima]) / 2 + 0.5) / fps  # a difference lies between its two frames


def beat_alignment(motion_beats: np.ndarray, music_beats: np.ndarray, fps: float, sigma: float = 3.0) -> float:
    """Mean over music beats of exp(-d^2 / (2 sigma^2)), d the frames to the nearest kinematic beat; 1 is perfect.

    Both beats in seconds; a motion without a beat gives 0.
    """
    if len(music_beats) == 0:
        raise ValueError("beat alignment needs at least one music beat")
    if len(motion_beats) == 0:
        return 0.0
    distance = np.abs(np.asarray(music_beats)[:, None] - np.asarray(motion_beats)[None, :]).min(axis=1) * fps
    return float(np.exp(-np.square(distance) / (2 * sigma**2)).mean())
