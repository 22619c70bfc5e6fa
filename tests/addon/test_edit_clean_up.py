"""Clean-up of a capture on a rig: what is protected and what lies outside the range keeps its keys to the byte."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from tests.addon.editing import (
    ATTRIBUTES,
    FIVE,
    all_bytes,
    bone_of,
    capture,
    curves,
    evaluated,
    keys_at,
    rig_of,
    walking,
    world_pose,
)
from tests.addon.test_edit_exactness import undo

FIRST, LAST, KEPT = 15, 45, 30


pytestmark = pytest.mark.usefixtures("thirty_frames_a_second")


def select(extension, obj, frame: int) -> None:
    for curve in curves(extension, obj).values():
        for key in curve.keyframe_points:
            key.select_control_point = round(key.co.x) == frame


@pytest.mark.parametrize("mode", ["QUATERNION", "XZY"])
@pytest.mark.parametrize("convention", FIVE)
def test_what_is_protected_and_what_lies_outside_keeps_its_keys(
    extension, warm_models, convention: str, mode: str
) -> None:
    obj = rig_of(convention, mode)
    capture(extension, obj, walking(extension), noise=0.02)
    select(extension, obj, KEPT)
    names, outside = [name for name, _, _ in ATTRIBUTES], [*range(1, FIRST - 1), *range(LAST + 2, 61)]
    before = all_bytes(extension, obj)
    keys = {place: keys_at(curve, outside, names) for place, curve in curves(extension, obj).items()}
    between = np.arange(1, FIRST - 1.01, 0.25)
    shapes = {place: evaluated(curve, between) for place, curve in curves(extension, obj).items()}
    held = world_pose(obj, KEPT)
    bpy.ops.motionmix.edit_clean_up(first=FIRST, last=LAST, protect_parts={"left_arm"}, protect_keys=True)
    after, changed = all_bytes(extension, obj), set()
    for place, curve in curves(extension, obj).items():
        assert keys_at(curve, outside, names) == keys[place]
        np.testing.assert_array_equal(evaluated(curve, between), shapes[place])
        if after[place] != before[place]:
            changed.add(bone_of(place[0]))
    mapping = extension.addon("rigs.read").mapping_of(obj)
    arm = {bone for slot in ("left_shoulder", "left_elbow", "left_wrist") for bone in mapping.bones[slot]}
    assert changed
    assert not changed & arm
    np.testing.assert_allclose(world_pose(obj, KEPT), held, atol=1e-5)


@pytest.mark.parametrize("output", ["TAKE", "OWN"])
def test_one_undo_step_takes_it_back(extension, warm_models, output: str) -> None:
    obj = rig_of("mixamo")
    capture(extension, obj, walking(extension), noise=0.02)
    name = obj.name
    bpy.ops.ed.undo_push(message="before")
    before, actions = all_bytes(extension, obj), sorted(a.name for a in bpy.data.actions)
    bpy.ops.motionmix.edit_clean_up(range="ACTION", output=output)
    assert all_bytes(extension, obj) != before
    bpy.ops.ed.undo_push(message="what Blender does itself after an operator called in its window")
    undo()
    assert sorted(a.name for a in bpy.data.actions) == actions
    assert all_bytes(extension, bpy.data.objects[name]) == before


def test_a_layer_over_a_strip_is_calmed_and_the_strip_stays(extension, warm_models) -> None:
    obj = rig_of("mixamo")
    strip = capture(extension, obj, walking(extension), name="Strip")
    track = obj.animation_data.nla_tracks.new()
    track.strips.new("Strip", 1, strip)
    obj.animation_data.action = None
    below = all_bytes_of(strip, extension, obj)
    capture(extension, obj, walking(extension), noise=0.02, name="Layer")
    shaken = rough(obj)
    assert bpy.ops.motionmix.edit_clean_up(range="ACTION") == {"FINISHED"}
    assert rough(obj) < 0.4 * shaken
    assert all_bytes_of(strip, extension, obj) == below


def all_bytes_of(action, extension, obj) -> dict:
    with extension.addon("editing.reading").playing(obj, action):
        return all_bytes(extension, obj)


def rough(obj) -> float:
    """Mean second difference of the bones' places."""
    places = np.array([world_pose(obj, frame)[:, :3, 3] for frame in range(2, 59)])
    return float(np.linalg.norm(np.diff(places, n=2, axis=0), axis=-1).mean())
