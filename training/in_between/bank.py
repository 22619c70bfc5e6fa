"""Gaps worked out once and learned from many times: what the network is told of each, and what its loss needs.

Working a gap out costs as much as learning from it a few times, and clips yield fewer different gaps than a training
draws.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from motionmix_core.editing.gap_tokens import tokens_of
from motionmix_core.motion.rotations import quat_apply, quat_inv, quat_mul, quat_to_axis_angle, quat_to_matrix
from motionmix_core.motion.skeleton import PARENTS
from training.in_between.gaps import Gaps, GapSampler
from training.in_between.network import TokenTensors

TOGETHER = 512
_EVEN = 8.0  # missing frames: shorter gaps are drawn nearly alike, longer ones the more rarely


@dataclass(frozen=True, eq=False)
class Bank:
    """N gaps of one length, beside which the same is known; in halves.

    Everything is as seen from where the last pose stands and faces. tokens: what the network reads. off: (N, F, 69) how
    far the plain curve is off at F of the missing frames. turns: (N, F, 22, 3, 3) what a small change of a turn's
    vector there turns the joint by. bones: (N, F, 21, 3) metres, from each joint's parent to it. bends: (F, K) what a
    correction is made of there.
    """

    missing: int
    tokens: TokenTensors
    off: Tensor
    turns: Tensor
    bones: Tensor
    bends: Tensor

    def __len__(self) -> int:
        return len(self.off)

    def chosen(self, which: Tensor) -> Bank:
        """The gaps of these indices; what the loss needs as floats."""
        off, turns, bones = (values[which].float() for values in (self.off, self.turns, self.bones))
        return Bank(self.missing, self.tokens.rows(which), off, turns, bones, self.bends)


def filled(
    sampler: GapSampler, rng: np.random.Generator, count: int, lengths: tuple[int, int], frames: int
) -> list[Bank]:
    """About `count` gaps of shortest..longest missing frames (both in `lengths`), `frames` of each looked at."""
    each = max(1, round(count / TOGETHER))
    spread = np.log(_EVEN + np.array(lengths))
    drawn = np.exp(spread[0] + (np.arange(each) + 0.5) / each * (spread[1] - spread[0])) - _EVEN
    return [worked_out(sampler.batch(rng, min(count, TOGETHER), round(n), frames)) for n in drawn]


def worked_out(gaps: Gaps) -> Bank:
    """What is learned from gaps of one length."""
    view, at = gaps.view, gaps.frames
    facing = quat_inv(view.facing())
    parents = list(PARENTS[1:])
    pose = view.rotations[:, view.last]
    curve = view.curve()[:, at]
    vectors = _way_round(quat_to_axis_angle(quat_mul(quat_inv(pose[:, None]), gaps.rotations)), curve)
    steps = quat_apply(facing[:, None], gaps.root - view.root[:, view.last, None])
    truth = np.concatenate((steps, vectors.reshape(*steps.shape[:2], -1)), axis=-1)
    seen = quat_to_matrix(quat_mul(facing[:, None], pose)).astype(np.float32)[:, None]
    bones = gaps.positions[..., 1:, :] - gaps.positions[..., parents, :]
    return Bank(
        missing=view.missing,
        tokens=TokenTensors.of(tokens_of(view), torch.float16),
        off=_halves(curve - truth),
        turns=_halves(seen @ _left_jacobian(vectors.astype(np.float32))),
        bones=_halves(quat_apply(facing[:, None, None], bones)),
        bends=torch.from_numpy(view.bends()[at].astype(np.float32)),
    )


def _way_round(vectors: NDArray[np.floating], curve: NDArray[np.floating]) -> NDArray[np.floating]:
    """(B, F, 22, 3) the same turns, by more than half a circle where that is what the curve (B, F, 69) does."""
    angle = np.linalg.norm(vectors, axis=-1, keepdims=True)
    other = vectors * (1 - 2 * np.pi / np.maximum(angle, 1e-6))
    near = curve[..., 3:].reshape(vectors.shape)
    farther = np.linalg.norm(other - near, axis=-1) < np.linalg.norm(vectors - near, axis=-1)
    return np.where(farther[..., None], other, vectors)


def _left_jacobian(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """(..., 3) rotation vectors -> (..., 3, 3) J with exp(v + d) = exp(J d) exp(v) for small d (Sola 2018, eq. 145)."""
    angle = np.maximum(np.linalg.norm(vectors, axis=-1), 1e-3)[..., None, None]
    x, y, z = np.moveaxis(vectors, -1, 0)
    zero = np.zeros_like(x)
    cross = np.stack((zero, -z, y, z, zero, -x, -y, x, zero), axis=-1).reshape(*vectors.shape, 3)
    first, second = (1 - np.cos(angle)) / angle**2, (angle - np.sin(angle)) / angle**3
    return np.asarray(np.eye(3, dtype=np.float32) + first * cross + second * (cross @ cross))


def _halves(values: NDArray[np.floating]) -> Tensor:
    return torch.from_numpy(np.asarray(values, np.float16))
