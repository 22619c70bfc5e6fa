"""How long a motion is, in seconds, frames or the scene's range, and where its keys lie at odd frame rates."""

from __future__ import annotations

from typing import Any

import bpy
import pytest

from tests.addon.conftest import PACKAGE


def frames_of(obj: Any) -> tuple[float, float]:
    first, last = obj.animation_data.action.frame_range
    return first, last


@pytest.mark.parametrize("fps", [24, 30, 60])
@pytest.mark.parametrize("frames", [10, 97])
def test_so_many_frames_are_so_many_keys(extension, skeleton, models, fps: int, frames: int) -> None:
    bpy.context.scene.render.fps = fps
    bpy.ops.motionmix.generate(prompt="walk", frames=frames, frame_start=5)
    assert frames_of(skeleton) == (5, 5 + frames - 1)
    assert all(len(curve.keyframe_points) == frames for curve in extension.addon("compat").curves_of(skeleton))


def test_the_panel_gives_the_length_in_frames_or_as_the_scenes_range(skeleton, models) -> None:
    scene = bpy.context.scene
    panel = scene.motionmix
    panel.length, panel.frames = "FRAMES", 30
    bpy.ops.motionmix.generate(prompt="walk")
    assert frames_of(skeleton) == (1, 30)
    panel.length, scene.frame_start, scene.frame_end = "RANGE", 20, 70
    panel.start, scene.frame_current = "CURRENT", 3  # doesn't count: the range says where it begins
    bpy.ops.motionmix.generate(prompt="walk")
    assert frames_of(skeleton) == (20, 70)
    assert scene.frame_end == 70
    scene.use_preview_range, scene.frame_preview_start, scene.frame_preview_end = True, 30, 49
    bpy.ops.motionmix.generate(prompt="walk")
    assert frames_of(skeleton) == (30, 49)
    bpy.ops.motionmix.generate(prompt="walk", seconds=2.0)
    assert frames_of(skeleton)[1] - frames_of(skeleton)[0] == pytest.approx(2 * 24, abs=2)


def test_a_range_that_is_too_short_is_refused_in_words(skeleton, models) -> None:
    scene = bpy.context.scene
    scene.motionmix.length, scene.frame_start, scene.frame_end = "RANGE", 10, 10
    with pytest.raises(RuntimeError, match="length"):
        bpy.ops.motionmix.generate(prompt="walk")
    assert not bpy.data.actions


def test_keys_can_be_the_models_own_frames_at_any_rate_of_the_scene(extension, skeleton, models) -> None:
    scene = bpy.context.scene
    scene.render.fps = 24
    preferences = bpy.context.preferences.addons[PACKAGE].preferences
    preferences.key_rate = "MODEL"
    try:
        bpy.ops.motionmix.generate(prompt="walk", seconds=2.0, seed=4)
    finally:
        preferences.key_rate = "SCENE"
    curve = extension.addon("compat").curves_of(skeleton)[0]
    times = [key.co.x for key in curve.keyframe_points]
    assert len(times) == 60
    assert times[:3] == pytest.approx([1.0, 1.8, 2.6])
    # at the frames that both have, the motion is the same as when it's resampled
    by_model = {round(key.co.x): key.co.y for key in curve.keyframe_points if abs(key.co.x - round(key.co.x)) < 1e-4}
    bpy.ops.motionmix.generate(prompt="walk", seconds=2.0, seed=4, key_rate="scene", foot_lock=False)
    assert len(by_model) > 5
    assert extension.addon("rigs.takes").request_of(skeleton.animation_data.action)["key_rate"] == "scene"
