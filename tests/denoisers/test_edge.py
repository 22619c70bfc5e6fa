"""EDGE's dance decoder against golden numbers (method 7, case K), and what it promises."""

from __future__ import annotations

import pytest
import torch

from motionmix_core.denoisers.edge import EDGE, EdgeConfig, RotaryPositions, as_predictor
from motionmix_core.diffusion import cosine_schedule, sample, with_guidance
from motionmix_core.errors import RequestError
from tests.denoisers.golden import assert_golden, fill, inputs

SMALL = EdgeConfig(frames=40, music_width=35, width=32, feedforward=64, layers=2, encoder_layers=1, heads=4)


@pytest.mark.slow
def test_k_golden_numbers() -> None:
    model = fill(EDGE())
    assert sum(p.numel() for p in model.parameters()) == 49_464_471
    x, music, t = inputs((2, 150, 151), 300), inputs((2, 150, 4800), 110), torch.tensor([3, 777])
    with torch.no_grad():
        conditional, null = model(x, t, music), model(x, t, None)
        assert_golden(conditional, (-2.626105, 0.230056, 0.131877, 2.214717, 472.2056))
        assert_golden(null, (-1.166383, 0.062326, 0.025117, 2.104608, 447.9675))
        assert_golden(null + 2 * (conditional - null), (-4.085827, 0.397785, 0.238638, 3.023263, 645.4595))
        # Silence is a condition of its own: it isn't the learned null.
        assert_golden(model(x, t, torch.zeros_like(music)), (-2.428411, -0.415037, 0.050236, 2.411194, 513.2992))
        assert torch.equal(model(x, t, music, unconditional=True), null)


def test_librosa_sized_network() -> None:
    with torch.device("meta"):
        model = EDGE(EdgeConfig(music_width=35))
    assert sum(p.numel() for p in model.parameters()) == 47_024_791


def test_rotary_products_depend_on_distance_alone() -> None:
    rotary = RotaryPositions(16)
    q, k = torch.randn(16), torch.randn(16)
    turned_q, turned_k = rotary(q.expand(40, 16)), rotary(k.expand(40, 16))
    products = turned_q @ turned_k.T
    torch.testing.assert_close(products[5, 2], products[30, 27])
    torch.testing.assert_close(products[7, 7], q @ k)
    assert abs(float(products[5, 2] - products[5, 4])) > 1e-3


def test_music_is_dropped_in_training_only() -> None:
    torch.manual_seed(0)
    model = EDGE(EdgeConfig(music_width=35, width=32, feedforward=64, layers=1, heads=4, dropout=0, condition_drop=1))
    x, t, music = torch.randn(2, 150, 151), torch.tensor([0, 5]), torch.randn(2, 150, 35)
    with torch.no_grad():
        null = model.eval()(x, t, None)
        assert not torch.allclose(model(x, t, music), null)
        torch.testing.assert_close(model.train()(x, t, music), null)


def test_samples_a_window_as_published() -> None:
    """50 DDIM steps with eta 1, clipped to [-1, 1], guidance 2."""
    torch.manual_seed(0)
    model = EDGE(SMALL).eval()
    music = torch.randn(1, 40, 35)
    noise = torch.randn(51, 1, 40, 151)
    with torch.no_grad():
        out = sample(
            with_guidance(as_predictor(model, music), as_predictor(model), 2.0),
            noise[50],
            cosine_schedule().respaced(50, "trailing"),
            eta=1.0,
            noise=noise,
            clip_x0=1.0,
        )
    assert out.shape == (1, 40, 151)
    assert float(out.abs().max()) <= 1.0


def test_wrong_shapes_are_named() -> None:
    model = EDGE(SMALL)
    t = torch.zeros(1, dtype=torch.long)
    with pytest.raises(RequestError, match="up to 40 frames, 151"):
        model(torch.zeros(1, 41, 151), t)
    with pytest.raises(RequestError, match="music features"):
        model(torch.zeros(1, 20, 151), t, torch.zeros(1, 20, 4800))
