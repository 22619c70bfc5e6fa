"""Shares of the motion model in short gaps: measured beside the truth, and the least wrong one is named."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

pytest.importorskip("torch")

from motionmix_core.motion.contacts import foot_contacts
from motionmix_core.motion.motion import Motion
from tests.motions import walk
from tests.tiny_model import write_models
from tests.training.evaluators.toy import write_toy_cache
from training.choose_gap_shares import Answer, best, main, table_of
from training.evaluation.tasks.inbetween import PAST, Gaps
from training.evaluation.tasks.setup import TaskSetup

SETUP = cast(TaskSetup, SimpleNamespace(split="val", seed=0, steps=None, model=""))  # no generator is asked here


def gaps_of_walks(missing: int) -> Gaps:
    real = [walk(3.0).crop(start, start + PAST + missing + 1) for start in (0, 20, 40)]
    return Gaps(missing, 1, real, np.zeros((22, 3)), np.full((22, 3), 0.1), ["walk"] * len(real))


def answer(motion: Motion) -> Answer:
    return Answer(motion, foot_contacts(motion.positions(), motion.fps))


def test_where_the_model_is_right_all_of_it_is_best_and_where_it_is_wild_nothing() -> None:
    gaps = gaps_of_walks(30)
    rng = np.random.default_rng(0)
    shaken = [
        Motion(m.skeleton, m.root_positions + rng.normal(0, 0.1, m.root_positions.shape), m.rotations, m.fps)
        for m in gaps.real
    ]
    assert best(table_of(SETUP, gaps, [answer(m) for m in gaps.real], (0.0, 0.5, 1.0))) == 1.0
    assert best(table_of(SETUP, gaps, [answer(m) for m in shaken], (0.0, 0.5, 1.0))) == 0.0


def test_every_share_is_measured_over_slerp() -> None:
    table = table_of(SETUP, gaps := gaps_of_walks(15), [answer(m) for m in gaps.real], (0.0, 1.0))
    assert list(table.rows) == ["0", "1"]
    assert table.rows["1"]["L2P"].mean < 0.5  # what is left is the feet's lock
    assert table.rows["0"]["L2P"].mean < 1.0


def test_from_a_model_to_its_shares(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    models = write_models(tmp_path / "models")
    model = next(path.parent for path in models.glob("*/model.json"))
    cache = write_toy_cache(tmp_path / "cache", train=2, held_out=1)
    assert main([str(model), "--cache", str(cache), "--limit", "1", "--gaps", "5", "--behind", "10"]) == 0
    said = capsys.readouterr().out
    assert "### 5 missing frames, 10 known behind (val, 1 windows)" in said
    assert "frames known behind, seconds, shares: [(10, 0.2, " in said
    assert main([str(model), "--cache", str(tmp_path / "nothing")]) == 2
