"""`python -m training.in_between.data_size`: how far held-out gaps are missed by, by how many clips were learned from.

A learner that needs no steps (ridge regression on random features of what the gap network is told) is taught with
quarters of the training clips; so the curve is of data alone. Errors are over a plain curve's, as in training.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from motionmix_core.editing.gap_network import ROOT_SCALE, TURN_SCALE
from motionmix_core.errors import MotionMixError
from training.evaluation.clip_cache import DEFAULT_CACHE, ClipCache, open_cache
from training.in_between.bank import TOGETHER, Bank, worked_out
from training.in_between.gaps import GapSampler
from training.in_between.learning import GapLoss

PARTS = 4
FEATURES = 1536
RIDGES = (30.0, 300.0, 3000.0, 30000.0)
HELD_OUT = 1024
_NEARLY_NOTHING = 0.02


class RandomFeatures:
    """What gaps of one length show, as it is and through random rectified units: (B, 1 + N + width)."""

    def __init__(self, banks: Sequence[Bank], width: int = FEATURES, seed: int = 0) -> None:
        numbers = torch.cat([_numbers(bank) for bank in banks])
        self._mean, self._std = numbers.mean(0), numbers.std(0).clamp(min=0.05)
        draw = torch.Generator().manual_seed(seed)
        self._weights = torch.randn((numbers.shape[1], width), generator=draw) / numbers.shape[1] ** 0.5
        self._bias = torch.randn(width, generator=draw)

    def __call__(self, bank: Bank) -> Tensor:
        """Of the gaps of a bank."""
        seen = (_numbers(bank) - self._mean) / self._std
        return torch.cat((torch.ones(len(seen), 1), seen, (seen @ self._weights + self._bias).relu()), dim=1)


def _numbers(bank: Bank) -> Tensor:
    return bank.tokens.known.float().flatten(1)


def corrections(bank: Bank) -> Tensor:
    """(B, K * 69) the corrections that lead nearest to the truth where it is known, small ones where it isn't."""
    bends, off = bank.bends, bank.off.float()
    gram = bends.mT @ bends + _NEARLY_NOTHING * torch.eye(bends.shape[-1])
    scale = torch.tensor([ROOT_SCALE] * 3 + [TURN_SCALE] * 66)
    return (-torch.linalg.solve(gram, bends.mT @ off) / scale).flatten(1)


def products(features: RandomFeatures, banks: Sequence[Bank]) -> tuple[Tensor, Tensor]:
    """What ridge regression needs of some gaps; those of several parts add up."""
    parts = [(features(bank), corrections(bank)) for bank in banks]
    gram, targets = (
        torch.stack(list(side)).sum(0) for side in zip(*((s.T @ s, s.T @ c) for s, c in parts), strict=True)
    )
    return gram, targets


def missed(loss: GapLoss, features: RandomFeatures, banks: Sequence[Bank], solution: Tensor) -> NDArray[np.float64]:
    """Places and rotations, over the plain curve's."""
    sums = np.zeros((2, 2))
    for bank in banks:
        gaps = bank.chosen(torch.arange(len(bank)))
        bent = (features(bank) @ solution).unflatten(1, (gaps.bends.shape[-1], -1))
        sums += [[float(side.sum()) for side in loss(answer, gaps)] for answer in (bent, None)]
    return np.asarray(sums[0] / sums[1])


def parts_of(cache: ClipCache) -> list[ClipCache]:
    """The training clips in PARTS parts, nearly alike in frames."""
    clips = [clip for clip in cache.ids("train") if cache.clips[clip]["shippable"]]
    order = np.random.default_rng(0).permutation(len(clips))
    return [
        replace(cache, clips={clips[i]: cache.clips[clips[i]] for i in order[part::PARTS]}) for part in range(PARTS)
    ]


def curve(cache: ClipCache, missing: int, gaps: int, width: int = FEATURES) -> list[tuple[float, NDArray[np.float64]]]:
    """(share of the clips, held-out errors of places and rotations, means over the ways to choose so many parts).

    missing: frames of the gaps; gaps: of each part; width: random features. The ridge is the best on held-out
    clips for each share.
    """
    rng = np.random.default_rng(0)
    samplers = [GapSampler(part, "train", (1.0,)) for part in parts_of(cache)]
    banks = [_filled(sampler, rng, gaps, missing) for sampler in samplers]
    held_out = _filled(GapSampler(cache, "val", (1.0,)), rng, min(gaps, HELD_OUT), missing)
    loss = GapLoss(samplers[0].spread(rng))
    features = RandomFeatures([bank for part in banks for bank in part], width)
    sums = [products(features, bank) for bank in banks]
    found = []
    for count in (1, 2, PARTS):
        errors = []
        for chosen in combinations(range(PARTS), count):
            gram, targets = (torch.stack([sums[part][k] for part in chosen]).sum(0) for k in range(2))
            solved = (torch.linalg.solve(gram + ridge * torch.eye(len(gram)), targets) for ridge in RIDGES)
            errors.append([missed(loss, features, held_out, solution) for solution in solved])
        means = np.mean(errors, axis=0)
        found.append((count / PARTS, means[means.sum(axis=1).argmin()]))
    return found


def _filled(sampler: GapSampler, rng: np.random.Generator, count: int, missing: int) -> list[Bank]:
    sizes = [TOGETHER] * (count // TOGETHER) + [count % TOGETHER] * bool(count % TOGETHER)
    return [worked_out(sampler.batch(rng, size, missing, 8, (True, False))) for size in sizes]


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line; returns the exit status (2 for missing data)."""
    parser = argparse.ArgumentParser(
        prog="python -m training.in_between.data_size", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE, help="prepared motion")
    parser.add_argument("--missing", type=int, default=15, help="frames of the gaps")
    parser.add_argument("--gaps", type=int, default=8192, help="that each quarter of the clips yields")
    arguments = parser.parse_args(argv)
    torch.set_num_threads(1)
    try:
        found = curve(open_cache(arguments.cache), arguments.missing, arguments.gaps)
    except MotionMixError as error:
        print(f"data_size: {error}", file=sys.stderr)
        return 2
    for share, (places, turns) in found:
        print(f"{share:4.0%} of the clips  places {places:.3f}  rotations {turns:.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
