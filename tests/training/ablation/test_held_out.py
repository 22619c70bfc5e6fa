"""Held-out losses that don't depend on the units an arm works in."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

import torch
from torch import Tensor, nn

from motionmix_core.representation.default import Normaliser
from tests.mixed_data import small_run
from training.ablation.held_out import HeldOut

BANDS = (0.1, 0.3, 0.5, 0.7, 0.9)


class Guess(nn.Module):
    """Gives the same pose always, in the units of a normaliser; moved by what the text says."""

    def __init__(self, pose: np.ndarray, normaliser: Normaliser, reads: bool = False) -> None:
        super().__init__()
        self.pose = torch.from_numpy(normaliser.normalise(pose.astype(np.float32)))
        self.reads = reads

    def forward(self, x: Tensor, mask: Tensor, level: Tensor, tokens: Tensor, *rest: Tensor) -> Tensor:
        """(B, T, 207) as asked for."""
        told = tokens.mean(dim=(1, 2))[:, None, None] if self.reads else 0.0
        return self.pose.expand_as(x) + told


@pytest.fixture(scope="module")
def held_out(tmp_path_factory: pytest.TempPathFactory) -> HeldOut:
    cache = small_run.write_cache(tmp_path_factory.mktemp("cache"))
    return HeldOut.of(cache, small_run.text_bank(), small_run.CONFIG, "both", 2)


def test_the_units_of_an_arm_change_nothing(held_out: HeldOut) -> None:
    own = held_out.normaliser
    other = Normaliser(own.mean + 0.3, own.std * 1.7)
    pose = own.mean.copy()
    first = held_out.losses(Guess(pose, own), own)
    second = held_out.losses(Guess(pose, other), other)
    bands = {f"{name}@{b}" for name in ("loss", "error") for b in BANDS}
    assert set(first) == bands | {"text gain@0.9", "slide@0.5", "jerk@0.5"}
    for name in first:
        assert second[name] == pytest.approx(first[name], rel=1e-3, abs=1e-5)
    assert first["text gain@0.9"] == pytest.approx(0.0, abs=1e-7)  # it doesn't read


def test_a_guess_that_is_further_off_scores_worse(held_out: HeldOut) -> None:
    own = held_out.normaliser
    near = held_out.losses(Guess(own.mean, own), own)
    moved = own.mean.copy()
    moved[5:71] += 1.0  # all joints a metre along every axis
    far = held_out.losses(Guess(moved, own), own)
    assert all(far[f"error@{b}"] > near[f"error@{b}"] + 1.0 for b in BANDS)
    assert all(far[f"loss@{b}"] > near[f"loss@{b}"] for b in BANDS)
