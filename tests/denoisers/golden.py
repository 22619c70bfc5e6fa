"""The hash that fills weights and inputs of the golden-number tests, and how outputs are compared.

Every weight is a function of (its key's place in the sorted state dict, its flat index), so anybody can rebuild the
networks without a checkpoint.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import torch
from torch import nn

NORM_KEYS = ("text_ln.weight", "non_attn_cond_projection.0.weight")
SKIPPED = (".pe", "rotary.freqs")
Network = TypeVar("Network", bound=nn.Module)


def hashed(count: int, k: int) -> np.ndarray:
    """H(0..count-1, k), float64 in [-1, 1)."""
    v = np.arange(count, dtype=np.uint32)  # array products wrap at 2^32, as the hash wants
    v *= np.uint32(2654435761)
    v += np.uint32((k * 40503 + 12345) % 2**32)
    for shift, factor in ((16, 2246822519), (13, 3266489917)):
        v ^= v >> np.uint32(shift)
        v *= np.uint32(factor)
    v ^= v >> np.uint32(16)
    return v.astype(np.float64) / 2.0**31 - 1.0


def inputs(shape: tuple[int, ...], k: int) -> torch.Tensor:
    """1.7 H(i, k), float32 of `shape` in C order."""
    return torch.from_numpy((1.7 * hashed(int(np.prod(shape)), k)).astype(np.float32).reshape(shape))


def fill(network: Network) -> Network:
    """Give every weight its golden value; returns the network in eval mode."""
    state = network.state_dict()
    keys = sorted(key for key in state if not key.endswith(SKIPPED))
    for k, key in enumerate(keys):
        value = 0.06 * hashed(state[key].numel(), k)
        if (key.endswith(".weight") and "norm" in key) or key in NORM_KEYS or key.endswith(NORM_KEYS):
            value = value + 1.0
        state[key].copy_(torch.from_numpy(value.astype(np.float32).reshape(state[key].shape)))
    return network.eval()


def summary(output: torch.Tensor) -> tuple[float, float, float, float, float]:
    """first, last, mean, std (of the sample), L2 norm."""
    flat = output.detach().double().flatten()
    return tuple(float(v) for v in (flat[0], flat[-1], flat.mean(), flat.std(), flat.norm()))  # type: ignore[return-value]


def assert_golden(output: torch.Tensor, expected: tuple[float, ...], relative: float = 1e-4) -> None:
    """Compare with printed digits: `relative`, plus half a unit of the last digit printed (1e-6)."""
    np.testing.assert_allclose(summary(output), expected, rtol=relative, atol=1e-6)
