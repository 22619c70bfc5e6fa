"""What can be wrong is said in the animator's words, and nothing is half-written."""

from __future__ import annotations

import json
from pathlib import Path

import bpy
import pytest

from tests.addon.scene_state import state


def refused(match: str, **arguments: object) -> None:
    """Generate must fail with this message and leave everything as it was."""
    obj = bpy.context.object
    before = state(obj)
    with pytest.raises(RuntimeError, match=match) as caught:
        bpy.ops.motionmix.generate(**{"prompt": "walk", "seconds": 1.0} | arguments)
    assert "Traceback" not in str(caught.value)
    assert state(obj) == before


def poll_reason() -> str:
    """Why the button is grey."""
    assert not bpy.ops.motionmix.generate.poll()
    with pytest.raises(RuntimeError) as caught:
        bpy.ops.motionmix.generate()
    return str(caught.value)


def test_nothing_is_active() -> None:
    assert "add the MotionMix skeleton" in poll_reason()


def test_something_else_is_active() -> None:
    bpy.ops.object.empty_add()
    assert "isn't an armature" in poll_reason()


def test_an_armature_without_a_humanoid(models) -> None:
    bpy.ops.object.armature_add()
    refused("(?i)no human body")


def test_an_armature_without_bones() -> None:
    obj = bpy.data.objects.new("Empty Rig", bpy.data.armatures.new("Empty Rig"))
    bpy.context.collection.objects.link(obj)
    bpy.context.view_layer.objects.active = obj
    assert "no bones" in poll_reason()


def test_a_humanoid_without_a_leg_names_what_is_missing(skeleton, models) -> None:
    bpy.ops.object.mode_set(mode="EDIT")
    for name in ("left_knee", "left_ankle", "left_foot"):
        skeleton.data.edit_bones.remove(skeleton.data.edit_bones[name])
    bpy.ops.object.mode_set(mode="OBJECT")
    refused("left shin")


def test_an_armature_in_edit_mode(skeleton) -> None:
    bpy.ops.object.mode_set(mode="EDIT")
    assert "Edit Mode" in poll_reason()


def linked_skeleton(tmp_path: Path) -> bpy.types.Object:
    bpy.ops.motionmix.add_skeleton(with_figure=False)
    path = tmp_path / "library.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    bpy.ops.wm.read_homefile(use_empty=True)
    with bpy.data.libraries.load(str(path), link=True) as (_source, target):
        target.objects = ["MotionMix Skeleton"]
    obj = target.objects[0]
    bpy.context.collection.objects.link(obj)
    bpy.context.view_layer.objects.active = obj
    return obj


def test_a_linked_armature_is_refused_with_the_way_out(tmp_path: Path) -> None:
    linked_skeleton(tmp_path)
    reason = poll_reason()
    assert "library.blend" in reason
    assert "override" in reason


def test_an_override_that_is_not_editable_is_refused_with_the_way_out(tmp_path: Path) -> None:
    override = linked_skeleton(tmp_path).override_create(remap_local_usages=True)
    bpy.context.view_layer.objects.active = override
    override.override_library.is_system_override = True
    assert "Make" in poll_reason()


def test_an_editable_override_gets_its_motion(tmp_path: Path, models) -> None:
    override = linked_skeleton(tmp_path).override_create(remap_local_usages=True)
    override.override_library.is_system_override = False
    bpy.context.view_layer.objects.active = override
    bpy.ops.motionmix.generate(prompt="walk", seconds=1.0)
    assert override.animation_data.action.name == "walk #1"
    assert override.animation_data.action.library is None


def test_an_nla_strip_in_tweak_mode(skeleton, models) -> None:
    bpy.ops.motionmix.generate(prompt="walk", seconds=1.0)
    data = skeleton.animation_data
    track = data.nla_tracks.new()
    strip = track.strips.new("strip", 1, data.action)
    data.action = None
    strip.select = track.select = True
    data.nla_tracks.active = track
    data.use_tweak_mode = True
    assert data.use_tweak_mode
    assert "tweak" in poll_reason()


@pytest.mark.parametrize("seconds", [0.0, -3.0, 600.0, float("nan")])
def test_a_length_that_cannot_be(skeleton, models, seconds: float) -> None:
    refused("length in seconds", seconds=seconds)


@pytest.mark.parametrize(
    ("name", "value"), [("variations", 0), ("variations", 1000), ("seed", -1), ("steps", 0), ("guidance", -2.0)]
)
def test_settings_out_of_range(skeleton, models, name: str, value: object) -> None:
    refused("must be between", **{name: value})


def test_no_models_folder(skeleton, models, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MOTIONMIX_MODELS", str(tmp_path / "nowhere"))
    refused("(?i)no model folder")


def test_a_model_that_is_not_there(skeleton, models) -> None:
    refused("no model 'other'", model="other")


def test_damaged_weights(skeleton, models: Path) -> None:
    weights = models / "tiny" / "weights.safetensors"
    content = bytearray(weights.read_bytes())
    content[-100] ^= 0xFF
    weights.write_bytes(content)
    refused("(?i)damaged")


def test_weights_cut_short(skeleton, models: Path) -> None:
    weights = models / "tiny" / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:50])
    refused("(?i)damaged")


def test_a_broken_model_description(skeleton, models: Path) -> None:
    (models / "tiny" / "model.json").write_text("{")
    refused(r"model\.json")


def test_a_model_of_a_newer_format(skeleton, models: Path) -> None:
    path = models / "tiny" / "model.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 99}))
    refused("(?i)update")


def test_after_an_error_the_next_motion_works(skeleton, models: Path) -> None:
    refused("no model 'other'", model="other")
    bpy.ops.motionmix.generate(prompt="walk", seconds=1.0)
    assert skeleton.animation_data.action.name == "walk #1"


def test_errors_are_in_the_log(extension, skeleton, models) -> None:
    refused("no model 'other'", model="other")
    assert "no model 'other'" in extension.addon("log").log_path().read_text(encoding="utf-8")
