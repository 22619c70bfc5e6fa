"""Any motion file, judged: a copy is found out, a caption has a place, and what is wrong is one line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from motionmix_core.formats.bvh_write import write_bvh
from motionmix_core.formats.motion_npz import save_motion
from tests import motions
from tests.training.evaluators.toy import write_toy_cache
from training.score_files import main, ranks
from training.train_evaluator import main as train_evaluator


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("score")
    cache = write_toy_cache(folder / "cache", train=3, held_out=1)
    train_evaluator(["--cache", str(cache), "--out", str(folder / "judges"), "--steps", "2", "--seeds", "1"])
    write_bvh(folder / "still.bvh", motions.rest(60))  # the toy's training clips stand like this
    save_motion(folder / "fall.npz", motions.random_motion(np.random.default_rng(3), 3.0))
    (folder / "said.txt").write_text("a person stands still\nsomeone tumbles\n", encoding="utf-8")
    return folder


def run(folder: Path, *more: str) -> int:
    options = [
        "--cache",
        str(folder / "cache"),
        "--judges",
        str(folder / "judges"),
        "--captions",
        str(folder / "said.txt"),
    ]
    return main([*more, *options])


def test_files_of_two_formats_get_a_row_and_a_copy_shows(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [str(folder / "still.bvh"), str(folder / "fall.npz")]
    assert run(folder, *files, "--out", str(folder / "scores")) == 0
    table = {
        line.split("|")[1].strip(): line.split("|")[2:-1]
        for line in capsys.readouterr().out.splitlines()
        if line.startswith(("| still", "| fall"))
    }
    copy, new = table["still.bvh: a person stands still"], table["fall.npz: someone tumbles"]
    assert float(copy[2]) < 0.02 < float(new[2])
    assert all(1 <= float(row[0]) <= 9 for row in (copy, new)) and float(new[-1]) > float(copy[-1])
    assert "Rank among 9 captions" in (folder / "scores.md").read_text(encoding="utf-8")


def test_the_place_of_a_caption_is_by_distance() -> None:
    class Flat:
        """Words as points on a line: their length."""

        def texts(self, captions: list[str]) -> np.ndarray:
            return np.array([[float(len(text))] for text in captions])

    points = np.array([[4.0], [9.0]])
    assert ranks(Flat(), points, ["four", "four"], ["four", "sevenny", "ten letter"]) == [1, 3]  # type: ignore[arg-type]


def test_as_many_captions_as_files(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, str(folder / "still.bvh")) == 2
    assert "1 files need as many captions, one a line, not 2" in capsys.readouterr().err
