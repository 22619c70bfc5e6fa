"""As a New Motion: a sequence of prompts made from nothing, by a script and beside the window alike."""

from __future__ import annotations

import bpy
import pytest

from tests.addon.editing import all_bytes, key_poses, rig_of, walking
from tests.addon.test_edit_tools import KEYS, ticked

pytestmark = pytest.mark.usefixtures("thirty_frames_a_second")

PARTS = (("walk", 1.0), ("sit down", 1.5))


@pytest.mark.parametrize("has_action", [True, False])
def test_beside_the_window_it_is_made_from_nothing_as_by_a_script(extension, warm_models, has_action: bool) -> None:
    obj = rig_of("mixamo")
    if has_action:
        mine = key_poses(extension, obj, walking(extension), KEYS)
        before = all_bytes(extension, obj)
    spec = extension.addon("editing.spec").EditSpec(tool="continue", sequence=PARTS, seed=4)
    pressed = extension.addon("operators.edit_continue").MOTIONMIX_OT_edit_sequence
    made = ticked(pressed.begun(bpy.context.scene, obj, spec)).action
    assert made == obj.animation_data.action
    assert made.name == "walk, sit down #1"
    assert tuple(made.frame_range) == (1, 75)
    in_the_window = all_bytes(extension, obj)
    assert bpy.ops.motionmix.edit_sequence(prompts="walk: 1; sit down: 1.5", seed=4) == {"FINISHED"}
    assert obj.animation_data.action != made
    assert all_bytes(extension, obj) == in_the_window
    if has_action:
        assert bpy.ops.motionmix.take_own() == {"FINISHED"}
        assert obj.animation_data.action == mine
        assert all_bytes(extension, obj) == before


def test_the_length_in_the_panel_of_generate_does_not_cut_it(extension, warm_models) -> None:
    obj = rig_of("mixamo")
    panel = bpy.context.scene.motionmix
    panel.length, panel.frames = "FRAMES", 20
    bpy.ops.motionmix.edit_sequence(prompts="walk: 1; sit down: 1.5")
    assert tuple(obj.animation_data.action.frame_range) == (1, 75)


def test_again_makes_the_same_parts(extension, warm_models) -> None:
    obj = rig_of("mixamo")
    bpy.ops.motionmix.edit_sequence(prompts="walk: 1; sit down: 1.5", seed=4)
    first, made = all_bytes(extension, obj), obj.animation_data.action
    assert bpy.ops.motionmix.take_again() == {"FINISHED"}
    assert obj.animation_data.action != made
    assert all_bytes(extension, obj) == first
    assert bpy.ops.motionmix.take_again(take=made.name, new_seed=True) == {"FINISHED"}
    stored = extension.addon("takes.collection").request(obj.animation_data.action)
    assert stored["segments"] == [["walk", 1.0], ["sit down", 1.5]]
    assert all_bytes(extension, obj) != first
    bpy.ops.motionmix.edit_sequence(prompts="walk: 1; sit down: 1.5", seed=stored["seed"])
    with_that_seed = all_bytes(extension, obj)
    bpy.ops.motionmix.take_again(take=made.name, variations=2)
    assert all_bytes(extension, obj) == first
    bpy.ops.motionmix.generate(take=made.name, seed=stored["seed"])
    assert all_bytes(extension, obj) == with_that_seed


def test_its_settings_go_back_into_the_panel(extension, warm_models) -> None:
    obj = rig_of("mixamo")
    bpy.ops.motionmix.edit_sequence(prompts="walk: 1; sit down: 1.5", seed=4)
    first = all_bytes(extension, obj)
    panel = bpy.context.scene.motionmix_edit
    panel.tool = "loop"
    bpy.context.scene.motionmix.seed = 9
    assert bpy.ops.motionmix.take_use_settings() == {"FINISHED"}
    assert (panel.tool, panel.use_sequence) == ("continue", True)
    assert [(part.prompt, part.seconds) for part in panel.sequence] == [("walk", 1.0), ("sit down", 1.5)]
    assert bpy.ops.motionmix.edit_sequence() == {"FINISHED"}
    assert all_bytes(extension, obj) == first


def test_a_prompt_given_in_its_place_is_made_alone(extension, warm_models) -> None:
    obj = rig_of("mixamo")
    bpy.ops.motionmix.edit_sequence(prompts="walk: 1; sit down: 1.5", seed=4)
    bpy.ops.motionmix.generate(take=obj.animation_data.action.name, prompt="jump")
    stored = extension.addon("takes.collection").request(obj.animation_data.action)
    assert (stored["prompt"], stored["segments"]) == ("jump", [])


def test_a_sequence_of_an_earlier_version_is_made_again_from_its_prompt(extension, warm_models) -> None:
    obj = rig_of("mixamo")
    bpy.ops.motionmix.edit_sequence(prompts="walk: 1; sit down: 1.5", seed=4)
    takes = extension.addon("rigs.takes")
    stored = takes.request_of(obj.animation_data.action)
    del stored["segments"]
    takes.store_request(obj.animation_data.action, stored)
    assert bpy.ops.motionmix.take_again() == {"FINISHED"}
    assert tuple(obj.animation_data.action.frame_range) == (1, 75)
