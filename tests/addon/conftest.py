"""Blender for the add-on's tests: the extension installed once for each run, an empty file for each test.

These tests run in Python with Blender's own module (bpy); elsewhere they are left out. With MOTIONMIX_ZIP that
package is installed as a user would install it, otherwise the working tree, laid out as an extension by symbolic
links.
"""

from __future__ import annotations

import importlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

REPO_ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "bl_ext.user_default.motionmix"

try:
    # Blender reads this variable when it's imported: nothing of the user's own Blender is touched.
    _resources = os.environ.setdefault("BLENDER_USER_RESOURCES", tempfile.mkdtemp(prefix="motionmix-blender-"))
    import bpy
except ModuleNotFoundError:
    collect_ignore_glob = ["*.py"]
else:
    import addon_utils


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the process here.

    With a timer of Rigify's registered, Blender 4.2 crashes and 4.5 hangs when Python ends by itself.
    """
    if "bpy" not in sys.modules or hasattr(config, "workerinput"):
        return
    session = config.pluginmanager.get_plugin("session")
    status = getattr(config, "_motionmix_status", getattr(session, "exitstatus", 0))
    sys.stdout.flush()
    sys.stderr.flush()
    if PACKAGE in bpy.context.preferences.addons:
        addon_utils.disable(PACKAGE, default_set=True)
    if "MOTIONMIX_ZIP" not in os.environ:
        shutil.rmtree(os.environ["BLENDER_USER_RESOURCES"], ignore_errors=True)
    os._exit(int(status))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Keep the status for `pytest_unconfigure`."""
    session.config._motionmix_status = int(exitstatus)  # type: ignore[attr-defined]  # made here


def _link_tree(target: Path) -> None:
    """Lay the working tree out as an installed extension. No wheels: this Python has the libraries already."""
    target.mkdir(parents=True)
    for name in ("addon", "motionmix_core", "pretrained", "__init__.py"):
        if (REPO_ROOT / name).exists():
            (target / name).symlink_to(REPO_ROOT / name)
    lines = (REPO_ROOT / "blender_manifest.toml").read_text(encoding="utf-8").splitlines()
    (target / "blender_manifest.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture(scope="session", autouse=True)
def installed() -> str:
    """The extension, installed and enabled; gives its package name."""
    package = os.environ.get("MOTIONMIX_ZIP")
    if package:
        bpy.ops.extensions.package_install_files(repo="user_default", filepath=package, enable_on_install=True)
    else:
        folder = Path(os.environ["BLENDER_USER_RESOURCES"]) / "extensions" / "user_default" / "motionmix"
        if not folder.exists():
            _link_tree(folder)
        addon_utils.extensions_refresh(ensure_wheels=True)
        addon_utils.enable(PACKAGE, default_set=True)
    assert PACKAGE in bpy.context.preferences.addons
    return PACKAGE


@pytest.fixture(autouse=True)
def _empty_file(installed: str) -> Iterator[None]:
    """Every test begins in an empty file with the extension enabled, at 24 frames a second (Blender's usual)."""
    bpy.ops.wm.read_homefile(use_empty=True)
    yield
    if PACKAGE not in bpy.context.preferences.addons:
        addon_utils.enable(PACKAGE, default_set=True)


@pytest.fixture
def thirty_frames_a_second(_empty_file: None) -> None:
    """The rate that the motions of most tests have."""
    bpy.context.scene.render.fps, bpy.context.scene.render.fps_base = 30, 1.0


@pytest.fixture(scope="session")
def tiny_models(installed: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models folder of a few thousand numbers that the real worker runs."""
    from tests.tiny_model import write_models

    return write_models(tmp_path_factory.mktemp("models"))


@pytest.fixture
def models(tiny_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the tiny models that a test may damage; the add-on is told to use it. Its worker ends with the test."""
    folder = Path(shutil.copytree(tiny_models, tmp_path / "models"))
    monkeypatch.setenv("MOTIONMIX_MODELS", str(folder))
    yield folder
    importlib.import_module(f"{PACKAGE}.addon.worker_bridge").stop_worker()


@pytest.fixture
def warm_models(tiny_models: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tiny models for tests that only use them: the worker stays from one test to the next, its start is saved."""
    monkeypatch.setenv("MOTIONMIX_MODELS", str(tiny_models))
    return tiny_models


class Extension:
    """The installed extension's modules: ``extension.addon("rigs.write")``, ``extension.core("motion.motion")``."""

    def addon(self, name: str) -> ModuleType:
        return importlib.import_module(f"{PACKAGE}.addon.{name}")

    def core(self, name: str) -> ModuleType:
        return importlib.import_module(f"{PACKAGE}.motionmix_core.{name}")


@pytest.fixture(scope="session")
def extension(installed: str) -> Extension:
    return Extension()


@pytest.fixture
def skeleton() -> Any:
    """The MotionMix skeleton in the scene, active."""
    bpy.ops.motionmix.add_skeleton(with_figure=False)
    return bpy.context.object


@pytest.fixture
def metarig() -> Any:
    """Rigify's human metarig in the scene, active."""
    addon_utils.enable("rigify", default_set=True)
    bpy.ops.object.armature_human_metarig_add()
    return bpy.context.object


@pytest.fixture
def generated(metarig: Any) -> Any:
    """A rig that Rigify generated from its human metarig, active: 706 bones, most of them driven by constraints."""
    bpy.ops.pose.rigify_generate()
    rig = next(obj for obj in bpy.data.objects if obj.type == "ARMATURE" and obj is not metarig)
    bpy.context.view_layer.objects.active = rig
    return rig
