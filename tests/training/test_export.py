"""Export: ONNX Runtime gives what torch gives, weights are kept once, nothing is replaced when something is wrong."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from motionmix_core.denoisers.motion_transformer import MotionTransformer
from motionmix_core.denoisers.onnx_denoiser import OnnxDenoiser
from motionmix_core.denoisers.root_then_body import denoiser_of
from motionmix_core.errors import DataError
from motionmix_core.mixed_data.checkpoints import load_checkpoint, save_checkpoint
from motionmix_core.mixed_data.initial_weights import initial_weights
from motionmix_core.representation.default import FEATURES, Normaliser
from tests.mixed_data.small_run import CONFIG
from training.export import export, largest_difference, main


@pytest.fixture
def run(tmp_path):
    """A run's folder whose network is random, its zero-initialised parts too."""
    torch.manual_seed(0)
    network = MotionTransformer(CONFIG.network)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.05)
    normaliser = Normaliser(np.zeros(FEATURES, np.float32), np.ones(FEATURES, np.float32))
    state = network.state_dict()
    save_checkpoint(
        tmp_path / "run", step=5, config=CONFIG, normaliser=normaliser, network=state, ema=state, optimiser={}
    )
    return tmp_path / "run"


def test_onnx_runtime_agrees_with_torch(run, tmp_path):
    out = tmp_path / "model"
    assert export(run, out, name="tiny") < 1e-3
    table = json.loads((out / "model.json").read_text(encoding="utf-8"))
    assert table["features"] == FEATURES
    assert table["trained_steps"] == 5
    assert table["name"] == "tiny"
    description = OnnxDenoiser(out).description  # the runtime's own reader takes it
    assert description.max_frames == max(CONFIG.data.lengths)


def test_weights_are_kept_once_and_as_fp16(run, tmp_path):
    out = tmp_path / "model"
    export(run, out, name="tiny")
    weights = load_file(out / "weights.safetensors")
    stored = sum(array.size for array in weights.values())
    network = MotionTransformer(CONFIG.network)
    assert stored == pytest.approx(sum(p.numel() for p in network.parameters()), rel=0.02)
    assert all(array.dtype == np.float16 for array in weights.values() if array.ndim >= 2)
    assert (out / "graph.onnx").stat().st_size < 300_000
    largest = max(weights.values(), key=np.size).astype(np.float32)
    mantissa, _ = np.frexp(largest[np.abs(largest) > 1e-3])
    np.testing.assert_array_equal(mantissa * 2**8, np.round(mantissa * 2**8))  # no more bits than bf16's


def test_a_network_of_two_stages_is_exported_too(run, tmp_path):
    stored = load_checkpoint(run)
    config = replace(stored.config, network=replace(stored.config.network, layers=2, root_layers=1))
    state = denoiser_of(config.network).state_dict()
    save_checkpoint(
        tmp_path / "two", step=1, config=config, normaliser=stored.normaliser, network=state, ema=state, optimiser={}
    )
    assert export(tmp_path / "two", tmp_path / "model", name="two") < 1e-3


def test_weights_of_two_runs_can_be_averaged(run, tmp_path):
    stored = load_checkpoint(run)
    other = tmp_path / "other"
    shifted = replace(stored, ema={key: value + 0.02 for key, value in stored.ema.items()})
    save_checkpoint(other, **{field.name: getattr(shifted, field.name) for field in fields(shifted)})
    export(run, tmp_path / "model", name="tiny", blend=[(other, 0.25)])
    made = initial_weights(tmp_path / "model").network
    for key, value in stored.ema.items():
        torch.testing.assert_close(made[key], value + 0.005, rtol=2.0**-8, atol=1e-4)
    with pytest.raises(DataError, match="between 0 and 1"):
        export(run, tmp_path / "model", name="tiny", blend=[(other, 1.5)])


def test_a_layer_that_the_other_lacks_stays_as_it_is(run, tmp_path):
    stored = load_checkpoint(run)
    export(run, tmp_path / "old", name="old")
    config = replace(stored.config, network=replace(stored.config.network, skip_widths=(0.0, 2.0)))
    state = {k: v + 0.04 for k, v in stored.ema.items()}
    state = {**{k: torch.full_like(v, 0.0625) for k, v in denoiser_of(config.network).state_dict().items()}, **state}
    rest = {field.name: getattr(stored, field.name) for field in fields(stored)}
    save_checkpoint(tmp_path / "new", **(rest | {"config": config, "ema": state}))
    export(tmp_path / "new", tmp_path / "model", name="tiny", blend=[(tmp_path / "old", 0.5), (tmp_path / "old", 0.5)])
    made = initial_weights(tmp_path / "model").network
    for key, value in stored.ema.items():
        torch.testing.assert_close(made[key], value + 0.01, rtol=2.0**-7, atol=1e-3)
    assert (made["skip.gate.weight"] == 0.0625).all()
    with pytest.raises(DataError, match="another network"):
        export(run, tmp_path / "model", name="tiny", blend=[(tmp_path / "new", 0.5)])


def test_a_run_can_begin_with_an_exported_model(run, tmp_path):
    """The file that ships holds the network itself, not only a graph's numbers."""
    export(run, tmp_path / "model", name="tiny")
    stored, first = load_checkpoint(run), initial_weights(tmp_path / "model")
    assert first.network.keys() == stored.ema.keys()
    for name, tensor in stored.ema.items():
        torch.testing.assert_close(first.network[name], tensor, rtol=2.0**-8, atol=1e-4)
    np.testing.assert_allclose(first.normaliser.std, stored.normaliser.std, atol=1e-6)


def test_a_difference_is_seen(run, tmp_path):
    """The check that export relies on does notice another network."""
    out = tmp_path / "model"
    export(run, out, name="tiny")
    torch.manual_seed(1)
    other = MotionTransformer(replace(CONFIG.network))
    assert largest_difference(out, other.eval()) > 1e-2


def test_without_a_checkpoint_nothing_is_written(tmp_path, capsys):
    with pytest.raises(DataError, match="no checkpoint"):
        export(tmp_path, tmp_path / "model", name="x")
    assert main([str(tmp_path), "-o", str(tmp_path / "model")]) == 2
    assert "no checkpoint" in capsys.readouterr().err
    assert not (tmp_path / "model").exists()
