"""The whole way in a real Blender: prompt, worker process, motion, retarget, Action.

The model is tiny, everything else is real.
"""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from tests.addon.scene_state import state


def keys_of(extension, obj) -> dict[tuple[str, int], list[float]]:
    return {
        (curve.data_path, curve.array_index): [key.co.y for key in curve.keyframe_points]
        for curve in extension.addon("compat").curves_of(obj)
    }


def test_a_prompt_becomes_an_action_of_the_asked_length_on_the_skeleton(extension, skeleton, models) -> None:
    bpy.context.scene.render.fps = 30
    assert bpy.ops.motionmix.generate(prompt="a person walks", seconds=2.0, seed=3) == {"FINISHED"}
    action = skeleton.animation_data.action
    assert action.name == "walks #1"
    first, last = action.frame_range
    assert (first, last) == (bpy.context.scene.frame_start, bpy.context.scene.frame_start + 59)
    request = extension.addon("rigs.takes").request_of(action)
    assert {name: request[name] for name in ("prompt", "seed", "seconds", "model")} == {
        "prompt": "a person walks", "seed": 3, "seconds": 2.0, "model": "tiny",
    }  # fmt: skip


def test_a_rigify_metarig_gets_it_too(extension, metarig, models) -> None:
    bpy.ops.motionmix.generate(prompt="a person walks", seconds=1.0, seed=3)
    curves = keys_of(extension, metarig)
    assert {f'pose.bones["{name}"].rotation_quaternion' for name in ("thigh.L", "shin.R", "upper_arm.L")} <= {
        p for p, _ in curves
    }
    assert all(np.isfinite(values).all() for values in curves.values())


def test_same_seed_same_keys_other_seed_other_keys(extension, skeleton, models) -> None:
    made = []
    for seed in (5, 5, 6):
        bpy.ops.motionmix.generate(prompt="jump", seconds=1.0, seed=seed)
        made.append(keys_of(extension, skeleton))
    assert made[0] == made[1]
    assert made[0] != made[2]


def test_what_a_script_does_not_say_is_as_the_panel_says(extension, skeleton, models) -> None:
    panel = bpy.context.scene.motionmix
    panel.prompt, panel.seconds, panel.seed, panel.variations = "a person waves", 1.5, 11, 2
    bpy.ops.motionmix.generate(seconds=1.0)
    requests = [extension.addon("rigs.takes").request_of(action) for action in bpy.data.actions]
    assert [(r["prompt"], r["seconds"], r["seed"]) for r in requests] == [
        ("a person waves", 1.0, 11),
        ("a person waves", 1.0, 12),
    ]
    bpy.ops.motionmix.generate()
    assert extension.addon("rigs.takes").request_of(bpy.data.actions["waves #3"])["seconds"] == 1.5


@pytest.mark.parametrize("prompt", ["", "🕺💃", "ein Mensch läuft", "歩く", "walk " * 2000])
def test_any_prompt_gives_motion_and_says_what_it_could_not_use(extension, skeleton, models, prompt: str) -> None:
    before = len(bpy.data.actions)
    bpy.ops.motionmix.generate(prompt=prompt, seconds=1.0)
    assert len(bpy.data.actions) == before + 1
    takes = extension.addon("jobs")
    settings = takes.Settings(prompt=prompt, seconds=1.0, seed=0)
    job = takes.prepare(bpy.context.scene, skeleton, settings)
    result = extension.addon("worker_bridge").bridge().run(job.request, lambda progress: None)
    said = " ".join(result.warnings)
    assert ("cut" in said) == (len(prompt) > 1000)


def test_in_place_the_character_stays_where_it_is(extension, skeleton, models) -> None:
    bpy.ops.motionmix.generate(prompt="walk", seconds=2.0, root="in_place")
    start, end = bpy.data.actions["walk #1"].frame_range
    places = []
    for frame in range(int(start), int(end) + 1):
        bpy.context.scene.frame_set(frame)
        hips = (skeleton.pose.bones["left_hip"].head + skeleton.pose.bones["right_hip"].head) / 2
        places.append((hips.x, hips.y))
    rest = [
        (a + b) / 2
        for a, b in zip(*(skeleton.data.bones[f"{side}_hip"].head_local for side in ("left", "right")), strict=True)
    ]
    np.testing.assert_allclose(places, np.broadcast_to(rest[:2], (len(places), 2)), atol=1e-3)


def test_the_worker_stays_warm_and_ends_with_the_extension(extension, skeleton, models) -> None:
    bridge = extension.addon("worker_bridge").bridge()
    bpy.ops.motionmix.generate(seconds=1.0)
    first = bridge.pid
    bpy.ops.motionmix.generate(seconds=1.0)
    assert bridge.pid == first is not None
    extension.addon("worker_bridge").unregister()
    assert bridge.pid is None
    extension.addon("worker_bridge").register()


def test_the_python_interface_makes_variations_for_a_named_target(extension, skeleton, models) -> None:
    from bl_ext.user_default.motionmix import api

    other = api.add_skeleton(location=(2.0, 0.0, 0.0))
    heard: list[float] = []
    actions = api.generate("jump", 1.0, seed=4, variations=2, target=skeleton, frame_start=50, on_progress=heard.append)
    assert [action.name for action in actions] == ["jump #1", "jump #2"]
    assert skeleton.animation_data.action == actions[0]
    assert other.animation_data is None
    assert actions[0].frame_range[0] == 50
    assert heard == sorted(heard)
    assert heard[-1] == 1.0
    assert api.request_of(actions[1])["seed"] == 5


def test_one_undo_step_takes_the_take_away(extension, skeleton, models) -> None:
    bpy.ops.ed.undo_push(message="before")
    before = state(bpy.context.object)
    bpy.ops.motionmix.generate(prompt="jump", seconds=1.0)
    bpy.ops.ed.undo_push(message="what Blender does itself after an operator called in its window")
    with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
        bpy.ops.ed.undo()
    assert state(bpy.context.object) == before
