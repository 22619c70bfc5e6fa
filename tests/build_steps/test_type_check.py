from __future__ import annotations

import sys
from pathlib import Path

import pytest

from build_steps.console import BuildError
from build_steps.type_check import Check, run_mypy

pytest.importorskip("mypy")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "extension"
    (folder / "addon").mkdir(parents=True)
    (folder / "__init__.py").write_text("", encoding="utf-8")
    (folder / "addon" / "__init__.py").write_text("", encoding="utf-8")
    (folder / "addon" / "panel.py").write_text("width: int = 3\n", encoding="utf-8")
    (tmp_path / "mypy.ini").write_text("[mypy]\n", encoding="utf-8")
    return tmp_path


def check(package: Path, files: int = 3) -> None:
    words = ["-p", "extension", "--config-file", package / "mypy.ini", "--cache-dir", package / "cache"]
    run_mypy(Path(sys.executable), Check("test", words, {}, files), package)


def test_good_code_passes(package: Path) -> None:
    check(package)


def test_an_error_in_any_file_fails(package: Path) -> None:
    (package / "extension" / "addon" / "panel.py").write_text('width: int = "wide"\n', encoding="utf-8")
    with pytest.raises(BuildError, match="exit status 1"):
        check(package)


def test_files_that_mypy_does_not_look_at_fail(package: Path) -> None:
    (package / "mypy.ini").write_text("[mypy]\nexclude = addon\n", encoding="utf-8")
    with pytest.raises(BuildError, match="looked at 1 of 3 files"):
        check(package)
