"""Travel taken apart from the body, or out of it: what games call root motion and in place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..motion.motion import Motion
from ..motion.rotations import quat_apply, quat_inv, quat_mul, quat_yaw
from ..representation.default import smooth_path


@dataclass(frozen=True, eq=False)
class RootMotion:
    """A motion as a root on the ground and a body that moves relative to it; `placed` puts them together again.

    Args:
        positions: (T,3) metres, y = 0: the smoothed path.
        headings: (T,) radians from +Z towards +X, smoothed.
        body: the motion seen from the root: in place, facing +Z.
    """

    positions: NDArray[np.float64]
    headings: NDArray[np.float64]
    body: Motion

    def placed(self) -> Motion:
        """The motion in the world: exactly the one that was taken apart."""
        turn = quat_yaw(self.headings)
        rotations = self.body.rotations.copy()
        rotations[:, 0] = quat_mul(turn, rotations[:, 0])
        root = quat_apply(turn, self.body.root_positions) + self.positions
        return Motion(self.body.skeleton, root, rotations, self.body.fps)


def root_motion(motion: Motion, *, turns: bool = True, loops: bool = False) -> RootMotion:
    """Take the travel out of a motion.

    Args:
        motion: on the canonical skeleton.
        turns: the root turns with the body; else it only moves, and the body turns on it.
        loops: the motion's end goes on as its beginning: the path is smoothed across that seam, so that the body's
            sway closes, too.
    """
    root, heading = motion.root_positions, motion.headings()
    if not turns:
        heading = np.zeros(motion.num_frames)
    values = np.column_stack((root[:, [0, 2]], heading))
    path = _smoothed_round(values, motion.fps) if loops else smooth_path(values, motion.fps)
    positions = np.column_stack((path[:, 0], np.zeros(len(path)), path[:, 1]))
    back = quat_inv(quat_yaw(path[:, 2]))
    rotations = motion.rotations.copy()
    rotations[:, 0] = quat_mul(back, rotations[:, 0])
    body = Motion(motion.skeleton, quat_apply(back, root - positions), rotations, motion.fps)
    return RootMotion(positions, path[:, 2], body)


def in_place(motion: Motion, *, loops: bool = False) -> Motion:
    """The motion without its travel along the ground: over the origin all the time, turning as it did."""
    return root_motion(motion, turns=False, loops=loops).body


def _smoothed_round(values: NDArray[np.float64], fps: float) -> NDArray[np.float64]:
    """(T, 3) x, z, heading smoothed as one round of an endless motion.

    Rounds after the first go on from where it ends, turned by its turn.
    """
    count = len(values)
    step = values[-1] - values[-2] if count > 1 else np.zeros(3)
    turn = values[-1, 2] + step[2] - values[0, 2]
    travel = values[-1, :2] + step[:2] - values[0, :2]

    def carried(x: NDArray[np.float64], angle: float) -> NDArray[np.float64]:
        cos, sin = np.cos(angle), np.sin(angle)
        return np.stack((cos * x[:, 0] + sin * x[:, 1], cos * x[:, 1] - sin * x[:, 0]), axis=1)

    after, before = values.copy(), values.copy()
    after[:, :2] = carried(values[:, :2] - values[0, :2], turn) + values[0, :2] + travel
    after[:, 2] += turn
    # the round before ends where this one begins
    start = values[0, :2] - carried(travel[None], -turn)[0]
    before[:, :2] = carried(values[:, :2] - values[0, :2], -turn) + start
    before[:, 2] -= turn
    return smooth_path(np.concatenate((before, values, after)), fps)[count : 2 * count]
