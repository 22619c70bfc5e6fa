"""Blends of two gaps (Zhang et al. 2018, mixup): what lies between two examples is taught, too."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from training.in_between.bank import Bank

BLENDED = 0.5
"""Share of the gaps that are blended with another one."""
SHARES = 0.4
"""Of the beta distribution of a blend's shares: mostly one gap with a little of the other."""


def blended(rng: np.random.Generator, gaps: Bank) -> Bank:
    """Each gap a blend of itself and another of these, inputs and truth alike."""
    size = len(gaps)
    other = torch.from_numpy(rng.permutation(size))
    shares = np.where(rng.random(size) < BLENDED, rng.beta(SHARES, SHARES, size), 1.0)
    share = torch.from_numpy(shares.astype(np.float32))

    def blend(values: Tensor) -> Tensor:
        return torch.lerp(values[other].float(), values.float(), share.view(-1, *[1] * (values.ndim - 1)))

    tokens = replace(gaps.tokens, known=blend(gaps.tokens.known), curve=blend(gaps.tokens.curve))
    off, turns, bones = (blend(values) for values in (gaps.off, gaps.turns, gaps.bones))
    return replace(gaps, tokens=tokens, off=off, turns=turns, bones=bones)
