"""Prompts to choose from: presets in the model's words, former ones, and how both are found."""

from __future__ import annotations

import bpy
import pytest


@pytest.fixture(autouse=True)
def no_history(extension):
    prompts = extension.addon("prompts")
    prompts.forget()
    yield prompts
    prompts.forget()


def test_presets_are_many_and_each_is_there_once(no_history) -> None:
    presets = no_history.presets()
    assert len(presets) > 30
    assert len({prompt for prompt, _ in presets}) == len(presets)
    assert all(prompt == " ".join(prompt.split()) and prompt.isascii() and len(prompt) < 60 for prompt, _ in presets)


def test_what_was_used_comes_first_the_last_one_on_top_and_once(no_history) -> None:
    for prompt in ("walk forward", "a dragon  flies", "", "walk forward"):
        no_history.remember(prompt)
    assert no_history.former() == ["walk forward", "a dragon flies"]
    assert [prompt for prompt, _ in no_history.choices()][:2] == ["walk forward", "a dragon flies"]
    assert [prompt for prompt, _ in no_history.choices()].count("walk forward") == 1


def test_the_history_has_an_end(no_history) -> None:
    for number in range(no_history.KEPT + 5):
        no_history.remember(f"prompt {number}")
    assert len(no_history.former()) == no_history.KEPT
    assert no_history.former()[0] == f"prompt {no_history.KEPT + 4}"


def test_a_broken_history_is_no_history(no_history, extension) -> None:
    (extension.addon("log").user_folder() / no_history.HISTORY_FILE).write_text("{broken", encoding="utf-8")
    assert no_history.former() == []
    no_history.remember("walk")
    assert no_history.former() == ["walk"]


def test_every_typed_word_must_be_found_in_the_prompt_or_its_group(no_history, extension) -> None:
    found = [prompt for prompt, _ in no_history.matching("DANCE sal")]
    assert found
    assert all("salsa" in prompt for prompt in found)
    assert not list(no_history.matching("quantum"))
    search = extension.addon("properties").search_prompt
    assert list(search(bpy.context.scene.motionmix, bpy.context, "salsa")) == found


def test_choosing_puts_it_into_the_panel(no_history) -> None:
    bpy.ops.motionmix.choose_prompt(prompt="salsa dance")
    assert bpy.context.scene.motionmix.prompt == "salsa dance"
    no_history.remember("a dragon flies, “slowly”")
    bpy.ops.motionmix.choose_prompt(prompt="a dragon flies, “slowly”")
    assert bpy.context.scene.motionmix.prompt == "a dragon flies, “slowly”"


def test_the_history_can_be_cleared_when_there_is_one(no_history) -> None:
    with pytest.raises(RuntimeError, match="No prompt has been used yet"):
        bpy.ops.motionmix.clear_prompts()
    no_history.remember("walk")
    bpy.ops.motionmix.clear_prompts()
    assert no_history.former() == []
