"""What the network of gaps reads: poses beside the gap, and poses along the plain curve through it, each as one token.

A pose is two columns of each joint's world rotation matrix and each joint's place, as seen from where the last pose
before the gap stands and faces. Known poses come with how they change, where that is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from ..motion.kinematics import positions_from_global
from ..motion.rotations import axis_angle_to_quat, quat_apply, quat_inv, quat_mul, quat_to_matrix
from ..motion.skeleton import canonical_skeleton
from .gap_view import FUTURE, PAST, GapView

POSE = 22 * 9
"""Numbers of a pose."""
TIMES = 24
"""Numbers that tell when a token is."""
FARTHEST = 64
"""Frames between two tokens; those farther apart count as so far."""
_EARLIER = ((9, 9, 8), (6, 7, 6), (3, 4, 3))
_LATER = ((3, 3, 4), (6, 6, 7))
"""Frames before the last pose and after the one behind the gap; and the two that tell how the pose changes there."""
_SPEED = 8.0
"""A frame's change counts so much beside the pose."""
_TURNS = 1.5 * 2.0 ** np.arange(4)
"""Radians a second of the waves that tell the time."""


class Kind(IntEnum):
    """Of a known pose."""

    EARLIER = 0
    LAST = 1
    TARGET = 2
    LATER = 3


@dataclass(frozen=True, eq=False)
class GapTokens:
    """B gaps of `missing` frames, beside which the same frames are known.

    known: (B, T, 2 * POSE) poses in order of time, and how they change, which is nothing where one pose holds alone.
    kinds: (T,) of them. curve: (B, K, POSE) the plain curve at its knots. at: (T + K,) frames of all, the last pose's
    is 0.
    """

    known: NDArray[np.float32]
    kinds: NDArray[np.int64]
    curve: NDArray[np.float32]
    at: NDArray[np.float32]
    missing: int

    @property
    def last(self) -> int:
        """Index of the last pose before the gap; the one behind it is the next."""
        return int(np.flatnonzero(self.kinds == Kind.LAST)[0])

    def times(self) -> NDArray[np.float32]:
        """(T + K, TIMES) when each is, from either end of the gap."""
        whole = self.missing + 1
        since, until = self.at / 30, (whole - self.at) / 30
        share, length = self.at / whole, np.full_like(self.at, whole / 30)
        turns = [wave(side[:, None] * _TURNS) for wave in (np.sin, np.cos) for side in (since, until)]
        plain = (
            since,
            until,
            length,
            np.log(length),
            share,
            np.abs(share - 0.5),
            np.sin(np.pi * share),
            1 / (30 * length),
        )
        return np.concatenate((*turns, np.stack(plain, axis=1)), axis=1).astype(np.float32)

    def apart(self) -> NDArray[np.int64]:
        """(T + K, T + K) frames from the second to the first, from 0 for FARTHEST before it."""
        apart = np.round(self.at[:, None] - self.at).astype(np.int64)
        return np.clip(apart, -FARTHEST, FARTHEST) + FARTHEST


def tokens_of(view: GapView) -> GapTokens:
    """What is read of gaps."""
    before, after = view.moves
    last, target, behind = view.last, view.last + 1, view.missing + 1
    rows = [(Kind.EARLIER, -frame, *(PAST.index(k) for k in (frame, *two))) for frame, *two in _EARLIER if before]
    rows.append((Kind.LAST, 0, last, PAST.index(1) if before else last, last))
    rows.append((Kind.TARGET, behind, target, target, target + 1 if after else target))
    rows += [
        (Kind.LATER, behind + frame, *(target + 1 + FUTURE.index(k) for k in (frame, *two)))
        for frame, *two in _LATER
        if after
    ]
    kinds, frames, at, earlier, later = (np.array(column) for column in zip(*rows, strict=True))
    poses = _poses(view, view.root, view.rotations)
    course = view.at_knots()
    turns = axis_angle_to_quat(course[..., 3:].reshape(*course.shape[:2], 22, 3))
    root = view.root[:, last, None] + quat_apply(view.facing()[:, None], course[..., :3])
    return GapTokens(
        np.concatenate((poses[:, at], (poses[:, later] - poses[:, earlier]) * _SPEED), axis=-1),
        kinds,
        _poses(view, root, quat_mul(view.rotations[:, last, None], turns)),
        np.concatenate((frames, view.knots)).astype(np.float32),
        view.missing,
    )


def _poses(view: GapView, root: NDArray[np.floating], rotations: NDArray[np.floating]) -> NDArray[np.float32]:
    """(B, T, 3) places and (B, T, 22, 4) world rotations -> (B, T, POSE) as seen from the last pose."""
    back = quat_inv(view.facing())[:, None]
    seen = quat_mul(back[:, :, None], rotations)
    ground = view.root[:, view.last, None] * (1, 0, 1)
    places = positions_from_global(canonical_skeleton(), seen, quat_apply(back, root - ground))
    columns = quat_to_matrix(seen)[..., :2]
    return np.concatenate([x.reshape(*root.shape[:2], -1) for x in (columns, places)], axis=-1).astype(np.float32)
