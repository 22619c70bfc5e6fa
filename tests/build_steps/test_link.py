"""The development install: links into the working tree, and nothing of the user's removed."""

from __future__ import annotations

import os
import sys
import tomllib
from pathlib import Path

import pytest

from build_steps.console import BuildError
from build_steps.link import layout, link

pytestmark = pytest.mark.skipif(os.name == "nt", reason="symbolic links need a privilege on Windows")


@pytest.fixture
def laid_out(tmp_path: Path) -> Path:
    wheel = tmp_path / "some_package-1.0-py3-none-any.whl"
    wheel.write_bytes(b"wheel")
    return layout(tmp_path / "layout" / "motionmix", [wheel], "linux-x64")


def test_the_layout_leads_to_the_working_tree(laid_out: Path, repo_root: Path):
    assert (laid_out / "motionmix_core").resolve() == repo_root / "motionmix_core"
    assert (laid_out / "__init__.py").resolve() == repo_root / "__init__.py"
    manifest = tomllib.loads((laid_out / "blender_manifest.toml").read_text(encoding="utf-8"))
    assert [laid_out / wheel for wheel in manifest["wheels"]] == list((laid_out / "wheels").iterdir())


def test_making_the_layout_again_leaves_the_working_tree_alone(laid_out: Path, repo_root: Path):
    before = sorted((repo_root / "motionmix_core").rglob("*.py"))
    layout(laid_out, [])
    assert sorted((repo_root / "motionmix_core").rglob("*.py")) == before
    assert not (laid_out / "wheels").exists()


@pytest.mark.skipif(sys.platform == "darwin", reason="Blender's user folder is elsewhere on macOS")
def test_the_newest_blender_gets_the_link_unless_another_is_named(laid_out: Path, tmp_path: Path):
    for version in ("3.6", "4.2", "4.10", "5.0", "config"):
        (tmp_path / "config" / "blender" / version).mkdir(parents=True)
    environ = {"XDG_CONFIG_HOME": str(tmp_path / "config")}
    newest = link(laid_out, environ=environ)
    assert newest == tmp_path / "config" / "blender" / "5.0" / "extensions" / "user_default" / "motionmix"
    assert newest.resolve() == laid_out.resolve()
    assert link(laid_out, "4.10", environ).parts[-4] == "4.10"
    assert link(laid_out, environ=environ) == newest  # a second time replaces the link
    with pytest.raises(BuildError, match=r"no user folder of Blender 3\.6"):
        link(laid_out, "3.6", environ)


def test_no_blender_says_so(laid_out: Path, tmp_path: Path):
    with pytest.raises(BuildError, match="start that Blender once"):
        link(laid_out, environ={"XDG_CONFIG_HOME": str(tmp_path / "nothing"), "HOME": str(tmp_path)})


def test_an_installed_extension_is_not_overwritten(laid_out: Path, tmp_path: Path):
    installed = tmp_path / "resources" / "extensions" / "user_default" / "motionmix"
    installed.mkdir(parents=True)
    (installed / "mine.txt").write_text("kept", encoding="utf-8")
    with pytest.raises(BuildError, match="is no link"):
        link(laid_out, environ={"BLENDER_USER_RESOURCES": str(tmp_path / "resources")})
    assert (installed / "mine.txt").read_text(encoding="utf-8") == "kept"
