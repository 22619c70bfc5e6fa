"""The report from model folder to page by one command, with a tiny model and motions made by formula."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("matplotlib")
pytest.importorskip("onnx")

from tests.tiny_model import write_models
from tests.training.evaluators.toy import write_toy_cache
from training.report import main
from training.train_evaluator import main as train_evaluator


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("report")
    cache = write_toy_cache(folder / "cache", train=3, held_out=2)
    models = write_models(folder / "models")
    train_evaluator(["--cache", str(cache), "--out", str(folder / "judges"), "--steps", "2", "--seeds", "1"])
    (folder / "prompts.txt").write_text("walks\njump\n", encoding="utf-8")
    options = {
        "cache": cache,
        "judges": folder / "judges",
        "prompts-file": folder / "prompts.txt",
        "out": folder / "reports",
        "captions": 2,
        "curve-stretches": 2,
        "repeats": 3,
        "outside": 1,
        "processes": 1,
    }
    return [str(models / "tiny"), *(part for name, value in options.items() for part in (f"--{name}", str(value)))]


def test_the_page_has_every_part(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)  # samples are kept under the working folder
    run = Path("run")
    run.mkdir()
    rows = [{"step": s, "loss@0.1": 1 / s, "loss@0.9": 3 / s} for s in (10, 20)]
    (run / "validation.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert main([*command, "--run", str(run)]) == 0
    page = Path(capsys.readouterr().out.split()[-1])
    text = page.read_text(encoding="utf-8")
    for wanted in (
        "real test clips", "real against real", "shuffled captions", "nearest training clip", "generated",
        "DPM-Solver++(2M)", "goals are reached", "### judge-1", "multimodality", "samples that lie nearest",
        "20 steps", "Nobody has written down", "seconds on 2 cores", "By training: not measured", "| 25% |",
        "## Words outside the data", "come nearest to what is meant", "A power law through these points",
        "### Why so near", "fresh draws: training clips, from all other takes",
    ):  # fmt: skip
        assert wanted in text, wanted
    assert "–" in text and "nan" not in text
    for picture in ("sheet-1.png", "steps.png", "losses.png", "density.png"):
        assert f"](tiny/{picture})" in text
        assert (page.parent / "tiny" / picture).read_bytes()[:4] == b"\x89PNG"


def test_without_time_it_says_what_lacks(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([*command, "--minutes", "0", "--no-speed"]) == 0
    text = Path(capsys.readouterr().out.split()[-1]).read_text(encoding="utf-8")
    assert "- test captions: 16 of 16 samples" in text  # captions that are equal share one
    assert "0 of 6 goals are reached, 0 are not, 6 not measured." in text


def test_what_is_wrong_is_one_line(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nowhere"]) == 2
    assert main([*command, "--judges", "nowhere"]) == 2
    assert capsys.readouterr().err.count("\n") == 2
