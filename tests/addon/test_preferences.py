"""The preferences do what they say: models and their cards, another Python, memory, idle time."""

from __future__ import annotations

import importlib.util
import sys
from typing import Any

import bpy
import pytest

from tests.addon.conftest import PACKAGE


@pytest.fixture
def preferences() -> Any:
    chosen = bpy.context.preferences.addons[PACKAGE].preferences
    yield chosen
    for name in ("interpreter", "python", "device", "memory_limit", "idle_minutes", "models_folder", "key_rate"):
        chosen.property_unset(name)


def test_models_are_listed_with_size_licence_and_card(extension, models) -> None:
    (models / "tiny" / "MODEL_CARD.md").write_text("# tiny\n| licence of the weights | GPL-3.0 |\n", encoding="utf-8")
    (found,) = extension.addon("core").model_summaries(models)
    assert (found.name, found.licence, found.problem) == ("tiny", "GPL-3.0", "")
    assert found.megabytes == pytest.approx(sum(f.stat().st_size for f in (models / "tiny").iterdir()) / 1e6)
    bpy.ops.motionmix.open_model_card(model="tiny")
    assert "GPL-3.0" in bpy.data.texts["tiny MODEL_CARD.md"].as_string()


def test_a_model_without_a_card_and_a_broken_one_are_told(extension, models) -> None:
    with pytest.raises(RuntimeError, match="no card"):
        bpy.ops.motionmix.open_model_card(model="tiny")
    (models / "tiny" / "model.json").write_text("{}", encoding="utf-8")
    (found,) = extension.addon("core").model_summaries(models)
    assert "model.json" in found.problem


def test_the_model_that_ships_has_a_card_that_names_its_licence(extension) -> None:
    folder = extension.addon("package").FOLDER / "pretrained"
    found = extension.addon("core").model_summaries(folder)
    assert found
    assert all(model.licence and model.card for model in found)


def test_the_bundled_runtime_is_tested_by_making_a_motion(models, preferences) -> None:
    assert bpy.ops.motionmix.test_python() == {"FINISHED"}


def test_another_python_is_tested_and_really_used(extension, skeleton, models, preferences) -> None:
    preferences.interpreter, preferences.python = "PYTHON", sys.executable
    assert bpy.ops.motionmix.test_python() == {"FINISHED"}
    lines = [line for line, _ in extension.addon("operators.preference_tools").last_probe()]
    assert lines[0].startswith("Works: a second of motion in ")
    assert "numpy " in lines[1]
    bpy.ops.motionmix.generate(prompt="walk", seconds=1.0)
    client = extension.addon("worker_bridge").bridge()._client
    assert client._process._process.args[0] == sys.executable
    assert client.settings.runtime == "auto"


def test_a_python_that_is_not_there_or_cant_says_why(models, preferences, tmp_path) -> None:
    preferences.interpreter = "PYTHON"
    with pytest.raises(RuntimeError, match="Choose the Python"):
        bpy.ops.motionmix.test_python()
    preferences.python = str(tmp_path / "no-python")
    with pytest.raises(RuntimeError, match="no-python"):
        bpy.ops.motionmix.test_python()
    bare = tmp_path / "bare"
    bare.write_text(f'#!/bin/sh\nexec {sys.executable} -c "print(1)"\n')
    bare.chmod(0o755)
    preferences.python = str(bare)
    with pytest.raises(RuntimeError, match="can't run the models"):
        bpy.ops.motionmix.test_python()


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="this Python has no torch")
def test_a_python_with_torch_runs_the_models_on_torch(extension, skeleton, models, preferences) -> None:
    preferences.interpreter, preferences.python, preferences.device = "PYTHON", sys.executable, "cpu"
    bpy.ops.motionmix.test_python()


def test_a_worker_above_its_memory_limit_is_ended_with_a_word(skeleton, models, preferences) -> None:
    preferences.memory_limit = 1
    with pytest.raises(RuntimeError):
        bpy.ops.motionmix.generate(prompt="walk", seconds=60.0, variations=8, steps=1000)
    assert not bpy.data.actions
    preferences.memory_limit = 0
    bpy.ops.motionmix.generate(prompt="walk", seconds=1.0)
    assert skeleton.animation_data.action.name == "walk #1"


def test_what_is_set_reaches_the_worker(extension, models, preferences) -> None:
    settings = extension.addon("preferences").worker_settings
    preferences.memory_limit, preferences.idle_minutes = 900, 3
    assert (settings().memory_mb, settings().idle_seconds, settings().runtime) == (900.0, 180.0, "onnxruntime")
    preferences.idle_minutes = 0
    assert settings().idle_seconds > 1e6
