"""A judge taught on a toy set must tell its motions apart, and be the same after being stored."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("safetensors")

import torch

from motionmix_core.errors import DataError
from tests.training.evaluators.toy import KINDS, toy_motion, write_toy_cache
from training.evaluators.judge import Judge, load_judges
from training.evaluators.learning import LearningConfig, train_judge, validation_scores
from training.evaluators.network import contrastive_loss
from training.evaluators.pairs import PairSampler, fixed_pairs, read_pairs
from training.train_evaluator import main

CONFIG = LearningConfig(
    seed=5, steps=60, batch=16, learning_rate=3e-3, warm_up=5, validate_every=20, width=32, dimensions=16, ema=0.9
)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_toy_cache(tmp_path_factory.mktemp("toy") / "cache")


@pytest.fixture(scope="module")
def judge(cache: Path) -> Judge:
    return train_judge("toy", read_pairs(cache, "train"), read_pairs(cache, "val"), CONFIG)


def test_it_finds_the_kind_of_motion_that_a_caption_names(judge: Judge) -> None:
    rng = np.random.default_rng(9)
    made = [toy_motion(kind, rng) for kind in KINDS]
    motions = judge.motions([m.positions() for m in made], 30.0)
    for caption in range(2):
        texts = judge.texts([captions[caption] for captions in KINDS.values()])
        nearest = np.linalg.norm(texts[:, None] - motions[None], axis=-1).argmin(axis=1)
        assert nearest.tolist() == [0, 1, 2, 3]


def test_points_have_unit_spread_and_do_not_depend_on_their_batch(judge: Judge) -> None:
    rng = np.random.default_rng(1)
    positions = [toy_motion(kind, rng).positions()[: 60 - 11 * n] for n, kind in enumerate(KINDS)]
    together = judge.motions(positions, 30.0)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 4.0, atol=1e-4)  # sqrt(16)
    alone = np.concatenate([judge.motions([p], 30.0) for p in positions])
    np.testing.assert_allclose(alone, together, atol=1e-3)
    np.testing.assert_allclose(judge.texts(["a", "a b c d e"])[0], judge.texts(["a"])[0], atol=1e-3)


def test_it_is_the_same_after_being_stored(judge: Judge, tmp_path: Path) -> None:
    judge.save(tmp_path / "toy")
    (again,) = load_judges(tmp_path)
    assert again.record == judge.record and again.name == "toy"
    texts = ["someone strolls slowly", "an unheard-of thing"]
    np.testing.assert_allclose(again.texts(texts), judge.texts(texts), atol=1e-6)


def test_the_same_seed_teaches_the_same_judge_and_another_seed_another(cache: Path) -> None:
    data = read_pairs(cache, "train"), read_pairs(cache, "val")
    short = replace(CONFIG, steps=3, validate_every=3)
    a, b = (train_judge("x", *data, short).texts(["a stroll"]) for _ in range(2))
    c = train_judge("x", *data, replace(short, seed=6)).texts(["a stroll"])
    np.testing.assert_array_equal(a, b)
    assert np.abs(a - c).max() > 0.01


def test_near_duplicates_do_not_push_each_other_away() -> None:
    text = torch.nn.functional.normalize(torch.randn(3, 8), dim=-1)
    motion = text.clone()
    motion[1] = motion[0]  # two pairs that are one and the same
    text = motion.clone()
    same = torch.eye(3, dtype=torch.bool)
    plain = contrastive_loss(text, motion, same, torch.tensor(0.01))
    same[0, 1] = same[1, 0] = True
    filtered = contrastive_loss(text, motion, same, torch.tensor(0.01))
    assert plain > 0.4 > 0.05 > filtered


def test_captions_of_one_stretch_are_never_negatives(cache: Path) -> None:
    data = read_pairs(cache, "train")
    sampler = PairSampler(data, 24, 0, 0.6)
    batch = sampler.batch(3)
    assert len(batch.texts) == len(batch.motions) == 24 and batch.same.diagonal().all()
    strolls = [i for i, text in enumerate(batch.texts) if text == "someone strolls slowly"]
    assert len(strolls) > 1 and batch.same[np.ix_(strolls, strolls)].all()
    again = sampler.batch(3)
    assert again.texts == batch.texts
    np.testing.assert_array_equal(again.motions[0], batch.motions[0])


def test_ranks_of_a_judge_that_knows_nothing_are_those_of_chance(judge: Judge, cache: Path) -> None:
    captions, motions, own = fixed_pairs(read_pairs(cache, "val"))
    knows = validation_scores(judge, captions, motions, own)
    shuffled = validation_scores(judge, captions, motions, np.roll(own, 5))
    assert knows["mean_log_rank"] < 0.8 < shuffled["mean_log_rank"]
    assert knows["pool"] == 8 and knows["R@3"] >= 0.9


def test_the_command_line_makes_two_judges(cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["--cache", str(cache), "--out", str(tmp_path), "--steps", "2", "--seeds", "1", "2"]
    assert main(command) == 0
    assert [judge.name for judge in load_judges(tmp_path)] == ["judge-1", "judge-2"]
    assert main(["--cache", str(tmp_path / "nowhere"), "--out", str(tmp_path)]) == 2
    assert "training.prepare" in capsys.readouterr().err


def test_a_folder_without_a_judge_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="train_evaluator"):
        load_judges(tmp_path)
