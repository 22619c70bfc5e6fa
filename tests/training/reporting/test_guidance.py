"""Weights and intervals of guidance compared on the validation split by one command, and a choice put into a model."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("matplotlib")
pytest.importorskip("onnx")

from motionmix_core.denoisers.description import read_model_description
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.skeleton import canonical_skeleton
from tests.tiny_model import write_models
from tests.training.evaluators.toy import write_toy_cache
from training.choose_guidance import main
from training.reporting.guidance import Setting, hand_speeds
from training.train_evaluator import main as train_evaluator


def test_a_setting_is_read_from_the_command_line_and_named() -> None:
    assert Setting.parsed("2.5") == Setting(2.5, (0.0, 1.0))
    assert Setting.parsed("3:0.3:0.95") == Setting(3.0, (0.3, 0.95))
    assert [Setting.parsed(text).name for text in ("2.5", "3:0.3:0.95")] == ["2.5", "3, 0.3 to 0.95"]
    for wrong, said in (("", "float"), ("2.5:0.3", "neither"), ("much", "float")):
        with pytest.raises(ValueError, match=said):
            Setting.parsed(wrong)


def test_a_still_body_that_travels_has_still_hands_and_a_swinging_arm_has_not() -> None:
    skeleton = canonical_skeleton()
    frames = 61
    rotations = np.tile([1.0, 0, 0, 0], (frames, skeleton.num_joints, 1))
    root = np.stack([np.linspace(0, 4, frames), np.full(frames, 0.9), np.zeros(frames)], axis=1)
    swinging = rotations.copy()
    angle = 0.6 * np.sin(np.linspace(0, 8 * np.pi, frames))
    shoulder = skeleton.index("left_shoulder")
    swinging[:, shoulder] = np.stack([np.cos(angle / 2), 0 * angle, 0 * angle, np.sin(angle / 2)], axis=1)
    still, moving = hand_speeds(Motion(skeleton, root, turned, 30.0) for turned in (rotations, swinging))
    assert still == pytest.approx(0, abs=1e-9)
    arm = 0.297 + 0.189  # shoulder to wrist: 4 swings of 4 x 0.6 rad in 2 s
    assert moving == pytest.approx(arm * 0.6 * 16 / 2, rel=0.03)


def test_settings_are_compared_and_one_is_put_into_the_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)  # samples are kept under the working folder
    cache = write_toy_cache(tmp_path / "cache", train=3, held_out=3)
    model = write_models(tmp_path / "models") / "tiny"
    train_evaluator(["--cache", str(cache), "--out", "judges", "--steps", "2", "--seeds", "1"])
    where = ["--cache", str(cache), "--judges", "judges", "--out", "guidance.md", "--processes", "1", "--samples", "3"]
    assert main([str(model), *where, "--settings", "1", "--brief", "2:0.5:1"]) == 0
    rows = [line for line in Path("guidance.md").read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    assert [row.split(" | ")[0] for row in rows[1:]] == ["| real validation clips", "| 1", "| 2, 0.5 to 1"]
    assert all("nan" not in row for row in rows)
    assert rows[2].count("–") == 0 and rows[3].count("–") == 3  # brief: neither variety nor hands nor their cost

    before = json.loads((model / "model.json").read_text(encoding="utf-8"))
    assert main([str(model), "--write", "2:0.5:1"]) == 0
    after = read_model_description(model)
    assert (after.default_guidance, after.guidance_interval) == (2.0, (0.5, 1.0))
    said = json.loads((model / "model.json").read_text(encoding="utf-8"))
    assert {**said, "default_guidance": 0, "guidance_interval": 0} == {
        **before, "default_guidance": 0, "guidance_interval": 0,
    }  # fmt: skip
    capsys.readouterr()
    assert main([str(model), "--write", "2:0.9:0.1"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_the_page_and_its_remarks_say_what_the_shipped_model_does(repo_root: Path) -> None:
    """The remarks are what `choose_guidance` puts into the page: both name the weights and interval that ship."""
    reports = repo_root / "training" / "reports"
    remarks = (reports / "guidance.remarks.md").read_text("utf-8")
    assert f"\n\n{remarks}\n" in (reports / "guidance.md").read_text("utf-8")
    told = re.match(r"\*\*What ships now \(weights (\w+)\): (\S+) between noise levels (\S+) and (\S+?)\*\*", remarks)
    assert told is not None
    model = json.loads((repo_root / "pretrained" / "base-cmu" / "model.json").read_text("utf-8"))
    assert told[1] == model["weights_sha256"][:12]
    assert float(told[2]) == model["default_guidance"]
    assert [float(told[3]), float(told[4])] == model["guidance_interval"]
