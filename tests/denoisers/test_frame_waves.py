"""What a prompt says of each frame by its number alone."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from motionmix_core.denoisers.frame_waves import PERIOD, FrameWaves  # noqa: E402


def test_strokes_of_several_prompts_are_learned_apart_where_nothing_else_is_known() -> None:
    torch.manual_seed(0)
    waves = FrameWaves(8, condition_width=6, features=3, width=16)
    prompts = torch.eye(3, 6)  # a wipe across, a slower one up, and one that stays still
    frames = torch.arange(120.0)
    turns = 2 * torch.pi * frames / PERIOD
    wanted = torch.zeros(3, 120, 3)
    wanted[0, :, 0] = 0.8 * torch.sin(5 * turns)
    wanted[1, :, 1] = 0.5 * torch.cos(3 * turns)
    optimiser = torch.optim.Adam(waves.parameters(), lr=2e-2)
    for _ in range(600):
        optimiser.zero_grad()
        (waves(120, prompts) - wanted).square().mean().backward()
        optimiser.step()
    with torch.no_grad():
        said = waves(120, prompts)
    torch.testing.assert_close(said, wanted, rtol=0, atol=0.05)


def test_a_frame_means_the_same_in_windows_of_any_length() -> None:
    waves = FrameWaves(4, condition_width=2, features=5)
    with torch.no_grad():
        waves.out.weight.normal_()
        condition = torch.randn(2, 2)
        torch.testing.assert_close(waves(40, condition), waves(150, condition)[:, :40])


def test_frames_may_be_asked_for_one_by_one_and_gates_may_have_a_hidden_layer() -> None:
    torch.manual_seed(0)
    waves = FrameWaves(4, condition_width=2, features=5, width=12, gate=7)
    condition = torch.randn(3, 2)
    with torch.no_grad():
        assert not waves(9, condition).any(), "begins as nothing added"
        waves.out.weight.normal_()
        torch.testing.assert_close(waves.at(torch.tensor([8, 2]), condition), waves(9, condition)[:, [8, 2]])
        doubled, sums = waves(9, 2 * condition), 2 * waves(9, condition)
    assert (doubled - sums).abs().max() > 1e-3, "prompts are told apart by more than a product"
