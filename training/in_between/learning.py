"""Teaching: gaps of all lengths against what was there, as the LAFAN1 measures count it.

The loss looks at joints' places, standardised, and at world rotations, each as a length over the whole body (L2P, L2Q),
and over what the plain curve misses by in gaps of that length: that ratio is what is reported.
Places follow from rotations to first order, bone by bone: a full forward pass of the skeleton would cost three times
what the network does, and errors are small.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from motionmix_core.editing.gap_network import LONGEST, ROOT_SCALE, TURN_SCALE
from motionmix_core.editing.gap_tokens import POSE
from motionmix_core.motion.skeleton import PARENTS
from training.in_between.bank import Bank, filled, worked_out
from training.in_between.blends import blended
from training.in_between.gaps import GapSampler
from training.in_between.network import GapNetworkConfig, TorchGapNetwork

SHORTEST = 3
MEAN_EVERY = 5
WARM_UP = 300
HELD_OUT_LENGTHS = (5, 15, 30, 45)
_SOLVED = 4.0  # missing frames: of shorter gaps even the truth is half noise


@dataclass(frozen=True)
class Lessons:
    """How long and how fast.

    gaps: that are worked out; frames: of a gap, that are worked out; longest: of the gaps, missing frames. steady:
    first share of the steps, before the rate begins to fall to nothing. blend: whether blends of gaps are learned from,
    too. bf16: products in bfloat16, twice as fast where the processor knows them (the same for the same seed on one
    machine).
    """

    steps: int = 16000
    batch: int = 192
    gaps: int = 250_000
    frames: int = 6
    longest: int = LONGEST
    learning_rate: float = 8e-4
    steady: float = 0.1
    weight_decay: float = 0.05
    ema: float = 0.999
    seed: int = 0
    blend: bool = True
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

    def __call__(self, bent: Tensor | None, gaps: Bank) -> tuple[Tensor, Tensor]:
        """bent (B, K, 69) as the network gives it, None = the plain curve -> (B,) places, (B,) rotations."""
        off = gaps.off if bent is None else gaps.off + gaps.bends @ (bent * self._scale)
        turned = (gaps.turns * off[..., 3:].unflatten(-1, (22, 1, 3))).sum(-1)
        swung = torch.linalg.cross(turned[..., self._parents, :], gaps.bones)
        errors = (off[..., None, :3] + self._chain @ swung) / self._spread
        place = (errors.square().sum((-1, -2)) + 1e-4).sqrt().mean(1)
        return place, ((turned * 0.5).square().sum((-1, -2)) + 1e-5).sqrt().mean(1)


class Weights:
    """How much a gap's loss counts: by its length, so that ratios to the plain curve are what is brought down."""

    def __init__(self, loss: GapLoss, banks: Sequence[Bank]) -> None:
        lengths = np.log([bank.missing + 1 for bank in banks])
        missed = np.array(
            [[float(m.log().mean()) for m in loss(None, bank.chosen(torch.arange(len(bank))))] for bank in banks]
        )
        degree = min(1, len(np.unique(lengths)) - 1)  # grows as a power of the length, nearly
        self._powers = [(*np.polyfit(lengths, side, degree)[::-1], 0.0)[:2] for side in missed.T]

    def __call__(self, missing: int) -> tuple[float, float]:
        """Of places and rotations in gaps of so many missing frames."""
        trusted, length = missing / (missing + _SOLVED), np.log(missing + 1)
        places, turns = (float(trusted * np.exp(-slope * length - level)) for level, slope in self._powers)
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
    banks = filled(sampler, rng, lessons.gaps, (SHORTEST, lessons.longest), lessons.frames)
    network = (copy.deepcopy(start) if start else _new(banks)).train()
    weights = Weights(loss, banks)
    mean = copy.deepcopy(network).eval().requires_grad_(False)
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=lessons.learning_rate, betas=(0.9, 0.98), weight_decay=lessons.weight_decay, fused=True
    )
    for step in range(lessons.steps):
        fallen = max(0.0, (step / lessons.steps - lessons.steady) / (1 - lessons.steady))
        for group in optimiser.param_groups:
            group["lr"] = lessons.learning_rate * min(1, step / WARM_UP) * 0.5 * (1 + math.cos(math.pi * fallen))
        bank = banks[rng.integers(len(banks))]
        gaps = bank.chosen(torch.from_numpy(rng.integers(0, len(bank), lessons.batch)))
        if lessons.blend:
            gaps = blended(rng, gaps)
        with torch.autocast("cpu", torch.bfloat16, enabled=lessons.bf16):
            bent = network(gaps.tokens)
        (place, turn), (of_places, of_turns) = loss(bent.float(), gaps), weights(gaps.missing)
        optimiser.zero_grad(set_to_none=True)
        (of_places * place.mean() + of_turns * turn.mean()).backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        if step % MEAN_EVERY == 0 or step == lessons.steps - 1:
            share = 1 - min(lessons.ema**MEAN_EVERY, (1 + step) / (10 + step))
            torch._foreach_lerp_(list(mean.parameters()), list(network.parameters()), share)
        on_step(step + 1, mean)
    return mean


def _new(banks: Sequence[Bank]) -> TorchGapNetwork:
    network = TorchGapNetwork(GapNetworkConfig())
    some = torch.cat([bank.tokens.known[::32, :, :POSE].flatten(0, 1) for bank in banks]).float()
    network.mean.copy_(some.mean(dim=0))
    network.std.copy_(some.std(dim=0).clamp(min=0.05))
    return network


class AgainstCurves:
    """The loss of gaps of some lengths, past motion and one target pose, over that of plain curves."""

    def __init__(self, sampler: GapSampler, lengths: tuple[int, ...] = HELD_OUT_LENGTHS, count: int = 512) -> None:
        self._loss = GapLoss(sampler.spread(np.random.default_rng(0)))
        self._banks = [
            worked_out(sampler.batch(np.random.default_rng(n), count, n, 10, (True, False))) for n in lengths
        ]

    @torch.no_grad()
    def __call__(self, *members: TorchGapNetwork) -> str:
        """Places and rotations of the mean answer, 1 = as far off as the plain curve, by length."""
        parts = []
        for bank in self._banks:
            gaps = bank.chosen(torch.arange(len(bank)))
            answers = torch.stack([member(gaps.tokens) for member in members])
            made, plain = self._loss(answers.mean(dim=0), gaps), self._loss(None, gaps)
            place, turn = (float(a.mean() / b.mean()) for a, b in zip(made, plain, strict=True))
            parts.append(f"{bank.missing}: {place:.3f} {turn:.3f}")
        return "  ".join(parts)
