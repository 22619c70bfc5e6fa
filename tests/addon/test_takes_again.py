"""A take carries what made it: the same can be made again, or with another seed, and its settings can be used again."""

from __future__ import annotations

import json

import bpy
import pytest

from tests.addon.take_scenes import keys, make, own_action


def made(extension, name):
    return keys(extension, bpy.data.actions[name])


def test_again_gives_identical_keys_whatever_is_shown_posed_or_set_in_the_panel(extension, skeleton, models) -> None:
    own_action(skeleton)
    bpy.ops.motionmix.generate(
        prompt="walk", seconds=1.3, seed=41, quality="draft", guidance=1.5, frame_start=12, root="in_place"
    )
    bpy.ops.motionmix.generate(prompt="jump", seconds=1.0, seed=3, root="hips")
    panel = bpy.context.scene.motionmix
    panel.prompt, panel.seconds, panel.use_guidance, panel.guidance = "salsa", 3.0, True, 9.0
    bpy.context.scene.frame_set(30)
    assert bpy.ops.motionmix.take_again(take="walk #1") == {"FINISHED"}
    assert skeleton.animation_data.action.name == "walk #2"
    assert made(extension, "walk #2") == made(extension, "walk #1")
    request_of = extension.addon("rigs.takes").request_of
    assert request_of(bpy.data.actions["walk #2"]) == request_of(bpy.data.actions["walk #1"])


def test_a_variation_can_be_made_again_alone(extension, skeleton, models) -> None:
    bpy.ops.motionmix.generate(prompt="walk", seconds=1.0, seed=5, variations=3)
    bpy.ops.motionmix.take_again(take="walk #3")
    assert made(extension, "walk #4") == made(extension, "walk #3")
    assert made(extension, "walk #4") != made(extension, "walk #1")


def test_again_with_a_new_seed_differs_in_the_seed_alone(extension, skeleton, models) -> None:
    bpy.ops.motionmix.generate(prompt="walk", seconds=1.0, seed=5, quality="draft")
    bpy.ops.motionmix.take_again(new_seed=True, variations=2)
    request_of = extension.addon("rigs.takes").request_of
    first, second, third = (request_of(bpy.data.actions[f"walk #{n}"]) for n in (1, 2, 3))
    assert second["seed"] != 5
    assert third["seed"] == second["seed"] + 1
    assert {**second, "seed": 5} == first
    assert made(extension, "walk #2") != made(extension, "walk #1")


def test_a_take_says_which_weights_and_version_made_it(extension, skeleton, models) -> None:
    bpy.ops.motionmix.generate(prompt="walk", seconds=1.0)
    request = extension.addon("rigs.takes").request_of(skeleton.animation_data.action)
    description = json.loads((models / "tiny" / "model.json").read_text())
    assert request["model"] == "tiny"
    assert request["weights_sha256"] == description["weights_sha256"]
    manifest = (extension.addon("package").FOLDER / "blender_manifest.toml").read_text(encoding="utf-8")
    assert f'version = "{request["version"]}"' in manifest


def test_a_model_that_was_changed_since_is_told(extension, skeleton, models) -> None:
    bpy.ops.motionmix.generate(prompt="walk", seconds=1.0)
    request = extension.addon("rigs.takes").request_of(skeleton.animation_data.action)
    difference = extension.addon("takes.identity").difference
    assert difference(request, models) == ""
    file = models / "tiny" / "model.json"
    description = json.loads(file.read_text())
    file.write_text(json.dumps({**description, "mean": [0.5, *description["mean"][1:]]}))
    assert "changed since" in difference(request, models)


def test_a_model_that_is_gone_is_named(extension, skeleton, models) -> None:
    bpy.ops.motionmix.generate(prompt="walk", seconds=1.0)
    action = skeleton.animation_data.action
    request = extension.addon("rigs.takes").request_of(action)
    extension.addon("rigs.takes").store_request(action, {**request, "model": "lost"})
    before = {found.name for found in bpy.data.actions}
    with pytest.raises(RuntimeError, match="no model 'lost'"):
        bpy.ops.motionmix.take_again()
    assert {found.name for found in bpy.data.actions} == before
    assert skeleton.animation_data.action == action


def test_the_settings_go_back_into_the_panel_and_make_the_same(extension, skeleton, models) -> None:
    given = {"quality": "draft", "steps": 9, "foot_lock": False, "literal": True}
    bpy.ops.motionmix.generate(prompt="walk", seconds=1.2, seed=41, **given)
    panel = bpy.context.scene.motionmix
    assert not panel.literal
    panel.prompt, panel.seed, panel.lock_seed, panel.variations = "salsa", 1, False, 4
    panel.use_guidance = True
    bpy.ops.motionmix.take_use_settings()
    assert (panel.prompt, panel.seed, panel.lock_seed, panel.variations) == ("walk", 41, True, 1)
    assert (panel.quality, panel.use_steps, panel.steps, panel.use_guidance) == ("draft", True, 9, False)
    assert panel.literal
    bpy.ops.motionmix.generate()
    assert made(extension, "walk #2") == made(extension, "walk #1")


def test_a_request_that_somebody_broke_is_told_and_the_take_still_plays(extension, skeleton) -> None:
    (walk,) = make(extension, skeleton, "walk", frames=10)
    walk["motionmix"] = "{broken"
    assert bpy.ops.motionmix.take_own() == {"FINISHED"}
    assert bpy.ops.motionmix.take_show(take="walk #1") == {"FINISHED"}
    for operator in (bpy.ops.motionmix.take_again, bpy.ops.motionmix.take_use_settings):
        with pytest.raises(RuntimeError, match="can't be read any more"):
            operator()
    walk["motionmix"] = json.dumps({"prompt": "walk"})
    with pytest.raises(RuntimeError, match="aren't whole"):
        bpy.ops.motionmix.take_again()


def test_settings_of_a_later_version_are_read_as_far_as_they_are_known(extension, skeleton, models) -> None:
    bpy.ops.motionmix.generate(prompt="walk", seconds=1.0, seed=5)
    action = skeleton.animation_data.action
    request = extension.addon("rigs.takes").request_of(action)
    extension.addon("rigs.takes").store_request(action, {**request, "hat": "red"})
    bpy.ops.motionmix.take_again()
    assert made(extension, "walk #2") == made(extension, "walk #1")
