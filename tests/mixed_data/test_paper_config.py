"""The papers' settings as data: method 2.2's table, and full supervision as the same file with the mix off."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from motionmix_core.denoisers.mdm import MDM, MDMConfig
from motionmix_core.diffusion import sample, with_pivot
from motionmix_core.errors import DataError
from motionmix_core.mixed_data.paper_config import load_paper_config
from motionmix_core.mixed_data.published_losses import masked_l2, noised_prediction

# file: schedule, T1, T2, T*, noise std at T1 and at T2 - 1
ROWS = {
    "mdm-humanml3d": ("cosine", 20, 60, 60, 0.043, 0.105),
    "mdm-kit": ("cosine", 20, 40, 40, 0.043, 0.074),
    "mdm-humanact12": ("cosine", 10, 30, 30, 0.027, 0.058),
    "mdm-uestc": ("cosine", 10, 30, 30, 0.027, 0.058),
    "mdm-bandai": ("cosine", 10, 30, 30, 0.027, 0.058),
    "motion-diffuse-humanml3d": ("linear", 20, 60, 60, 0.079, 0.201),
    "edge-aistpp": ("cosine", 20, 80, 80, 0.043, 0.136),
}


@pytest.fixture
def papers(repo_root: Path) -> Path:
    return repo_root / "training" / "configs" / "papers"


@pytest.mark.parametrize("name", ROWS)
def test_rows_of_the_published_table(papers: Path, name: str) -> None:
    kind, low, high, pivot, at_low, at_high = ROWS[name]
    config = load_paper_config(papers / f"{name}.toml")
    assert config.name == name
    assert (config.diffusion.schedule, config.diffusion.steps) == (kind, 1000)
    assert (config.mix.noise_from, config.mix.noise_to, config.mix.pivot, config.mix.noisy_ratio) == (
        low,
        high,
        pivot,
        0.5,
    )
    schedule = config.schedule()
    assert schedule.noise_std(low) == pytest.approx(at_low, abs=5e-4)
    assert schedule.noise_std(high - 1) == pytest.approx(at_high, abs=5e-4)
    # The second stage starts no cleaner than the noisiest training clip (T* >= T2).
    level = config.pivot_level()
    assert level is not None
    assert level >= schedule.noise_std(high - 1)
    assert not config.mix.guide_second_stage


def test_every_file_is_a_row(papers: Path) -> None:
    assert {path.stem for path in papers.glob("*.toml")} == set(ROWS)


@pytest.mark.parametrize("name", ROWS)
def test_full_supervision_is_bitwise_the_plain_trainer(papers: Path, name: str) -> None:
    """With the mix off: clips as they are, all timesteps, no pivot; losses and samples equal bit for bit."""
    config = load_paper_config(papers / f"{name}.toml").without_mix()
    assert config.white_noise(0) is None
    assert config.pivot_level() is None
    torch.manual_seed(0)
    model = MDM(MDMConfig(features=6, layers=1, width=16, feedforward=16, condition="none")).eval()

    def predict(x: torch.Tensor, step: object) -> torch.Tensor:
        return model(x, torch.as_tensor(step.timestep).expand(len(x)))  # type: ignore[attr-defined]  # a torch step

    x0, noise, mask = torch.randn(8, 10, 6), torch.randn(8, 10, 6), torch.ones(8, 10)
    uniform = np.random.default_rng(0).random(8)
    clean = np.arange(8) % 2 == 0
    mixed_t = torch.from_numpy(config.ranges().draw(uniform, clean, ~clean))
    plain_t = torch.from_numpy(np.floor(uniform * config.diffusion.steps).astype(np.int64))
    schedule = config.schedule()
    with torch.no_grad():
        mixed = masked_l2(noised_prediction(predict, schedule, x0, noise, mixed_t), x0, mask)
        plain = masked_l2(noised_prediction(predict, schedule, x0, noise, plain_t), x0, mask)
        assert torch.equal(mixed, plain)
        short = schedule.respaced(5)
        switched = sample(with_pivot(predict, lambda x, step: x * 0, config.pivot_level()), noise, short)
        assert torch.equal(switched, sample(predict, noise, short))


def test_bad_files_are_named(papers: Path, tmp_path: Path) -> None:
    good = (papers / "mdm-kit.toml").read_text()
    path = tmp_path / "mine.toml"
    for old, new, message in (
        ("pivot = 40", "pivot = 30", "stage two"),
        ("pivot = 40", "pivto = 40", "pivto"),
        ("pivot = 40", "", "'pivot' is missing"),
        ('schedule = "cosine"', 'schedule = "sigmoid"', "cosine, linear"),
        ("features = 251", 'features = "many"', "features"),
        ("[mix]", "[mix", "TOML"),
    ):
        path.write_text(good.replace(old, new))
        with pytest.raises(DataError, match=message) as caught:
            load_paper_config(path)
        assert "mine.toml" in str(caught.value)
    with pytest.raises(DataError, match="absent"):
        load_paper_config(tmp_path / "absent.toml")
