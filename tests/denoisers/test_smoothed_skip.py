"""The smoothed way past the network's blocks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from motionmix_core.denoisers.motion_transformer import MotionTransformer, MotionTransformerConfig  # noqa: E402
from motionmix_core.denoisers.smoothed_skip import SmoothedSkip  # noqa: E402

FEATURES = 3


def open_gate(width: float) -> SmoothedSkip:
    """A skip that adds the mean over one window, whole."""
    skip = SmoothedSkip((width,), 4, FEATURES)
    with torch.no_grad():
        skip.gate.bias.fill_(1.0)
    return skip


def passed(skip: SmoothedSkip, x: Any, observed: Any = None, there: Any = None) -> Any:
    observed = torch.zeros_like(x) if observed is None else observed
    there = torch.ones(x.shape[:2]) if there is None else there
    with torch.no_grad():
        return skip(x, observed, there, torch.zeros(len(x), 4))


def test_a_new_skip_and_new_waves_change_nothing() -> None:
    config = MotionTransformerConfig(width=24, layers=1, heads=2, condition_width=16, mlp_ratio=2)
    torch.manual_seed(0)
    plain = MotionTransformer(config)
    with torch.no_grad():
        plain.motion_out.bias.normal_()
    skipping = MotionTransformer(replace(config, skip_widths=(0.0, 2.0), frame_waves=4))
    skipping.load_state_dict({**skipping.state_dict(), **plain.state_dict()})
    x = torch.randn(2, 8, 207)
    text = (torch.randn(2, 3, 384), torch.ones(2, 3), torch.randn(2, 384))
    told = (torch.zeros_like(x), torch.full((2,), 0.5), *text, torch.ones(2, 8))
    with torch.no_grad():
        torch.testing.assert_close(skipping(x, *told), plain(x, *told), rtol=0, atol=0)


@pytest.mark.parametrize("width", [0.0, 1.5, 10.0])
def test_what_stands_still_passes_whole_up_to_the_ends(width: float) -> None:
    x = torch.tensor([1.0, -2.0, 0.5]).expand(1, 20, FEATURES)
    torch.testing.assert_close(passed(open_gate(width), x), x, rtol=1e-5, atol=1e-5)


def test_noise_is_averaged_away_and_a_slow_swing_is_kept() -> None:
    frames, width = torch.arange(400.0), 4.0
    swing = torch.sin(2 * torch.pi * frames / 60)[None, :, None].expand(1, -1, FEATURES)
    noise = torch.randn(1, 400, FEATURES, generator=torch.Generator().manual_seed(0))
    inner = slice(40, -40)
    kept = passed(open_gate(width), swing)[:, inner]
    factor = torch.exp(torch.tensor(-2 * (torch.pi * width / 60) ** 2))  # a Gaussian window's answer to that frequency
    torch.testing.assert_close(kept, factor * swing[:, inner], rtol=0, atol=1e-3)
    left = passed(open_gate(width), noise)[:, inner].std()
    assert left == pytest.approx((4 * torch.pi * width**2) ** -0.25, rel=0.15)


def test_frames_that_do_not_exist_are_not_read() -> None:
    x = torch.randn(1, 12, FEATURES)
    there = (torch.arange(12) < 7).float()[None]
    other = torch.where(there[..., None] > 0, x, torch.full_like(x, 100.0))
    skip = open_gate(3.0)
    torch.testing.assert_close(passed(skip, x, there=there)[:, :7], passed(skip, other, there=there)[:, :7])


def test_given_values_count_for_more_than_noisy_ones() -> None:
    x = torch.zeros(1, 11, FEATURES)
    x[:, 5] = 1.0
    observed = torch.zeros_like(x)
    observed[:, 5] = 1.0
    skip = open_gate(2.0)
    assert (passed(skip, x, observed)[:, 4] > 2 * passed(skip, x)[:, 4]).all()


def test_windows_need_a_width() -> None:
    for widths in ((), (-1.0,), (float("nan"),)):
        with pytest.raises(ValueError, match="widths"):
            SmoothedSkip(widths, 4, FEATURES)
