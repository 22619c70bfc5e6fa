"""The two-stage network, and the quality flag, beside the plain one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from motionmix_core.denoisers.motion_transformer import MotionTransformer, MotionTransformerConfig  # noqa: E402
from motionmix_core.denoisers.root_then_body import RootThenBody, denoiser_of  # noqa: E402
from motionmix_core.representation.default import POSITIONS  # noqa: E402

CONFIG = MotionTransformerConfig(width=24, layers=3, heads=2, condition_width=16, mlp_ratio=2, root_layers=1)
ROOT = slice(0, POSITIONS.start)


def with_random_weights(network: Any) -> Any:
    """Gates and outputs begin at zero; random ones show what depends on what."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(0.1 * torch.randn(parameter.shape, generator=generator))
    return network.eval()


def inputs() -> list[Any]:
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(2, 8, 207, generator=generator)
    text, pooled = torch.randn(2, 3, 384, generator=generator), torch.randn(2, 384, generator=generator)
    return [x, torch.zeros_like(x), torch.full((2,), 0.8), text, torch.ones(2, 3), pooled, torch.ones(2, 8)]


def test_the_config_decides_which_network_is_made() -> None:
    assert isinstance(denoiser_of(CONFIG), RootThenBody)
    assert isinstance(denoiser_of(replace(CONFIG, root_layers=0)), MotionTransformer)
    with pytest.raises(ValueError, match="the body"):
        denoiser_of(replace(CONFIG, root_layers=3))


def test_the_body_reads_the_decided_root_and_not_the_noisy_one() -> None:
    network = with_random_weights(denoiser_of(CONFIG))
    plain = inputs()
    out = network(*plain)
    body = network.body
    seen = plain[0].clone()
    seen[..., ROOT] = out[..., ROOT]
    torch.testing.assert_close(body(seen, *plain[1:])[..., ROOT.stop :], out[..., ROOT.stop :])


def test_a_shown_root_reaches_the_body_as_shown() -> None:
    network = with_random_weights(denoiser_of(CONFIG))
    given = inputs()
    given[1][:, :, ROOT] = 1.0
    expected = network.body(given[0], *given[1:])[..., ROOT.stop :]
    torch.testing.assert_close(network(*given)[..., ROOT.stop :], expected)


def test_the_bodys_error_leaves_the_root_stage_alone() -> None:
    network = with_random_weights(denoiser_of(CONFIG))
    network(*inputs())[..., ROOT.stop :].square().mean().backward()
    assert not any(p.grad is not None and p.grad.any() for p in network.root.parameters())
    assert any(p.grad is not None and p.grad.abs().max() > 0 for p in network.body.parameters())


@pytest.mark.parametrize("root_layers", [0, 1])
def test_the_flag_tells_noisy_sources_apart_and_none_means_clean(root_layers: int) -> None:
    config = replace(CONFIG, root_layers=root_layers, quality_flag=True)
    network = with_random_weights(denoiser_of(config))
    given = inputs()
    clean = network(*given, torch.zeros(2))
    torch.testing.assert_close(network(*given), clean)
    half = network(*given, torch.tensor([0.0, 1.0]))
    torch.testing.assert_close(half[0], clean[0])
    assert (half[1] - clean[1]).abs().max() > 1e-3
    blind = with_random_weights(denoiser_of(replace(config, quality_flag=False)))
    torch.testing.assert_close(blind(*given, torch.ones(2)), blind(*given))
