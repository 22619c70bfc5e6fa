"""Curves through what holds: the plain interpolation that stands in for motion that doesn't exist yet.

A cubic Hermite curve in each gap, in rotation space and for the root. It leaves and arrives with the speed that the
frames beside the gap show; where there is one key alone its speed comes from its neighbours (Catmull-Rom). It is what
an animator would get from Bezier keys, and is good over a few frames. Over longer gaps it tells where about the root
is.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..motion.motion import Motion
from ..motion.rotations import axis_angle_to_quat, quat_inv, quat_mul, quat_to_axis_angle
from .keys import Held

SPEED_SECONDS = 0.33
"""For how long a speed is believed: over a longer gap it would carry the curve far away."""


def interpolated(motion: Motion, held: Held, straight: bool = False) -> Motion:
    """The motion with everything that doesn't hold replaced by curves through what does.

    Beyond the first and the last frame that hold, rotations stand still and the root runs out; what never holds stays
    as it was. straight: lines, without the speeds at the ends, which are no good where what holds is noisy.
    """
    root = motion.root_positions.copy()
    frames = np.flatnonzero(held.root)
    if len(frames):
        root = _running_out(_through(root, frames, motion.fps, straight), frames, motion.fps)
    rotations = motion.rotations.copy()
    for joints, frames in joints_by_frames(held.rotations):
        rotations[:, joints] = _turned_through(rotations[:, joints], frames, motion.fps, straight)
    return replace(motion, root_positions=root, rotations=rotations)


def joints_by_frames(held: NDArray[np.bool_]) -> list[tuple[list[int], NDArray[np.int64]]]:
    """Joints that hold at the same frames, with those frames; joints that never hold are left out."""
    groups: dict[bytes, list[int]] = {}
    for joint in range(held.shape[1]):
        if held[:, joint].any():
            groups.setdefault(held[:, joint].tobytes(), []).append(joint)
    return [(joints, np.flatnonzero(held[:, joints[0]])) for joints in groups.values()]


def hermite(t: NDArray[np.float64], start: NDArray, end: NDArray, leave: NDArray, arrive: NDArray) -> NDArray:
    """Cubic from `start` to `end` at t (K,) in 0..1, with slopes leave and arrive over the whole interval."""
    t = t.reshape(-1, *([1] * np.ndim(start)))
    return np.asarray(
        (2 * t**3 - 3 * t**2 + 1) * start
        + (t**3 - 2 * t**2 + t) * leave
        + (3 * t**2 - 2 * t**3) * end
        + (t**3 - t**2) * arrive
    )


def _through(values: NDArray[np.float64], frames: NDArray[np.int64], fps: float, straight: bool) -> NDArray[np.float64]:
    """(T, C) values with curves through `frames`."""
    out = values.copy()
    out[: frames[0]], out[frames[-1] :] = values[frames[0]], values[frames[-1]]
    for index, (a, b) in enumerate(pairwise(frames)):
        if b - a < 2:
            continue
        before = frames[index - 1] if index and not straight else None
        after = frames[index + 2] if index + 2 < len(frames) and not straight else None
        span = min(b - a, SPEED_SECONDS * fps)
        mean = (values[b] - values[a]) / (b - a)
        leave = _slope(values[a] - values[before], a - before, mean, b - a) if before is not None else mean
        arrive = _slope(values[after] - values[b], after - b, mean, b - a) if after is not None else mean
        t = np.arange(1, b - a) / (b - a)
        rest = mean * ((b - a) - span)  # the rest of a long gap goes at the mean speed
        out[a + 1 : b] = hermite(t, values[a], values[b], leave * span + rest, arrive * span + rest)
    return out


def _running_out(root: NDArray[np.float64], frames: NDArray[np.int64], fps: float) -> NDArray[np.float64]:
    """(T, 3) root that goes on along the ground beyond its first and last held frames, slower and slower.

    Without it the smoothed path that the network is shown would break at the seam.
    """
    out, held = root.copy(), set(frames.tolist())
    for edge, inward in ((int(frames[0]), 1), (int(frames[-1]), -1)):
        steps = next((n for n in (4, 3, 2, 1) if all(edge + inward * k in held for k in range(n + 1))), 0)
        beside = np.arange(edge) if inward > 0 else np.arange(edge + 1, len(root))
        if steps and len(beside):
            speed = (root[edge] - root[edge + inward * steps]) / steps * (1, 0, 1)
            length = 2 * SPEED_SECONDS * fps
            out[beside] += speed * (length * (1 - np.exp(-np.abs(beside - edge) / length)))[:, None]
    return out


def _slope(step: NDArray[np.float64], frames: int, mean: NDArray[np.float64], gap: int) -> NDArray[np.float64]:
    """Speed at a frame that holds, a frame. A neighbour right beside it is the motion itself; one farther off a key."""
    seen = step / frames
    if frames == 1:
        return np.asarray(seen)
    return np.asarray((seen * gap + mean * frames) / (frames + gap))


def _turned_through(
    rotations: NDArray[np.float64], frames: NDArray[np.int64], fps: float, straight: bool
) -> NDArray[np.float64]:
    """(T, J, 4) rotations with curves through `frames`, in the tangent space of each gap's first key."""
    out = rotations.copy()
    out[: frames[0]], out[frames[-1] :] = rotations[frames[0]], rotations[frames[-1]]
    for index, (a, b) in enumerate(pairwise(frames)):
        if b - a < 2:
            continue
        near = [int(f) for f in frames[max(index - 1, 0) : index + 3]]
        local = quat_to_axis_angle(quat_mul(quat_inv(rotations[a])[None], rotations[near]))
        curve = _through(_placed(local, near, b - a), np.array(near) - near[0], fps, straight)[
            a - near[0] : b - near[0]
        ]
        out[a:b] = quat_mul(rotations[a][None], axis_angle_to_quat(curve))
        out[a] = rotations[a]
    return out


def _placed(values: NDArray[np.float64], frames: list[int], gap: int) -> NDArray[np.float64]:
    """Values at their frames in an array that is empty in between."""
    out = np.zeros((frames[-1] - frames[0] + 1, *values.shape[1:]))
    out[np.array(frames) - frames[0]] = values
    return out
