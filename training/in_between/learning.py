"""Teaching: gaps of all lengths against what was there, as the LAFAN1 measures count it.

The loss looks at joints' places, standardised, and at world rotations, each as a length over the whole body (L2P, L2Q).
Places follow from rotations to first order, bone by bone: a full forward pass of the skeleton would cost three times
what the network does, and errors are small.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from motionmix_core.editing.gap_network import LONGEST, ROOT_SCALE, TURN_SCALE
from motionmix_core.motion.rotations import quat_apply, quat_inv, quat_mul, quat_to_axis_angle, quat_to_matrix
from motionmix_core.motion.skeleton import PARENTS
from training.in_between.gaps import Gaps, GapSampler
from training.in_between.network import COURSE, GapNetworkConfig, TorchGapNetwork

SHORTEST = 3


@dataclass(frozen=True)
class Lessons:
    """How long and how fast. frames: of a gap, that the loss looks at. longest: of the gaps, missing frames."""

    steps: int = 8000
    batch: int = 160
    frames: int = 10
    longest: int = LONGEST
    learning_rate: float = 1e-3
    weight_decay: float = 0.05
    ema: float = 0.998
    seed: int = 0


class GapLoss:
    """Distance of places and of rotations, lengths over the body, mean over gaps and frames."""

    def __init__(self, spread: np.ndarray) -> None:
        """spread: (22, 3) metres that count as one."""
        self._spread = torch.from_numpy(spread.astype(np.float32))
        chain = np.zeros((22, 21), np.float32)
        for joint in range(1, 22):
            chain[joint] = chain[PARENTS[joint]]
            chain[joint, joint - 1] = 1
        self._chain = torch.from_numpy(chain)
        self._parents = list(PARENTS[1:])

    def __call__(self, waves: Tensor, gaps: Gaps) -> tuple[Tensor, Tensor]:
        """waves (B, WAVES, 69) as the network gives them -> (places, rotations)."""
        view, at = gaps.view, gaps.frames
        shape = torch.from_numpy(view.waves()[:, at].astype(np.float32))
        scale = torch.tensor([ROOT_SCALE] * 3 + [TURN_SCALE] * 66)
        course = torch.from_numpy(view.curve()[:, at].astype(np.float32)) + shape @ waves * scale
        off = course - torch.from_numpy(self._truth(gaps))
        basis = torch.from_numpy(quat_to_matrix(view.rotations[:, view.last]).astype(np.float32))
        turned = torch.einsum("bjxy,bkjy->bkjx", basis, off[..., 3:].unflatten(-1, (22, 3)))
        facing = torch.from_numpy(quat_to_matrix(view.facing()).astype(np.float32))
        moved = torch.einsum("bxy,bky->bkx", facing, off[..., :3])
        places = torch.from_numpy(gaps.positions)
        bones = places[..., 1:, :] - places[..., self._parents, :]
        swung = torch.linalg.cross(turned[..., self._parents, :], bones)
        errors = (moved[..., None, :] + self._chain @ swung) / self._spread
        place = (errors.square().sum((-1, -2)) + 1e-4).sqrt().mean()
        return place, ((turned * 0.5).square().sum((-1, -2)) + 1e-5).sqrt().mean()

    @staticmethod
    def _truth(gaps: Gaps) -> np.ndarray:
        """(B, K, 69) the true course."""
        view = gaps.view
        pose = view.rotations[:, view.last, None]
        turns = quat_to_axis_angle(quat_mul(quat_inv(pose), gaps.rotations))
        steps = quat_apply(quat_inv(view.facing())[:, None], gaps.root - view.root[:, view.last, None])
        return np.concatenate((steps, turns.reshape(*steps.shape[:2], -1)), axis=-1).astype(np.float32)


def taught(
    sampler: GapSampler,
    lessons: Lessons,
    on_step: Callable[[int, TorchGapNetwork], None] = lambda step, network: None,
    start: TorchGapNetwork | None = None,
) -> TorchGapNetwork:
    """A network after all lessons: the mean of its last weights. The same for the same seed.

    on_step: told the number of steps done and the mean, after each. start: a network to go on with; None = a new one.
    """
    rng = np.random.default_rng(lessons.seed)
    torch.manual_seed(lessons.seed)
    network = start or _new(sampler, rng, lessons.longest)
    mean = copy.deepcopy(network).eval().requires_grad_(False)
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=lessons.learning_rate, weight_decay=lessons.weight_decay, fused=True
    )
    loss = GapLoss(sampler.spread(rng))
    for step in range(lessons.steps):
        for group in optimiser.param_groups:
            done = step / lessons.steps
            group["lr"] = lessons.learning_rate * min(1, step / 100) * (0.01 + 0.495 * (1 + math.cos(math.pi * done)))
        missing = round(float(np.exp(rng.uniform(np.log(SHORTEST), np.log(lessons.longest)))))
        gaps = sampler.batch(rng, lessons.batch, missing, lessons.frames)
        place, turn = loss(network(torch.from_numpy(gaps.view.numbers())), gaps)
        optimiser.zero_grad(set_to_none=True)
        # short gaps are missed by less, and matter as much
        ((place + 3 * turn) * (15 / missing) ** 0.7).backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        share = 1 - min(lessons.ema, (1 + step) / (10 + step))
        torch._foreach_lerp_(list(mean.parameters()), list(network.parameters()), share)
        on_step(step + 1, mean)
    return mean


def _new(sampler: GapSampler, rng: np.random.Generator, longest: int) -> TorchGapNetwork:
    lengths = [round(float(n)) for n in np.geomspace(SHORTEST, longest, 8)]
    seen = np.concatenate([sampler.batch(rng, 256, n, 1).view.numbers() for n in lengths])
    network = TorchGapNetwork(GapNetworkConfig(seen.shape[1]))
    network.mean.copy_(torch.from_numpy(seen.mean(axis=0)))
    network.std.copy_(torch.from_numpy(np.maximum(seen.std(axis=0), 0.05)))
    return network


@torch.no_grad()
def against_curves(network: TorchGapNetwork, sampler: GapSampler, lengths: tuple[int, ...] = (5, 15, 30)) -> str:
    """The loss of gaps of some lengths, past motion and one target pose, over that of plain curves."""
    loss, parts = GapLoss(sampler.spread(np.random.default_rng(0))), []
    for missing in lengths:
        gaps = sampler.batch(np.random.default_rng(missing), 512, missing, 10, (True, False))
        waves = network(torch.from_numpy(gaps.view.numbers()))
        made, plain = loss(waves, gaps), loss(torch.zeros(len(waves), waves.shape[1], COURSE), gaps)
        parts.append(f"{missing}: {made[0] / plain[0]:.3f} {made[1] / plain[1]:.3f}")
    return "  ".join(parts)
