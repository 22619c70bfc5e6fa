"""MDM's networks and sampling against golden numbers of the reference code (method 7, cases A-J)."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from motionmix_core.denoisers.mdm import MDM, MDMConfig, TextTokens, as_predictor
from motionmix_core.diffusion import Observation, cosine_schedule, sample, with_guidance
from tests.denoisers.golden import assert_golden, fill, hashed, inputs

T = torch.tensor([3, 777])


def frames(k: int, features: int = 263, length: int = 60) -> torch.Tensor:
    """Golden input k, made in the reference's order (batch, features, 1, frames), as (batch, frames, features)."""
    return inputs((2, features, 1, length), k)[:, :, 0].transpose(1, 2)


def reference_order(x0: torch.Tensor) -> torch.Tensor:
    return x0.transpose(1, 2)


@pytest.fixture(scope="module")
def text() -> torch.Tensor:
    return inputs((1, 2, 512), 110)[0]


@pytest.fixture(scope="module")
def encoder() -> MDM:
    return fill(MDM(MDMConfig()))


@pytest.fixture(autouse=True)
def _no_grad():
    with torch.no_grad():
        yield


def test_hash() -> None:
    np.testing.assert_allclose(
        hashed(4, 0), [-0.12374738371, -0.95199033618, -0.96163375210, -0.53273348464], atol=1e-11
    )
    np.testing.assert_allclose(hashed(1, 7), [-0.90226083634], atol=1e-11)


def test_a_encoder(encoder: MDM, text: torch.Tensor) -> None:
    out = encoder(frames(300), T, text)
    assert_golden(reference_order(out), (0.222179, -0.280867, 0.003982, 0.783790, 139.2409))


def test_b_unconditional(encoder: MDM, text: torch.Tensor) -> None:
    expected = (0.195698, -0.282912, 0.004432, 0.783573, 139.2029)
    out = encoder(frames(300), T, text, unconditional=True)
    assert_golden(reference_order(out), expected)
    assert torch.equal(out, encoder(frames(300), T, None))
    assert torch.equal(out, encoder(frames(300), T, torch.zeros_like(text)))


def test_c_frame_mask(text: torch.Tensor) -> None:
    model = fill(MDM(MDMConfig(mask_frames=True)))
    out = reference_order(model(frames(300), T, text, torch.tensor([40, 60])))
    assert_golden(out, (0.167049, -0.280867, -0.003182, 0.786089, 139.6486))
    assert_golden(out[0, :, :40], (0.167049, -0.789332, -0.013048, 0.781543, 80.1680))


def test_frame_mask_hides_padding(text: torch.Tensor) -> None:
    """What stands in the padding can't change valid frames; without the mask (the paper's model) it does."""
    lengths, other = torch.tensor([40, 60]), frames(300).clone()
    other[0, 40:] += 5.0
    for mask_frames in (True, False):
        model = fill(MDM(MDMConfig(mask_frames=mask_frames, layers=2)))
        change = (model(frames(300), T, text, lengths) - model(other, T, text, lengths))[0, :40].abs().max()
        assert (float(change) == 0.0) == mask_frames


def test_d_decoder(text: torch.Tensor) -> None:
    out = fill(MDM(MDMConfig(architecture="trans_dec")))(frames(300), T, text)
    assert_golden(reference_order(out), (-1.385268, 0.544520, 0.077594, 0.772427, 137.9111))


def test_e_decoder_with_token(text: torch.Tensor) -> None:
    out = fill(MDM(MDMConfig(architecture="trans_dec", decoder_token="time")))(frames(300), T, text)
    assert_golden(reference_order(out), (-1.391988, 0.585642, 0.077406, 0.772277, 137.8813))


def test_f_dip_tokens_and_prefix() -> None:
    config = MDMConfig(architecture="trans_dec", condition="tokens", condition_width=768, mask_frames=True)
    valid = torch.ones(2, 7, dtype=torch.bool)
    valid[0, 5:] = False
    tokens = TextTokens(inputs((7, 2, 768), 110).transpose(0, 1), valid)
    out = fill(MDM(config))(frames(300, length=40), T, tokens, torch.tensor([40, 40]), prefix=frames(210, length=20))
    assert out.shape == (2, 40, 263)
    assert_golden(reference_order(out), (-0.482834, 1.659040, 0.020285, 0.801996, 116.3654))


def test_g_gru(text: torch.Tensor) -> None:
    out = fill(MDM(MDMConfig(architecture="gru", layers=2, gru_over="batch")))(frames(300), T, text)
    assert_golden(reference_order(out), (0.043912, -0.058225, 0.001064, 0.135534, 24.0781))


def test_gru_over_frames_keeps_samples_apart(text: torch.Tensor) -> None:
    """The published GRU runs along the batch: a sample's answer changes with its batch mates. Ours needn't."""
    for along, apart in (("batch", False), ("frames", True)):
        model = fill(MDM(MDMConfig(architecture="gru", layers=2, gru_over=along)))  # type: ignore[arg-type]
        both = model(frames(300), T, text)[1:]
        alone = model(frames(300)[1:], T[1:], text[1:])
        assert torch.allclose(both, alone, atol=1e-5) == apart


def test_h_actions() -> None:
    model = fill(MDM(MDMConfig(features=150, condition="action", actions=12)))
    x = inputs((2, 25, 6, 60), 300).flatten(1, 2).transpose(1, 2)
    out = model(x, T, torch.tensor([3, 11]))
    assert_golden(reference_order(out), (-0.820789, -0.126976, -0.114869, 0.736749, 100.0367))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("inpaint", "expected"),
    [
        (False, (0.277759, 0.266734, -0.011744, 0.812833, 144.4137)),  # I
        (True, (0.879339, -0.968759, -0.008003, 0.903743, 160.5549)),  # J
    ],
)
def test_i_j_sampling(encoder: MDM, text: torch.Tensor, inpaint: bool, expected: tuple[float, ...]) -> None:
    guided = with_guidance(as_predictor(encoder, text), as_predictor(encoder, text, unconditional=True), 2.5)
    mask = torch.zeros(2, 60, 263)
    mask[:, :15] = mask[:, 45:] = 1
    observed = Observation(frames(50), mask) if inpaint else None
    out = sample(
        guided, frames(10), cosine_schedule(50), sampler="ddpm", noise=lambda c: frames(5000 + c), observed=observed
    )
    assert_golden(reference_order(out), expected)
    if inpaint:
        assert torch.equal(out[mask == 1], frames(50)[mask == 1])


@pytest.mark.parametrize(
    ("config", "count"),
    [
        (MDMConfig(), 17_880_327),
        (MDMConfig(features=251), 17_868_027),
        (MDMConfig(architecture="trans_dec"), 26_293_511),
        (MDMConfig(architecture="trans_dec", condition="tokens", condition_width=768), 26_424_583),
        (MDMConfig(architecture="trans_dec", condition="tokens", condition_width=768, target_layers=1), 26_704_135),
        (MDMConfig(architecture="gru", layers=2), 4_472_071),
        (MDMConfig(features=150, condition="action", actions=12), 17_507_990),
        (MDMConfig(features=150, condition="action", actions=40), 17_522_326),
        (MDMConfig(features=150, condition="none"), 17_501_846),
        (MDMConfig(features=150, condition="action", actions=13), 17_508_502),
    ],
)
def test_parameter_counts(config: MDMConfig, count: int) -> None:
    with torch.device("meta"):
        model = MDM(config)
    assert sum(p.numel() for p in model.parameters()) == count
