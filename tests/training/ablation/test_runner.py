"""An arm from its config to its measures, with a network of a few thousand numbers."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("onnx")

from motionmix_core.conditions.text import MiniLMEncoder
from motionmix_core.diffusion import named_schedule
from tests.mixed_data import small_run
from tests.tiny_model import write_models
from tests.training.evaluators.toy import write_toy_cache
from training.ablation.held_out import HeldOut
from training.ablation.plan import Arm, ArmData
from training.ablation.runner import ArmGenerator, Yardstick, run_arm
from training.evaluators.learning import LearningConfig, train_judge
from training.evaluators.pairs import PairSet, read_pairs
from training.reporting.memory import Library
from training.reporting.stretches import read_stretches, training_clips


def test_an_arm_is_trained_measured_and_never_run_twice(tmp_path: Path) -> None:
    models = write_models(tmp_path / "models")
    cache = small_run.write_cache(tmp_path / "cache")
    toy = write_toy_cache(tmp_path / "toy", train=2, held_out=1)
    train, val = (read_pairs(toy, split) for split in ("train", "val"))
    judge = train_judge("j", train, val, LearningConfig(steps=1, batch=4, width=16, dimensions=9))
    held_out, training = (read_stretches(toy, split) for split in ("val", "train"))
    config = replace(small_run.CONFIG, steps=3, data=replace(small_run.CONFIG.data, lengths=(48,)))
    bank = small_run.text_bank()
    yardstick = Yardstick.of(
        held_out,
        training,
        [judge],
        4,
        lambda kind: HeldOut.of(cache, bank, small_run.CONFIG, kind, 1),
        Library.of(training_clips(tmp_path / "cache", PairSet((), cache.features, cache.fps)), cache.fps),
    )
    arm = Arm("paper", "paper", config, ArmData(simulated=0.5, hide_clean=True, pivot=True, text="pooled"))

    def run(minutes: float | None) -> dict | None:
        return run_arm(arm, 1, tmp_path / "run", cache, bank, yardstick, minutes=minutes, models_dir=models)

    assert run(0.0) is None  # no time: nothing is claimed
    result = run(None)
    assert result is not None and run(0.0) == result
    assert {"validation loss", "R@3 of all", "FID (8 axes)", "KID", "skating", "jitter", "parameters"} <= set(result)
    assert {"loss@0.9", "error@0.9", "text gain@0.9"} <= set(result)
    assert min(result["samples to training"], result["real to training"]) > 0.01  # metres: neither copies
    assert all(np.isfinite(value) for value in result.values())
    assert json.loads((tmp_path / "run" / "result.json").read_text(encoding="utf-8")) == result

    generator = ArmGenerator(tmp_path / "run", 0.107, "pooled", models)
    description = generator.denoiser().description
    assert description.pivot_noise_level == 0.107
    text = MiniLMEncoder(models / "text-minilm").encode(["walk forward"])
    x = np.random.default_rng(0).standard_normal((1, 16, 207)).astype(np.float32)
    level = float(named_schedule("cosine", 1000).noise_levels[500])
    plain = generator.denoiser()(x, np.zeros_like(x), level, text)
    other = replace(text, tokens=text.tokens + 1)
    np.testing.assert_array_equal(generator.denoiser()(x, np.zeros_like(x), level, other), plain)
