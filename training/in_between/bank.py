"""Gaps worked out once and learned from many times: what the network is told of each, and what its loss needs.

Working a gap out costs more than learning from it, and clips yield fewer different gaps than a training draws.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from motionmix_core.motion.rotations import quat_apply, quat_inv, quat_mul, quat_to_axis_angle, quat_to_matrix
from motionmix_core.motion.skeleton import PARENTS
from training.in_between.gaps import Gaps, GapSampler

_TOGETHER = 512
_EVEN = 8.0  # missing frames: shorter gaps are drawn nearly alike, longer ones the more rarely


@dataclass(frozen=True, eq=False)
class Bank:
    """N gaps, halves. Everything is as seen from where the last pose stands and faces.

    numbers: (N, F) what the network is told. off: (N, K, 69) how far the plain curve is off at K of the missing
    frames. waves: (N, K, WAVES) what a correction is made of there. turns: (N, K, 22, 3, 3) what a small change of a
    turn's vector there turns the joint by. bones: (N, K, 21, 3) metres, from each joint's parent to it. missing: (N,)
    frames.
    """

    numbers: Tensor
    off: Tensor
    waves: Tensor
    turns: Tensor
    bones: Tensor
    missing: Tensor

    def __len__(self) -> int:
        return len(self.missing)

    def chosen(self, which: Tensor, frames: Tensor | None = None) -> Bank:
        """The gaps of these indices, as floats. frames: which of the K, None = all."""
        found = {}
        for field in fields(self):
            values = getattr(self, field.name)
            by_frame = frames is not None and field.name not in ("numbers", "missing")
            found[field.name] = (values[which[:, None], frames] if by_frame else values[which]).float()
        return Bank(**found)


def filled(sampler: GapSampler, rng: np.random.Generator, count: int, lengths: tuple[int, int], frames: int) -> Bank:
    """About `count` gaps of shortest..longest missing frames (both in `lengths`), `frames` of each looked at."""
    each = max(1, round(count / _TOGETHER))
    spread = np.log(_EVEN + np.array(lengths))
    drawn = np.exp(spread[0] + (np.arange(each) + 0.5) / each * (spread[1] - spread[0])) - _EVEN
    return joined([worked_out(sampler.batch(rng, min(count, _TOGETHER), round(n), frames)) for n in drawn])


def joined(banks: list[Bank]) -> Bank:
    """All in one."""
    return Bank(**{field.name: torch.cat([getattr(bank, field.name) for bank in banks]) for field in fields(Bank)})


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
        numbers=_halves(view.numbers()),
        off=_halves(curve - truth),
        waves=_halves(view.waves()[:, at]),
        turns=_halves(seen @ _left_jacobian(vectors.astype(np.float32))),
        bones=_halves(quat_apply(facing[:, None, None], bones)),
        missing=torch.full((len(facing),), view.missing),
    )


def _way_round(vectors: NDArray[np.floating], curve: NDArray[np.floating]) -> NDArray[np.floating]:
    """(B, K, 22, 3) the same turns, by more than half a circle where that is what the curve (B, K, 69) does."""
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
