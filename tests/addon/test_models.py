"""Several models in the models folder: the panel says which makes the motion, and a take remembers it."""

from __future__ import annotations

import shutil
from pathlib import Path

import bpy
import pytest


@pytest.fixture
def two_models(extension, models: Path) -> Path:
    """The tiny model, and a copy of it in a folder called "mine", as somebody makes it to try something on it."""
    shutil.copytree(models / "tiny", models / "mine")
    extension.addon("models")._names.cache_clear()
    return models


def test_the_models_can_be_searched_by_name(extension, two_models) -> None:
    search = extension.addon("properties").search_model
    panel = bpy.context.scene.motionmix
    assert sorted(search(panel, bpy.context, "")) == ["mine", "tiny"]
    assert search(panel, bpy.context, "MI") == ["mine"]


def test_a_folder_that_can_not_be_read_lists_none(extension, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MOTIONMIX_MODELS", str(tmp_path / "nowhere"))
    assert extension.addon("models").names() == ()


def test_the_panels_model_makes_motions_and_edits_and_is_kept_with_them(extension, skeleton, two_models) -> None:
    usual, other = extension.addon("models").names()
    bpy.context.scene.motionmix.model = other
    bpy.ops.motionmix.generate(prompt="walk", seconds=1.0)
    request_of = extension.addon("rigs.takes").request_of
    assert request_of(skeleton.animation_data.action)["model"] == other
    bpy.ops.motionmix.edit_continue(prompt="walk", seconds=1.0)
    assert request_of(skeleton.animation_data.action)["model"] == other
    bpy.context.scene.motionmix.model = ""
    bpy.ops.motionmix.generate(prompt="walk", seconds=1.0)
    assert request_of(skeleton.animation_data.action)["model"] == usual


def test_the_settings_of_a_take_bring_its_model_back(extension, skeleton, two_models) -> None:
    usual, other = extension.addon("models").names()
    for model in (usual, other):
        bpy.ops.motionmix.generate(prompt=model, seconds=1.0, model=model)
    bpy.ops.motionmix.take_use_settings(take=f"{other} #1")
    assert bpy.context.scene.motionmix.model == other
    bpy.ops.motionmix.take_use_settings(take=f"{usual} #1")
    assert bpy.context.scene.motionmix.model == ""  # the usual one needs no name, and goes on when it's replaced


def test_a_model_that_is_gone_from_the_folder_is_named(skeleton, two_models) -> None:
    bpy.context.scene.motionmix.model = "mine"
    shutil.rmtree(two_models / "mine")
    with pytest.raises(RuntimeError, match="no model 'mine'"):
        bpy.ops.motionmix.generate(prompt="walk", seconds=1.0)
    assert not bpy.data.actions
