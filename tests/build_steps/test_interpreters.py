"""Finding a Python for Blender's modules, among programs that stand in for interpreters of versions not installed."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from build_steps.console import BuildError
from build_steps.interpreters import find_interpreter

WANTED = (3, 98)
OTHER = (3, 99)


def fake_python(folder: Path, name: str, version: tuple[int, int], can_make_environments: bool = True) -> Path:
    """A program that answers the probe as a Python of that version would."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / (f"{name}.cmd" if os.name == "nt" else name)
    answer = json.dumps([list(version), can_make_environments, str(path)])
    path.write_text(f"@echo {answer}\n" if os.name == "nt" else f"#!/bin/sh\necho '{answer}'\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An environment in which nothing but what the test puts there is found."""
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "PATHEXT", "COMSPEC") if name in os.environ}
    return {**kept, "PATH": str(tmp_path / "bin"), "HOME": str(tmp_path / "home")}


def test_the_running_interpreter_is_taken_when_it_fits():
    found = find_interpreter([sys.version_info[:2]])
    assert found.version == sys.version_info[:2]
    assert Path(found.path).resolve() == Path(sys.executable).resolve()


def test_a_versioned_name_on_the_search_path_is_found(tmp_path: Path, environ: dict[str, str]):
    path = fake_python(tmp_path / "bin", "python3.98", WANTED)
    assert find_interpreter([WANTED], environ) == (str(path), WANTED)


@pytest.mark.skipif(os.name == "nt", reason="pyenv's folders are laid out in another way on Windows")
def test_a_name_that_answers_with_another_version_is_passed_over(tmp_path: Path, environ: dict[str, str]):
    fake_python(tmp_path / "bin", "python3.98", OTHER)
    path = fake_python(tmp_path / "home" / ".pyenv" / "versions" / "3.98.1" / "bin", "python", WANTED)
    assert find_interpreter([WANTED], environ).path == str(path)


def test_versions_are_preferred_in_the_order_given(tmp_path: Path, environ: dict[str, str]):
    fake_python(tmp_path / "bin", "python3.98", WANTED)
    fake_python(tmp_path / "bin", "python3.99", OTHER)
    assert find_interpreter([OTHER, WANTED], environ).version == OTHER
    assert find_interpreter([WANTED, OTHER], environ).version == WANTED


@pytest.mark.skipif(os.name == "nt", reason="uv's folders are laid out in another way on Windows")
def test_uvs_own_pythons_are_found_without_uv_on_the_path(tmp_path: Path, environ: dict[str, str]):
    folder = tmp_path / "home" / ".local" / "share" / "uv" / "python" / "cpython-3.98.0-linux-x86_64-gnu" / "bin"
    path = fake_python(folder, "python3.98", WANTED)
    assert find_interpreter([WANTED], environ).path == str(path)


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands in for uv")
def test_uv_is_asked_when_it_is_on_the_path(tmp_path: Path, environ: dict[str, str]):
    path = fake_python(tmp_path / "elsewhere", "python", WANTED)
    uv = tmp_path / "bin" / "uv"
    uv.parent.mkdir()
    uv.write_text(f'#!/bin/sh\n[ "$*" = "python find --no-project 3.98" ] && echo {path}\n', encoding="utf-8")
    uv.chmod(0o755)
    assert find_interpreter([WANTED], environ).path == str(path)


def test_none_at_all_says_what_to_install(environ: dict[str, str]):
    with pytest.raises(BuildError) as caught:
        find_interpreter([WANTED, OTHER], environ)
    message = str(caught.value)
    assert "Python 3.98 or Python 3.99 is needed" in message
    for command in ("winget install", "brew install", "apt install python3.98", "uv python install 3.98"):
        assert command in message


def test_one_without_venv_is_not_used_and_named(tmp_path: Path, environ: dict[str, str]):
    path = fake_python(tmp_path / "bin", "python3.98", WANTED, can_make_environments=False)
    with pytest.raises(BuildError, match="without its venv module") as caught:
        find_interpreter([WANTED], environ)
    assert str(path) in str(caught.value)


def test_a_program_that_fails_or_talks_nonsense_is_passed_over(tmp_path: Path, environ: dict[str, str]):
    broken = fake_python(tmp_path / "bin", "python3.98", WANTED)
    broken.write_text("@exit 3\n" if os.name == "nt" else "#!/bin/sh\nexit 3\n", encoding="utf-8")
    python3 = fake_python(tmp_path / "bin", "python3", WANTED)
    assert find_interpreter([WANTED], environ).path == str(python3)
    python3.write_text("@echo hello\n" if os.name == "nt" else "#!/bin/sh\necho hello\n", encoding="utf-8")
    with pytest.raises(BuildError):
        find_interpreter([WANTED], environ)
