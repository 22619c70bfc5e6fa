"""Configs: every file in the tree loads, and a mistake is named."""

from __future__ import annotations

import pytest

from motionmix_core.errors import DataError
from motionmix_core.mixed_data.cache import load_cache
from motionmix_core.mixed_data.checkpoints import config_to_dict
from motionmix_core.mixed_data.config import TrainConfig, config_from_dict, load_config


def test_the_shipped_configs_load(repo_root):
    paths = sorted((repo_root / "training" / "configs").glob("*.toml"))
    assert paths
    for path in paths:
        assert isinstance(load_config(path), TrainConfig)


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
