"""The window tests: which scripts there are, and where they can't run and why."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from build_steps import debian_blender, window
from build_steps.console import BuildError


def test_every_script_can_be_named_and_has_steps():
    named = window.scripts()
    assert "drive_panel.py" in [path.name for path in named]
    for path in named:
        assert "\ndef steps(hand: Hand) -> Steps:\n" in path.read_text(encoding="utf-8"), path.name
    assert window.scripts(["takes", "panel"]) == [window.SCRIPTS / "drive_takes.py", window.SCRIPTS / "drive_panel.py"]


def test_a_script_that_does_not_exist_is_said_with_those_that_do():
    with pytest.raises(BuildError, match=r"drive_luck\.py; there are: .*panel"):
        window.scripts(["luck"])


@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_other_systems_are_told_that_it_needs_debian(system: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "platform", system)
    assert "needs Debian" in debian_blender.reason_why_not()


def test_another_linux_is_told_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(debian_blender, "_os_release", lambda: 'NAME="Fedora"\nID=fedora\n')
    assert "needs Debian" in debian_blender.reason_why_not()


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="this system has no root")
def test_a_user_without_rights_is_told_that_it_needs_root(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(debian_blender.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(debian_blender, "_os_release", lambda: "ID=debian\n")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert "needs root" in debian_blender.reason_why_not()


def test_build_py_prints_the_reason_and_is_content(repo_root: Path, tmp_path: Path):
    """Where the window tests can't run, that is no failure; without `unshare` they can't run anywhere."""
    command = [sys.executable, str(repo_root / "build.py"), "test", "--gui"]
    environment = {**os.environ, "PATH": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert "SKIPPED" in done.stdout and "can't run here: " in done.stdout


def test_a_debian_that_is_there_is_used_as_it_is(tmp_path: Path):
    for blender in debian_blender.BLENDERS:
        root = tmp_path / blender.suite
        root.mkdir()
        (root / debian_blender.READY).touch()
        assert debian_blender.ensure_debian(tmp_path, blender) == root
