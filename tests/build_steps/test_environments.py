"""Environments are reused as long as their requirements stay the same, and made anew otherwise."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from build_steps.console import BuildError
from build_steps.environments import STAMP, ensure_environment
from build_steps.interpreters import Interpreter

THIS = Interpreter(sys.executable, (sys.version_info[0], sys.version_info[1]))


@pytest.mark.slow
def test_an_environment_is_kept_until_its_requirements_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    pins = tmp_path / "pins.txt"
    pins.write_text("# nothing to install\n", encoding="utf-8")
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("-c pins.txt\n", encoding="utf-8")
    folder = tmp_path / "venv"

    python = ensure_environment(folder, THIS, requirements)
    assert subprocess.run([str(python), "-c", "import pip"]).returncode == 0
    marker = folder / "marker"
    marker.touch()
    assert ensure_environment(folder, THIS, requirements) == python
    assert marker.exists()

    pins.write_text("# another set of pins\n", encoding="utf-8")
    ensure_environment(folder, THIS, requirements)
    assert not marker.exists()


def test_a_failed_installation_is_not_taken_for_a_whole_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("no-such-package-of-motionmix==1.0\n", encoding="utf-8")
    with pytest.raises(BuildError, match=r"installing .*requirements.txt failed"):
        ensure_environment(tmp_path / "venv", THIS, requirements)
    assert "no-such-package-of-motionmix" in capfd.readouterr().err
    assert not (tmp_path / "venv" / STAMP).exists()


def test_a_missing_requirements_file_is_named(tmp_path: Path):
    with pytest.raises(BuildError, match=r"gone\.txt is missing"):
        ensure_environment(tmp_path / "venv", THIS, tmp_path / "gone.txt")
