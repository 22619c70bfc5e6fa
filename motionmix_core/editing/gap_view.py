"""A gap between whole poses, as the gap network sees it: numbers that don't depend on where the body is or faces.

Everything is relative to the last pose before the gap. The curve that is learned to be bent is a cubic Hermite curve
from that pose to the one after the gap, in rotation vectors of each joint's world rotation and in metres for the root.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..motion.rotations import quat_apply, quat_inv, quat_mul, quat_to_axis_angle, quat_yaw
from ..motion.skeleton import MIRROR_PERMUTATION, PARENTS
from .interpolation import hermite

PAST = (1, 3, 4, 6, 7, 8, 9)
FUTURE = (1, 3, 4, 6, 7)
"""Frames before the last pose and after the first one that are looked at, where motion and not one pose holds there."""
KNOT_FRAMES = 3
"""About how far apart the knots of a correction lie."""
SPEED_FRAMES = 10
"""For how long a speed at an end is believed."""
SPEED_OVER = 3
"""Frames that the speed of hips at an end is seen over."""
_SEAM_FRAMES = 2.0
_CLEAR = 0.5
"""Radians: a turn that looks smaller is as small. Of a nearly whole circle nothing tells about which axis it goes; on
training clips ever less was better, on validation ones no more than this."""
_SPIN_FRAMES = 13
"""For how long hips are believed to turn as they do at an end: with this fewest of 140,000 gaps of training clips went
astray. Where motion is known at both ends each speaks for half of the gap: of 16 to 21 frames, five times fewer do."""
Array = NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class GapView:
    """B gaps of n missing frames at the model's rate.

    root: (B, T, 3) metres, rotations: (B, T, 22, 4) world quaternions at the T frames PAST before the last pose
    (nearest first), that pose, the pose after the gap, FUTURE after that. moves: whether motion, and not one pose, is
    known before and behind the gaps; where it isn't, those frames aren't looked at. turns_on: whether the hips may be
    believed to go on as they turn before it, and to have turned as behind it; None = wherever motion is known.
    """

    root: Array
    rotations: Array
    moves: tuple[bool, bool]
    missing: int
    turns_on: tuple[bool, bool] | None = None

    @property
    def last(self) -> int:
        """Index of the last pose before the gap."""
        return len(PAST)

    def with_mirrored(self) -> GapView:
        """These gaps, and behind them the same ones left for right."""
        mirrored = self.rotations[:, :, list(MIRROR_PERMUTATION)] * (1, 1, -1, -1)
        rotations, root = (
            np.concatenate(sides) for sides in ((self.rotations, mirrored), (self.root, self.root * (-1, 1, 1)))
        )
        return GapView(root, rotations, self.moves, self.missing, self.turns_on)

    def facing(self) -> Array:
        """(B, 4) the turn about the vertical axis that the last pose faces by."""
        pelvis = self.rotations[:, self.last, 0]
        return quat_yaw(2 * np.arctan2(pelvis[:, 2], pelvis[:, 0]))

    def turns(self) -> Array:
        """(B, T, 22, 3) rotation vectors from the last pose to each.

        Of the two ways round, the hips go on as they turn, and a joint goes the one that its parent's turn and its own
        against it add up to: a hand on a swinging arm may turn by more than half a circle in the world.
        """
        pose = self.rotations[:, self.last, None]
        turns = quat_to_axis_angle(quat_mul(quat_inv(pose), self.rotations))
        joints, parents = np.arange(1, len(PARENTS)), list(PARENTS[1:])
        local = quat_mul(quat_inv(self.rotations[..., parents, :]), self.rotations[..., 1:, :])
        own = quat_to_axis_angle(quat_mul(quat_inv(local[:, self.last, None]), local))
        back = quat_inv(local[:, self.last, None])
        far = np.linalg.norm(turns, axis=-1, keepdims=True)
        other = turns * (1 - 2 * np.pi / np.maximum(far, 1e-6))
        for joint, parent in zip((0, *joints), (0, *parents), strict=True):
            if far[..., joint, 0].max() < _CLEAR:
                continue
            if joint:
                expected = quat_apply(back[..., joint - 1, :], turns[..., parent, :]) + own[..., joint - 1, :]
            else:
                expected = turns[..., 0, :].copy()
                behind = self.last + 1
                if any(self._believed):
                    expected[:, behind:] = self._spin(turns)[:, None]
            misses = [np.linalg.norm(way[..., joint, :] - expected, axis=-1) for way in (turns, other)]
            swapped = (misses[1] < misses[0]) & (far[..., joint, 0] > _CLEAR)
            turns[..., joint, :] = np.where(swapped[..., None], other[..., joint, :], turns[..., joint, :])
            turns[:, self.last + 2 :, joint] = self._on_from(turns, joint)
        return np.asarray(turns)

    def _on_from(self, turns: Array, joint: int) -> Array:
        """(B, F, 3) a joint's turns behind the gap: past half a circle they go on from the end, about the same axis.

        A whole circle would look like none at all, and the joint would seem to arrive with the speed of a fall.
        """
        behind = self.last + 1
        end, on = turns[:, behind, None, joint], turns[:, behind + 1 :, joint]
        size = np.linalg.norm(end, axis=-1, keepdims=True)
        back = quat_inv(self.rotations[:, behind, None, joint])
        axis = end / np.maximum(size, 1e-6)
        steps = quat_to_axis_angle(quat_mul(back, self.rotations[:, behind + 1 :, joint]))
        return np.asarray(np.where(size > np.pi, end + (steps * axis).sum(-1, keepdims=True) * axis, on))

    @property
    def _believed(self) -> tuple[bool, bool]:
        return self.moves if self.turns_on is None else self.turns_on

    def _spin(self, turns: Array) -> Array:
        """(B, 3) how far the hips would turn in the gap at the speeds of its ends, each for its share of the frames."""
        last, behind, (before, after) = self.last, self.last + 1, self._believed
        frames = min((self.missing + 1) / max(before + after, 1), _SPIN_FRAMES)
        back, there = (quat_inv(self.rotations[:, at, 0]) for at in (last, behind))
        on = self.rotations[:, behind + 1 + FUTURE.index(SPEED_OVER), 0]
        arriving = quat_to_axis_angle(quat_mul(there, on)) / SPEED_OVER
        arriving = quat_apply(quat_mul(back, self.rotations[:, behind, 0]), arriving)
        leaving = -turns[:, PAST.index(SPEED_OVER), 0] / SPEED_OVER
        return np.asarray(frames * (leaving * before + arriving * after))

    def steps(self) -> Array:
        """(B, T, 3) the root's way from the last pose to each, metres, as seen from there."""
        back = quat_inv(self.facing())[:, None]
        return quat_apply(back, self.root - self.root[:, self.last, None])

    @cached_property
    def course(self) -> Array:
        """(B, T, 69) steps and turns in one."""
        return np.concatenate((self.steps(), self.turns().reshape(*self.root.shape[:2], -1)), axis=-1)

    def curve(self) -> Array:
        """(B, n, 69) steps and turns of the plain curve at the missing frames."""
        course, last = self.course, self.last
        whole = self.missing + 1
        end = course[:, last + 1]
        mean = end / whole
        span = min(whole, SPEED_FRAMES)
        leave = -course[:, 0] if self.moves[0] else mean
        arrive = course[:, last + 2] - end if self.moves[1] else mean
        rest = mean * (whole - span)
        t = np.arange(1, whole) / whole
        made = hermite(t, np.zeros_like(end), end, leave * span + rest, arrive * span + rest)
        return np.moveaxis(made, 0, 1)

    @cached_property
    def knots(self) -> NDArray[np.float64]:
        """(K,) frames from the last pose to the one behind the gap, evenly spaced."""
        whole = self.missing + 1
        return np.linspace(0, whole, max(3, round(whole / KNOT_FRAMES) + 1))

    def at_knots(self) -> Array:
        """(B, K, 69) steps and turns of the plain curve at the knots."""
        start, end = np.zeros_like(self.course[:, :1]), self.course[:, self.last + 1, None]
        every = np.concatenate((start, self.curve(), end), axis=1)
        before = np.minimum(self.knots.astype(int), self.missing)
        share = (self.knots - before)[:, None]
        return np.asarray(every[:, before] * (1 - share) + every[:, before + 1] * share)

    def bends(self) -> NDArray[np.float64]:
        """(n, K): cubic B-splines about the knots. Nothing at the ends, and no speed there where motion holds."""
        whole = self.missing + 1
        at = np.arange(1, whole)
        far = np.abs(at[:, None] - self.knots) / self.knots[1]
        spline = np.where(far < 1, 2 / 3 - far**2 + far**3 / 2, np.clip(2 - far, 0, None) ** 3 / 6)
        window = np.ones(len(at))
        for near, moves in zip((at, whole - at), self.moves, strict=True):
            window *= 1 - np.exp(-((near / _SEAM_FRAMES) ** (2 if moves else 1)))
        return np.asarray(window[:, None] * spline)


def mirrored_course(course: Array) -> Array:
    """(..., 69) root and turns of a course, or of corrections to it, left for right."""
    turns = course[..., 3:].reshape(*course.shape[:-1], 22, 3)[..., list(MIRROR_PERMUTATION), :] * (1, -1, -1)
    return np.concatenate((course[..., :3] * (-1, 1, 1), turns.reshape(*course.shape[:-1], 66)), axis=-1)
