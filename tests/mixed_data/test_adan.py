"""Adan against its formula by hand, and on a problem that it must solve."""

from __future__ import annotations

import pytest
import torch

from motionmix_core.mixed_data.adan import Adan


def test_two_steps_by_hand():
    """w = 1, gradients 2 and 3, lr 0.1, betas .5 .5 .5, decay .1."""
    w = torch.nn.Parameter(torch.tensor([1.0]))
    optimiser = Adan([w], lr=0.1, betas=(0.5, 0.5, 0.5), eps=1e-12, weight_decay=0.1)
    w.grad = torch.tensor([2.0])
    optimiser.step()
    # m = 1 / .5 = 2, v = 0, n = 2 / .5 = 4: a step of .1 * 2 / 2, then the decay
    first = (1 - 0.1) / 1.01
    torch.testing.assert_close(w.detach(), torch.tensor([first]))
    w.grad = torch.tensor([3.0])
    optimiser.step()
    # change 1; m = (1 + 3) / 2 = 2 -> / .75; v = .5 -> / .75; n = (2 + 12.25 ) / 2 -> / .75
    m, v, n = 2 / 0.75, 0.5 / 0.75, (2 + 3.5**2) / 2 / 0.75
    second = (first - 0.1 * (m + 0.5 * v) / n**0.5) / 1.01
    torch.testing.assert_close(w.detach(), torch.tensor([second]))


def test_it_descends_and_its_state_can_be_saved():
    torch.manual_seed(0)
    target, w = torch.randn(20), torch.nn.Parameter(torch.zeros(20))
    optimiser = Adan([w], lr=0.05, weight_decay=0.0)
    for step in range(400):
        if step == 200:  # as if killed here
            kept = torch.nn.Parameter(w.detach().clone())
            state = optimiser.state_dict()
            w, optimiser = kept, Adan([kept], lr=0.05, weight_decay=0.0)
            optimiser.load_state_dict(state)
        loss = (w - target).square().sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert (w - target).abs().max() < 0.02


def test_impossible_settings():
    w = torch.nn.Parameter(torch.zeros(1))
    for wrong in ({"lr": -1.0}, {"betas": (0.0, 0.1, 0.1)}, {"weight_decay": -1.0}):
        with pytest.raises(ValueError, match="Adan needs"):
            Adan([w], **wrong)
