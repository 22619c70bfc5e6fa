"""The command line: files that come out, and one clear line for what is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from motionmix_core.cli import main
from motionmix_core.formats.bvh_read import read_bvh
from motionmix_core.formats.motion_npz import load_motion
from tests.tiny_model import write_models


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_models(tmp_path_factory.mktemp("models"))


def run(models: Path, *arguments: str | Path) -> int:
    return main(["generate", "a person walks", "--models-dir", str(models), *map(str, arguments)])


def test_one_take_has_the_name_that_was_given(models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(models, "--seconds", "2", "-o", tmp_path / "walk.bvh") == 0
    assert [path.name for path in tmp_path.iterdir()] == ["walk.bvh"]
    assert read_bvh(tmp_path / "walk.bvh").num_frames == 60
    said = capsys.readouterr()
    assert said.out == f"{tmp_path / 'walk.bvh'}\n"
    assert said.err == ""


def test_several_takes_are_numbered_and_each_is_its_own_seed(models: Path, tmp_path: Path) -> None:
    assert run(models, "--seed", "7", "--count", "3", "-o", tmp_path / "walk.npz") == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["walk-1.npz", "walk-2.npz", "walk-3.npz"]
    assert run(models, "--seed", "9", "-o", tmp_path / "nine.npz") == 0
    assert (tmp_path / "nine.npz").read_bytes() == (tmp_path / "walk-3.npz").read_bytes()
    assert (tmp_path / "nine.npz").read_bytes() != (tmp_path / "walk-2.npz").read_bytes()


@pytest.mark.parametrize("suffix", ["bvh", "npz"])
def test_the_same_seed_gives_the_same_bytes(models: Path, tmp_path: Path, suffix: str) -> None:
    for name in ("a", "b"):
        assert run(models, "--seed", "7", "-o", tmp_path / f"{name}.{suffix}") == 0
    assert (tmp_path / f"a.{suffix}").read_bytes() == (tmp_path / f"b.{suffix}").read_bytes()


def test_frame_rate_unit_and_sampling_can_be_chosen(models: Path, tmp_path: Path) -> None:
    options = ("--seconds", "2", "--fps", "24", "--no-foot-lock", "--quality", "draft", "--sampler", "ddpm")
    assert run(models, *options, "--guidance", "1.5", "--steps", "3", "-o", tmp_path / "a.npz") == 0
    motion = load_motion(tmp_path / "a.npz")
    assert motion.fps == 24
    assert motion.num_frames == 48
    assert run(models, *options, "--unit", "cm", "-o", tmp_path / "a.bvh") == 0
    assert "OFFSET 9.000000 -5.030000 2.070000" in (tmp_path / "a.bvh").read_text()


def test_guidance_can_be_kept_to_some_noise_levels(models: Path, tmp_path: Path) -> None:
    for name, options in {
        "told": ("--guidance", "1"),
        "nowhere": ("--guidance", "3", "--guidance-interval", "0.5", "0.5"),
        "part": ("--guidance", "3", "--guidance-interval", "0.5", "1"),
    }.items():
        assert run(models, *options, "-o", tmp_path / f"{name}.npz") == 0
    told, nowhere, part = ((tmp_path / f"{name}.npz").read_bytes() for name in ("told", "nowhere", "part"))
    assert told == nowhere != part


def test_models_are_listed(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "--models-dir", str(models)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("tiny: 30 fps")
    assert "text-minilm" not in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--seconds", "0"], "seconds"),
        (["--seconds", "-1"], "seconds"),
        (["--seconds", "600"], "60"),
        (["--seconds", "nan"], "seconds"),
        (["--seconds", "long"], "--seconds"),
        (["--count", "0"], "takes"),
        (["--seed", "-1"], "seed"),
        (["--seed", "1.5"], "--seed"),
        (["--steps", "0"], "steps"),
        (["--guidance", "nan"], "guidance"),
        (["--guidance-interval", "0.9", "0.3"], "interval of guidance"),
        (["--sampler", "euler"], "--sampler"),
        (["--quality", "best"], "--quality"),
        (["--fps", "0"], "frame rate"),
        (["--fps", "nan"], "frame rate"),
        (["--model", "big"], "big"),
        (["--models-dir", "nowhere"], "nowhere"),
        (["-o", "walk.fbx"], "walk.fbx"),
        (["-o", "nowhere/walk.bvh"], "nowhere"),
        (["--wings", "2"], "--wings"),
    ],
)
def test_a_bad_argument_is_one_clear_line_and_exit_2(
    models: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    try:
        code: object = run(models, "-o", "walk.bvh", *arguments)
    except SystemExit as exit_:
        code = exit_.code
    assert code == 2
    complaint = capsys.readouterr().err
    assert said in complaint
    assert complaint.startswith("motionmix: ")
    assert complaint.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_an_output_that_is_a_folder_is_refused(
    models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "walk.bvh").mkdir()
    assert run(models, "-o", tmp_path / "walk.bvh") == 2
    assert "folder" in capsys.readouterr().err


@pytest.fixture
def read_only(tmp_path: Path) -> Path:
    """A folder that takes no files. Permissions don't stop root, who is shown one of the kernel's."""
    if os.name == "nt" or (os.geteuid() == 0 and not Path("/proc/self").is_dir()):
        pytest.skip("there is no folder here that one may not write to")
    if os.geteuid() == 0:
        return Path("/proc")
    tmp_path.chmod(0o500)
    return tmp_path


def test_a_read_only_folder_is_refused_before_the_work(
    models: Path, read_only: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(models, "-o", read_only / "walk.bvh") == 2
    complaint = capsys.readouterr().err
    assert f"Can't write to the folder {read_only}" in complaint
    assert complaint.count("\n") == 1
    assert not (read_only / "walk.bvh").exists()


def test_damaged_weights_are_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    models = write_models(tmp_path / "models")
    weights = models / "tiny" / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-7])
    assert run(models, "-o", tmp_path / "walk.bvh") == 2
    complaint = capsys.readouterr().err
    assert "damaged" in complaint
    assert complaint.count("\n") == 1
    assert not (tmp_path / "walk.bvh").exists()


def test_a_long_prompt_is_cut_and_said_so(models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "walk.npz"
    assert main(["generate", "walk " * 2000, "--models-dir", str(models), "--steps", "1", "-o", str(output)]) == 0
    assert "cut" in capsys.readouterr().err
    assert np.isfinite(load_motion(output).rotations).all()


def test_it_is_a_module_too(models: Path, tmp_path: Path, repo_root: Path) -> None:
    arguments = ["generate", "", "--models-dir", str(models), "-o", str(tmp_path / "a.bvh")]
    done = subprocess.run(
        [sys.executable, "-m", "motionmix_core", *arguments], cwd=repo_root, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "a.bvh").is_file()


def test_a_console_that_cannot_write_the_name_loses_no_take(models: Path, tmp_path: Path, repo_root: Path) -> None:
    command = [sys.executable, "-m", "motionmix_core", "generate", "walk \udcff", "--seconds", "1", "--count", "2"]
    done = subprocess.run(
        [*command, "--models-dir", str(models), "-o", str(tmp_path / "走.bvh")],
        cwd=repo_root,
        env={**os.environ, "PYTHONIOENCODING": "cp1252"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len(list(tmp_path.glob("走-?.bvh"))) == 2
