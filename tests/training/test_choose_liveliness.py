"""How lively continuations are: each strength measured on every clip, and the one as fast as real motion is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from motionmix_core.metrics.report import Estimate, Table
from tests.motions import random_motion
from tests.tiny_model import write_models
from training.choose_liveliness import STRENGTHS, chosen, main
from training.preparation.cache import write_cache
from training.preparation.records import Clip, Frames


def test_the_strength_as_fast_as_real_motion_is_chosen() -> None:
    table = Table("", ())
    for strength in STRENGTHS:
        table.rows[f"{strength:g}"] = {"ln speed / real": Estimate(1.5 * (strength - 1.3))}
    assert chosen(table) == 1.3


def test_from_a_model_to_its_strength(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    models = write_models(tmp_path / "models")
    model = next(path.parent for path in models.glob("*/model.json"))
    clips = [
        Clip(f"clip/{seed}", "wanders", "formula", "CC0", "1", "val", Frames.pack(random_motion(rng, 4.5)))
        for seed, rng in ((seed, np.random.default_rng(seed)) for seed in range(2))
    ]
    cache = write_cache(tmp_path / "cache", clips, 30.0)
    assert main([str(model), "--cache", str(cache), "--limit", "1"]) == 0
    said = capsys.readouterr().out
    assert "Liveliness of continuations (val, 2 clips)" in said
    rows = {
        line.split("|")[1].strip(): float(line.split("|")[2].split()[0]) for line in said.splitlines() if "±" in line
    }
    assert rows["1"] < rows["1.3"] < rows["1.5"]  # stronger noise, faster motion
    assert main([str(model), "--cache", str(tmp_path / "nothing")]) == 2
