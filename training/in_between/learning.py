"""Teaching: gaps of all lengths against what was there, as the LAFAN1 measures count it.

The loss looks at joints' places, standardised, and at world rotations, each as a length over the whole body (L2P, L2Q),
and over what the plain curve misses by in gaps of that length: that ratio is what is reported.
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
from motionmix_core.motion.skeleton import PARENTS
from training.in_between.bank import Bank, filled, joined, worked_out
from training.in_between.gaps import GapSampler
from training.in_between.network import GapNetworkConfig, TorchGapNetwork, with_dropout

SHORTEST = 3
MEAN_EVERY = 5
HELD_OUT_LENGTHS = (5, 15, 30, 45)
_SOLVED = 4.0  # missing frames: of shorter gaps even the truth is half noise


@dataclass(frozen=True)
class Lessons:
    """How long and how fast.

    gaps: that are worked out; frames: of a gap, that are worked out; looked_at: of these, drawn anew for each step, by
    the loss; longest: of the gaps, missing frames; falling: last share of the steps, in which the rate falls to
    nothing; dropout: of a network's inner numbers; bf16: products in bfloat16, twice as fast where the processor knows
    them (the same for the same seed on one machine).
    """

    steps: int = 10000
    batch: int = 512
    gaps: int = 200_000
    frames: int = 6
    looked_at: int = 6
    longest: int = LONGEST
    learning_rate: float = 1e-3
    falling: float = 0.4
    weight_decay: float = 0.05
    ema: float = 0.998
    dropout: float = 0.0
    seed: int = 0
    bf16: bool = False


class GapLoss:
    """Distance of places and of rotations, lengths over the body."""

    def __init__(self, spread: np.ndarray) -> None:
        """spread: (22, 3) metres that count as one."""
        self._spread = torch.from_numpy(spread.astype(np.float32))
        chain = np.zeros((22, 21), np.float32)
        for joint in range(1, 22):
            chain[joint] = chain[PARENTS[joint]]
            chain[joint, joint - 1] = 1
        self._chain = torch.from_numpy(chain)
        self._parents = list(PARENTS[1:])
        self._scale = torch.tensor([ROOT_SCALE] * 3 + [TURN_SCALE] * 66)

    def __call__(self, waves: Tensor | None, gaps: Bank) -> tuple[Tensor, Tensor]:
        """waves (B, WAVES, 69) as the network gives them, None = the plain curve -> (B,) places, (B,) rotations."""
        off = gaps.off if waves is None else gaps.off + gaps.waves @ (waves * self._scale)
        turned = (gaps.turns * off[..., 3:].unflatten(-1, (22, 1, 3))).sum(-1)
        swung = torch.linalg.cross(turned[..., self._parents, :], gaps.bones)
        errors = (off[..., None, :3] + self._chain @ swung) / self._spread
        place = (errors.square().sum((-1, -2)) + 1e-4).sqrt().mean(1)
        return place, ((turned * 0.5).square().sum((-1, -2)) + 1e-5).sqrt().mean(1)


class Weights:
    """How much a gap's loss counts: by its length, so that ratios to the plain curve are what is brought down."""

    def __init__(self, loss: GapLoss, bank: Bank) -> None:
        some = bank.chosen(torch.linspace(0, len(bank) - 1, min(len(bank), 20_000)).long())
        lengths = some.missing + 1
        powers = []
        for missed in loss(None, some):  # grows as a power of the length, nearly
            degree = min(1, len(lengths.unique()) - 1)
            level, slope = (*np.polyfit(lengths.log().numpy(), missed.log().numpy(), degree)[::-1], 0.0)[:2]
            powers.append((float(slope), float(level)))
        self._powers = powers

    def __call__(self, missing: Tensor) -> tuple[Tensor, Tensor]:
        """(B,) missing frames -> (B,), (B,) weights of places and rotations."""
        trusted, lengths = missing / (missing + _SOLVED), (missing + 1).log()
        places, turns = (trusted * torch.exp(-slope * lengths - level) for slope, level in self._powers)
        return places, turns


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
    loss = GapLoss(sampler.spread(rng))
    bank = filled(sampler, rng, lessons.gaps, (SHORTEST, lessons.longest), lessons.frames)
    network = with_dropout(start or _new(bank), lessons.dropout).train()
    weights = Weights(loss, bank)
    mean = copy.deepcopy(network).eval().requires_grad_(False)
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=lessons.learning_rate, weight_decay=lessons.weight_decay, fused=True
    )
    for step in range(lessons.steps):
        left = min(1.0, (lessons.steps - step) / (lessons.falling * lessons.steps))
        for group in optimiser.param_groups:
            group["lr"] = lessons.learning_rate * min(1, step / 100) * 0.5 * (1 - math.cos(math.pi * left))
        looked_at = np.sort(rng.permutation(lessons.frames)[: lessons.looked_at])
        gaps = bank.chosen(torch.from_numpy(rng.integers(0, len(bank), lessons.batch)), torch.from_numpy(looked_at))
        with torch.autocast("cpu", torch.bfloat16, enabled=lessons.bf16):
            waves = network(gaps.numbers)
        place, turn = (
            (missed * weight).mean()
            for missed, weight in zip(loss(waves.float(), gaps), weights(gaps.missing), strict=True)
        )
        optimiser.zero_grad(set_to_none=True)
        (place + turn).backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        if step % MEAN_EVERY == 0 or step == lessons.steps - 1:
            share = 1 - min(lessons.ema**MEAN_EVERY, (1 + step) / (10 + step))
            torch._foreach_lerp_(list(mean.parameters()), list(network.parameters()), share)
        on_step(step + 1, mean)
    return mean


def _new(bank: Bank) -> TorchGapNetwork:
    some = bank.numbers[:: max(1, len(bank) // 20_000)].float()
    network = TorchGapNetwork(GapNetworkConfig(some.shape[1]))
    network.mean.copy_(some.mean(dim=0))
    network.std.copy_(some.std(dim=0).clamp(min=0.05))
    return network


class AgainstCurves:
    """The loss of gaps of some lengths, past motion and one target pose, over that of plain curves."""

    def __init__(self, sampler: GapSampler, lengths: tuple[int, ...] = HELD_OUT_LENGTHS, count: int = 512) -> None:
        self._loss = GapLoss(sampler.spread(np.random.default_rng(0)))
        self._lengths = lengths
        self._gaps = joined(
            [worked_out(sampler.batch(np.random.default_rng(n), count, n, 10, (True, False))) for n in lengths]
        )

    @torch.no_grad()
    def __call__(self, network: TorchGapNetwork) -> str:
        """Places and rotations, 1 = as far off as the plain curve, by length."""
        parts = []
        for missing in self._lengths:
            gaps = self._gaps.chosen(torch.nonzero(self._gaps.missing == missing).ravel())
            made, plain = self._loss(network(gaps.numbers), gaps), self._loss(None, gaps)
            place, turn = (float(a.mean() / b.mean()) for a, b in zip(made, plain, strict=True))
            parts.append(f"{missing}: {place:.3f} {turn:.3f}")
        return "  ".join(parts)
