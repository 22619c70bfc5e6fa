"""The loss on x0: per block of the representation, and in space (joint paths, forward kinematics, planted feet)."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from ..motion.contacts import FOOT_INDICES
from ..motion.skeleton import PARENTS, canonical_skeleton
from ..representation import default as R
from .config import LossConfig

# What counts as an error of one, so that terms in metres and m/s are of the size of normalised features.
_METRES = 0.1
_METRES_PER_SECOND = 0.5


def rotation_matrices(rot6d: Tensor) -> Tensor:
    """(..., 6) two columns -> (..., 3, 3) by Gram-Schmidt."""
    a, b = rot6d[..., :3], rot6d[..., 3:]
    x = F.normalize(a, dim=-1, eps=1e-6)
    y = F.normalize(b - (x * b).sum(-1, keepdim=True) * x, dim=-1, eps=1e-6)
    return torch.stack((x, y, torch.linalg.cross(x, y)), dim=-1)


def errors(kind: str, predicted: Tensor, target: Tensor) -> Tensor:
    """Elementwise |d|, d^2 / 2, or smooth L1, which is the one for |d| > 1 and the other below (both less a half)."""
    if kind == "l1":
        return (predicted - target).abs()
    if kind == "l2":
        return 0.5 * (predicted - target).square()
    return F.smooth_l1_loss(predicted, target, reduction="none")


class MotionLoss:
    """Holds the normaliser and the bone offsets on one device; call with normalised features."""

    def __init__(self, config: LossConfig, normaliser: R.Normaliser, fps: float, device: torch.device) -> None:
        self._config, self._fps = config, fps
        self._mean = torch.as_tensor(normaliser.mean, device=device)
        self._std = torch.as_tensor(normaliser.std, device=device)
        self._offsets = torch.as_tensor(canonical_skeleton().offsets.astype(np.float32), device=device)

    def positions_in_world(self, features: Tensor) -> Tensor:
        """(B, T, 22, 3) metres: the positions block with the root path added back. Features not normalised."""
        positions = features[..., R.POSITIONS].unflatten(-1, (R.JOINTS, 3))
        root = features[..., R.ROOT_XZ]
        zero = torch.zeros_like(root[..., :1])
        return positions + torch.cat((root[..., :1], zero, root[..., 1:]), dim=-1)[..., None, :]

    def forward_kinematics(self, features: Tensor) -> Tensor:
        """(B, T, 22, 3) metres relative to the pelvis, from the rotations block alone. Features not normalised."""
        world = rotation_matrices(features[..., R.ROTATIONS].unflatten(-1, (R.JOINTS, 6)))
        places = [torch.zeros_like(world[..., 0, :, 0])]
        for joint in range(1, R.JOINTS):
            parent = PARENTS[joint]
            places.append(places[parent] + world[..., parent, :, :] @ self._offsets[joint])
        return torch.stack(places, dim=-2)

    def __call__(
        self, predicted: Tensor, target: Tensor, frame_mask: Tensor, alpha_bar: Tensor
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Total loss and its parts, from normalised x0 (B, T, 207), its truth, frame_mask (B, T), alpha_bar (B,).

        Each part is a mean over the existing frames of each sample, then over samples, so that short and long windows
        weigh alike (method 1.3). The terms in space are faded in with the signal: in pure noise the best x0 is an
        average of many motions, which no body has to fit.
        """
        weight = frame_mask / frame_mask.sum(dim=1, keepdim=True).clamp(min=1)  # (B, T)
        parts: dict[str, Tensor] = {}
        kind = self._config.error
        error = errors(kind, predicted, target)
        for name, block in R.BLOCKS.items():
            parts[name] = (error[..., block].mean(-1) * weight).sum(1).mean()

        signal = alpha_bar.sqrt()[:, None]
        predicted, target = predicted * self._std + self._mean, target * self._std + self._mean
        world, true_world = self.positions_in_world(predicted), self.positions_in_world(target)
        moves = (world[:, 1:] - world[:, :-1]) * (self._fps / _METRES_PER_SECOND)
        true_moves = (true_world[:, 1:] - true_world[:, :-1]) * (self._fps / _METRES_PER_SECOND)
        pair = weight[:, 1:] * frame_mask[:, :-1]
        parts["velocity"] = (errors(kind, moves, true_moves).mean((-1, -2)) * pair).sum(1).mean()

        body = self.forward_kinematics(predicted)
        pelvis_true = true_world[..., :1, :]
        difference = (body - (true_world - pelvis_true)) / _METRES
        parts["forward_kinematics"] = (
            (errors(kind, difference, torch.zeros_like(difference)).mean((-1, -2)) * (weight * signal)).sum(1).mean()
        )

        feet = body[..., FOOT_INDICES, :] + world[..., :1, :]
        slide = (feet[:, 1:] - feet[:, :-1]) * (self._fps / _METRES_PER_SECOND)
        planted = target[..., R.CONTACTS] > 0.5
        planted_both = (planted[:, 1:] & planted[:, :-1]).float()
        sliding = errors(kind, slide, torch.zeros_like(slide)).mean(-1) * planted_both
        parts["foot_contact"] = (sliding.mean(-1) * pair * signal).sum(1).mean()

        total = torch.stack([getattr(self._config, name) * part for name, part in parts.items()]).sum()
        return total, parts
