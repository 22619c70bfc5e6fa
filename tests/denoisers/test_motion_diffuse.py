"""The MotionDiffuse-style network against golden numbers (method 7, case L), and what it promises."""

from __future__ import annotations

import math

import pytest
import torch

from motionmix_core.denoisers.motion_diffuse import (
    ClipTokens,
    EncodedText,
    MotionDiffuse,
    MotionDiffuseConfig,
    as_predictor,
    time_sinusoid,
)
from motionmix_core.diffusion import from_epsilon, linear_schedule, sample
from motionmix_core.errors import RequestError
from tests.denoisers.golden import assert_golden, hashed, inputs

SMALL = MotionDiffuseConfig(
    features=20, frames=30, width=32, feedforward=64, layers=2, heads=4, style_width=64, text_width=16, text_layers=1
)

# The golden weights are numbered by the sorted names of the reference, ours have other names: this is the order of ours
# that gives all published digits.
ORDER = ("motion_in", "motion_out", "places", "blocks", "text_encoder", "text_norm", "text_in", "text_style", "time")
BLOCK_ORDER = (
    "cross_attention.key",
    "cross_norm",
    "cross_style",
    "cross_attention.query",
    "text_norm",
    "cross_attention.value",
    "widen",
    "narrow",
    "feed_style",
    "self_attention.key",
    "self_norm",
    "self_style",
    "self_attention.query",
    "self_attention.value",
)


def place(key: str) -> tuple[int, str, int, str]:
    top, _, rest = key.partition(".")
    if top != "blocks":
        return ORDER.index(top), "", 0, rest
    number, _, part = rest.partition(".")
    return ORDER.index(top), number, next(i for i, name in enumerate(BLOCK_ORDER) if part.startswith(name + ".")), part


def filled() -> MotionDiffuse:
    model = MotionDiffuse().eval()
    state = model.state_dict()
    for k, key in enumerate(sorted(state, key=place)):
        value = 0.06 * hashed(state[key].numel(), k) + (1.0 if "norm" in key and key.endswith(".weight") else 0.0)
        state[key].copy_(torch.from_numpy(value.astype("float32").reshape(state[key].shape)))
    return model


def small() -> MotionDiffuse:
    """A small network whose zero-initialised layers were given weights, so that everything has an effect."""
    torch.manual_seed(0)
    model = MotionDiffuse(SMALL).eval()
    for parameter in model.parameters():
        if not parameter.any():
            torch.nn.init.normal_(parameter, std=0.2)
    return model


def text(batch: int) -> ClipTokens:
    torch.manual_seed(1)
    return ClipTokens(torch.randn(batch, 77, 512), torch.arange(4, 4 + batch))


@pytest.mark.slow
def test_l_golden_numbers() -> None:
    model = filled()
    assert sum(p.numel() for p in model.parameters()) == 87_152_135
    encoded = EncodedText(inputs((2, 2048), 70), inputs((2, 77, 256), 110))
    with torch.no_grad():
        out = model(inputs((2, 60, 263), 300), torch.tensor([3, 777]), encoded, torch.tensor([40, 60]))
    assert_golden(out, (5.342790, -0.671968, -0.415505, 3.569663, 638.4269))


def test_padding_does_not_reach_valid_frames() -> None:
    model, t, lengths = small(), torch.tensor([3, 7]), torch.tensor([20, 30])
    x = torch.randn(2, 30, 20)
    other = x.clone()
    other[0, 20:] += 3
    with torch.no_grad():
        difference = model(x, t, text(2), lengths) - model(other, t, text(2), lengths)
        free = model(x, t, text(2)) - model(other, t, text(2))
    assert float(difference[0, :20].abs().max()) == 0.0
    assert float(free[0, :20].abs().max()) > 1e-4


def test_untrained_network_predicts_zero() -> None:
    """The output layer starts at zero."""
    out = MotionDiffuse(SMALL).eval()(torch.randn(2, 30, 20), torch.tensor([3, 7]), text(2))
    assert not out.any()


def test_style_comes_from_the_end_token() -> None:
    model, tokens = small(), text(2)
    with torch.no_grad():
        one = model.encode_text(tokens)
        two = model.encode_text(ClipTokens(tokens.features, tokens.end + 1))
    assert torch.equal(one.states, two.states)
    assert not torch.allclose(one.style, two.style)


def test_time_sinusoid_is_cosines_then_sines() -> None:
    expected = [math.cos(2), math.cos(0.02), math.sin(2), math.sin(0.02)]
    torch.testing.assert_close(time_sinusoid(torch.tensor([2]), 4)[0], torch.tensor(expected))


def test_sampling_as_epsilon_predictor() -> None:
    """A network that predicts no noise at all: x0 is then x_t / sqrt(alpha_bar), whatever the number of steps."""
    x_T, schedule = torch.randn(1, 30, 20), linear_schedule(1000)
    predict = from_epsilon(as_predictor(MotionDiffuse(SMALL).eval(), text(1)))
    with torch.no_grad():
        for count in (1, 10):
            out = sample(predict, x_T, schedule.respaced(count, "trailing"))
            torch.testing.assert_close(out, x_T / schedule.alphas_cumprod[-1] ** 0.5, rtol=1e-4, atol=1e-3)


def test_wrong_shapes_are_named() -> None:
    with pytest.raises(RequestError, match="up to 30 frames, 20"):
        small()(torch.zeros(1, 31, 20), torch.zeros(1, dtype=torch.long), text(1))
    with pytest.raises(RequestError, match="timesteps"):
        small()(torch.zeros(2, 30, 20), torch.zeros(1, dtype=torch.long), text(2))
