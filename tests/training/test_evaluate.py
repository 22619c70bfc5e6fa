"""The command line from arguments to files, with a tiny model and clips made by formula."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("matplotlib")
pytest.importorskip("onnx")

from tests import motions
from tests.tiny_model import write_models
from training.evaluate import main
from training.preparation.cache import write_cache
from training.preparation.records import Caption, Clip, Frames


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    clips = [
        Clip(
            id=f"made/{number}",
            dataset="made",
            source="formula",
            licence="CC0",
            subject="1",
            split="test",
            frames=Frames.pack(motions.walk(2, speed=0.5 + number / 10)),
            captions=(Caption("walk forward", "walk forward", 0, 2, "written"),),
        )
        for number in range(5)
    ]
    return write_cache(tmp_path / "cache", clips, 30.0)


def test_real_clips_on_pages(cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ids = [f"made/{number}" for number in range(5)]
    target = tmp_path / "sheets" / "real.png"
    status = main(["--clips", *ids, "--cache", str(cache), "--sheet", str(target), "--rows-per-page", "2"])
    assert status == 0
    pages = [target, target.with_name("real-2.png"), target.with_name("real-3.png")]
    assert capsys.readouterr().out.split() == [str(page) for page in pages]
    assert all(page.read_bytes()[:4] == b"\x89PNG" for page in pages)
    assert sorted(target.parent.iterdir()) == sorted(pages)


def test_model_is_measured_beside_real_clips(cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    models = write_models(tmp_path / "models")
    prompts = tmp_path / "prompts.txt"
    prompts.write_text("# comment\n\nwalk\n", encoding="utf-8")
    command = ["--model", str(models / "tiny"), "--prompts", "jump", "--prompts-file", str(prompts), "--count", "2"]
    command += ["--seconds", "1", "--steps", "2", "--cache", str(cache), "--metrics", str(tmp_path / "report")]
    assert main(command) == 0
    assert "| walk (2) |" in capsys.readouterr().out
    rows = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["tables"][0]["rows"]
    assert [name.replace("&nbsp;", "").strip("*") for name in rows] == [
        "jump (2)",
        "walk (2)",
        "real: walk (5, test)",
        "all generated (4)",
        "all real test clips (5)",
    ]
    assert (tmp_path / "report.md").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "say what to make"),
        (["--sheet", "x.png", "--model", "nowhere/at-all"], "no model folder"),
        (["--sheet", "x.png", "--clips", "cmu/1", "--cache", "nowhere"], "training.prepare"),
        (["--sheet", "x.png", "--prompts-file", "nowhere.txt"], "nowhere.txt"),
        (["--sheet", "x.png", "--from-checkpoint", "nowhere"], "no checkpoint"),
    ],
)
def test_what_is_wrong_is_one_line_and_status_two(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
