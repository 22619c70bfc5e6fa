"""The manifest that ships, and what goes into the zip."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from build_steps import package
from build_steps.console import BuildError
from build_steps.package import MANIFEST, PLATFORMS, manifest_with, stage

WHEELS = ["./wheels/one-1.31.1-cp311-cp311-win_amd64.whl", "./wheels/two-0.23.3-cp310-abi3-win_amd64.whl"]


def test_the_manifest_says_what_blender_and_the_user_need():
    manifest = tomllib.loads(MANIFEST.read_text(encoding="utf-8"))
    assert manifest["id"] == "motionmix"
    assert manifest["blender_version_min"] == "4.2.0"
    assert manifest["license"] == ["SPDX:GPL-3.0-or-later"]
    assert sorted(manifest["platforms"]) == sorted(PLATFORMS)
    assert "network" not in manifest.get("permissions", {})  # it works offline, and says so


def test_the_package_and_the_extension_have_one_version(repo_root: Path):
    manifest = tomllib.loads(MANIFEST.read_text(encoding="utf-8"))
    project = tomllib.loads((repo_root / "pyproject.toml").read_text(encoding="utf-8"))
    assert manifest["version"] == project["project"]["version"]


def test_wheels_and_platforms_are_put_into_a_copy_of_the_manifest():
    source = MANIFEST.read_text(encoding="utf-8")
    before, after = tomllib.loads(source), tomllib.loads(manifest_with(source, WHEELS, ["windows-x64"]))
    assert after["wheels"] == WHEELS
    assert after["platforms"] == ["windows-x64"]
    assert {name: after[name] for name in before if name != "platforms"} == {
        name: before[name] for name in before if name != "platforms"
    }


def test_a_manifest_that_lists_wheels_itself_is_refused():
    with pytest.raises(BuildError, match="lists wheels"):
        manifest_with('wheels = []\nplatforms = ["linux-x64"]\n', WHEELS, ["linux-x64"])


def test_a_manifest_without_platforms_is_refused():
    with pytest.raises(BuildError, match="platforms"):
        manifest_with('id = "motionmix"\n', WHEELS, ["linux-x64"])


@pytest.fixture
def small_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with every part that ships, a few bytes each, and some that must not."""
    root = tmp_path / "repo"
    for name in (
        "__init__.py",
        "LICENSE",
        "NOTICE.md",
        "licenses/Apache-2.0.txt",
        "addon/__init__.py",
        "addon/__pycache__/__init__.cpython-311.pyc",
        "motionmix_core/motion/motion.py",
        "pretrained/base-cmu/model.json",
        "pretrained/in-between/weights.safetensors",
        "pretrained/text-minilm/model.json",
        "pretrained/another/model.json",
        "tests/test_motion.py",
        "training/train.py",
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name, encoding="utf-8")
    (root / MANIFEST.name).write_text(MANIFEST.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(package, "ROOT", root)
    monkeypatch.setattr(package, "MANIFEST", root / MANIFEST.name)
    return root


def test_the_stage_holds_what_ships_and_nothing_else(small_repository: Path, tmp_path: Path):
    wheel = tmp_path / "some_package-1.0-py3-none-any.whl"
    wheel.write_bytes(b"wheel")
    stage(tmp_path / "stage", [wheel], ["linux-x64"])
    staged_folder = tmp_path / "stage"
    files = {path.relative_to(staged_folder).as_posix() for path in staged_folder.rglob("*") if path.is_file()}
    assert files == {
        "__init__.py",
        "LICENSE",
        "NOTICE.md",
        "licenses/Apache-2.0.txt",
        "blender_manifest.toml",
        "addon/__init__.py",
        "motionmix_core/motion/motion.py",
        "pretrained/base-cmu/model.json",
        "pretrained/in-between/weights.safetensors",
        "pretrained/text-minilm/model.json",
        "wheels/some_package-1.0-py3-none-any.whl",
    }
    staged = tomllib.loads((tmp_path / "stage" / "blender_manifest.toml").read_text(encoding="utf-8"))
    assert staged["wheels"] == ["./wheels/some_package-1.0-py3-none-any.whl"]


def test_every_model_that_ships_is_credited():
    """Of whom and by which licence, with a link where the licence asks for one (CC BY)."""
    notice = (package.ROOT / "NOTICE.md").read_text(encoding="utf-8")
    for model in package.MODELS:
        assert f"`pretrained/{model}`" in notice
    assert "https://creativecommons.org/licenses/by/4.0/" in notice


def test_a_missing_model_is_named(small_repository: Path, tmp_path: Path):
    (small_repository / "pretrained" / "base-cmu" / "model.json").unlink()
    (small_repository / "pretrained" / "base-cmu").rmdir()
    with pytest.raises(BuildError, match="pretrained/base-cmu is missing"):
        stage(tmp_path / "stage", [], ["linux-x64"])


def test_only_zips_for_other_pythons_than_the_official_blenders_say_so_in_their_name():
    assert package.suffix(package.PYTHONS) == ""
    assert package.suffix([(3, 11), (3, 13)]) == ""
    assert package.suffix([(3, 14)]) == "-python3.14"
    assert package.suffix([(3, 11)]) == "-python3.11"
