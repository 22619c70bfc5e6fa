"""The command that teaches the gap network: from clips to a file, and on from that file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from motionmix_core.editing.gap_network import WEIGHTS, GapNetwork, read_tensors
from motionmix_core.editing.gap_tokens import tokens_of
from tests import motions
from training.evaluation.clip_cache import open_cache
from training.in_between.gaps import GapSampler
from training.preparation.cache import write_cache
from training.preparation.records import Clip, Frames
from training.train_in_between import main


@pytest.fixture(scope="module")
def cache(tmp_path_factory) -> Path:
    """Walks of three seconds."""
    walks = {"train": motions.walk(3.0), "val": motions.walk(3.0, speed=1.3, step_seconds=0.45)}
    clips = [
        Clip(f"toy/{split}", "toy", "formula", "CC0", "1", split, Frames.pack(motion), captions=())
        for split, motion in walks.items()
    ]
    return write_cache(tmp_path_factory.mktemp("cache"), clips, 30.0)


def test_from_clips_to_weights_and_on(cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    few = ["--cache", str(cache), "--batch", "8", "--gaps", "64", "--told", "4", "--steps", "2"]
    assert main([*few, "-o", str(tmp_path / "first")]) == 0
    assert main([*few, "-o", str(tmp_path / "second"), "--start", str(tmp_path / "first")]) == 0
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("2 ")]
    assert len(told) == 2
    assert all("taught" in line and "held out" in line for line in told)
    tokens = tokens_of(GapSampler(open_cache(cache), "val", (1.0,)).batch(np.random.default_rng(0), 4, 10, 3).view)
    answers = [GapNetwork(read_tensors(tmp_path / name / WEIGHTS))(tokens) for name in ("first", "second")]
    assert 0 < np.abs(answers[0]).max() < np.abs(answers[1]).max()  # it went on from where it was


def test_a_larger_share_of_the_clips_has_those_of_a_smaller_one(tmp_path: Path) -> None:
    clips = [
        Clip(f"toy/{n}", "toy", "formula", "CC0", "1", "train", Frames.pack(motions.rest(60 + n)), captions=())
        for n in range(8)
    ]
    cache = open_cache(write_cache(tmp_path, clips, 30.0))
    found = [{*GapSampler(cache, "train", (1.0,), share=share).lengths.tolist()} for share in (0.25, 0.5, 1.0)]
    assert [len(lengths) for lengths in found] == [2, 4, 8]
    assert found[0] < found[1] < found[2]


def test_what_is_missing_is_told(cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = ["-o", str(tmp_path / "out")]
    assert main(["--cache", str(tmp_path / "nothing"), *out]) == 2
    assert main(["--cache", str(cache), "--start", str(tmp_path / "nothing"), *out]) == 2
    assert WEIGHTS in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
