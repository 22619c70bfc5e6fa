"""Configs: every file in the tree loads, and a mistake is named."""

from __future__ import annotations

import pytest
import torch

from motionmix_core.denoisers.root_then_body import denoiser_of
from motionmix_core.errors import DataError
from motionmix_core.mixed_data.cache import load_cache
from motionmix_core.mixed_data.checkpoints import config_to_dict
from motionmix_core.mixed_data.config import TrainConfig, config_from_dict, load_config
from motionmix_core.mixed_data.initial_weights import initial_weights, load_into


def test_the_shipped_configs_load(repo_root):
    paths = sorted((repo_root / "training" / "configs").glob("*.toml"))
    assert paths
    for path in paths:
        assert isinstance(load_config(path), TrainConfig)


def test_configs_that_begin_with_shipped_weights_fit_them(repo_root):
    paths = sorted((repo_root / "training" / "configs").glob("*.toml"))
    begun = [(path.name, config) for path in paths if (config := load_config(path)).init_from]
    assert begun
    for name, config in begun:
        network, weights = denoiser_of(config.network), initial_weights(repo_root / config.init_from)
        load_into(network, weights, f"{name}: {config.init_from}")
        taken = network.state_dict()
        assert weights.network
        for part, tensor in weights.network.items():
            assert torch.equal(taken[part], tensor), f"{name}: {part}"


def test_a_config_survives_being_stored():
    config = config_from_dict({"steps": 7, "data": {"lengths": [16, 32]}, "mix": {"enabled": False}})
    assert config_from_dict(config_to_dict(config)) == config
    assert config.data.lengths == (16, 32)
    assert not config.mix.enabled


@pytest.mark.parametrize(
    ("text", "said"),
    [("stepz = 3", "stepz"), ("[data]\nlenghts = [3]", "lenghts"), ("steps = ", "not a TOML file")],
)
def test_mistakes_are_named_with_their_file(tmp_path, text, said):
    path = tmp_path / "broken.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=said) as error:
        load_config(path)
    assert "broken.toml" in str(error.value)


def test_missing_files_are_named(tmp_path):
    with pytest.raises(DataError, match="no such config"):
        load_config(tmp_path / "none.toml")
    with pytest.raises(DataError, match="training.prepare"):
        load_cache(tmp_path, ("written",))
