"""An Action over an NLA strip that carries the body along: its travel stays the strip's on every frame."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np
import pytest

from tests.addon.editing import bone_of, capture, curves, rig_of, walking, world_pose

pytestmark = pytest.mark.usefixtures("thirty_frames_a_second")

HIPS = "J_Bip_C_Hips"
AT = (1, 11, 21, 31, 41, 50, 60)
UPPER = ("Hips", "Spine", "Chest", "Arm")


def over_a_walk(extension: Any, blend: str) -> Any:
    """A walk in a strip, above it an Action that keys rotations only; the scene stands on the last frame."""
    obj = rig_of("vroid")
    below = capture(extension, obj, walking(extension, 2.0), name="Below")
    data = obj.animation_data
    data.action = None
    data.nla_tracks.new().strips.new("Below", 1, below)
    data.action = bpy.data.actions.new("Top")
    data.action_blend_type = blend
    for frame in (11, 21, 31, 41):
        bpy.context.scene.frame_set(frame)
        for bone in obj.pose.bones:
            if any(part in bone.name for part in UPPER):
                if blend != "REPLACE":
                    bone.rotation_quaternion = (1, 0, 0, 0)
                bone.keyframe_insert("rotation_quaternion", frame=frame)
    bpy.context.scene.frame_set(60)
    return obj


def way(obj: Any) -> np.ndarray:
    here = bpy.context.scene.frame_current
    index = list(obj.pose.bones.keys()).index(HIPS)
    found = np.array([world_pose(obj, frame)[index][:3, 3] for frame in AT])
    bpy.context.scene.frame_set(here)
    return found


@pytest.mark.parametrize(
    ("tool", "given"),
    [
        ("in_between", {"first": 11, "last": 41}),
        ("body_part", {"first": 15, "last": 35, "parts": {"upper_body", "lower_body"}}),
        ("continue", {"seconds": 0.5}),
        ("clean_up", {"first": 11, "last": 41}),
    ],
)
def test_the_way_of_a_strip_stays(extension, warm_models, tool: str, given: Any) -> None:
    obj = over_a_walk(extension, "REPLACE")
    before, start = way(obj), bpy.context.scene.frame_current
    assert np.ptp(before[:, 1]) > 2.0
    assert getattr(bpy.ops.motionmix, f"edit_{tool}")(**given) == {"FINISHED"}
    np.testing.assert_allclose(way(obj), before, atol=1e-4)
    assert not [path for path, _ in curves(extension, obj) if bone_of(path) == HIPS and path.endswith("location")]
    assert bpy.context.scene.frame_current == start


def test_that_the_place_stays_is_said(extension, warm_models) -> None:
    obj = over_a_walk(extension, "REPLACE")
    spec = extension.addon("editing.spec").EditSpec(range="FRAMES", first=11, last=41)
    job = extension.addon("editing.job").begin(bpy.context.scene, obj, spec)
    assert f"The place of “{HIPS}” comes from other NLA strips" in " ".join(job.warnings)
    with pytest.raises(RuntimeError, match="The place of"):
        bpy.ops.motionmix.edit_in_place()


@pytest.mark.parametrize("blend", ["COMBINE", "ADD"])
def test_a_layer_that_adds_keys_what_it_adds_alone(extension, warm_models, blend: str) -> None:
    obj = over_a_walk(extension, blend)
    before = way(obj)
    assert bpy.ops.motionmix.edit_in_between(first=11, last=41, seed=3) == {"FINISHED"}
    kept = [AT.index(frame) for frame in (1, 11, 21, 31, 41, 50, 60)]
    np.testing.assert_allclose(way(obj)[kept], before[kept], atol=1e-4)


def test_one_axis_keyed_over_a_strip_leaves_the_others_to_it(extension, warm_models) -> None:
    obj = over_a_walk(extension, "REPLACE")
    for frame in (11, 41):
        obj.pose.bones[HIPS].keyframe_insert("location", index=1, frame=frame)
    before = way(obj)
    assert bpy.ops.motionmix.edit_in_between(first=11, last=41, seed=3) == {"FINISHED"}
    np.testing.assert_allclose(way(obj), before, atol=1e-4)
