"""What blending and stretching leave of keys that an animator made: their kind, their easing, the curves beyond."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from typing import Any

import bpy
import numpy as np
import pytest

from tests.addon.editing import all_bytes, curves, evaluated, key_data, key_poses, keys_at, rig_of, walking, world_pose
from tests.addon.take_scenes import keys, make, own_action

BEYOND = np.arange(20, 41.5, 0.5)


@pytest.fixture
def take(extension: Any, warm_models: Any) -> tuple[Any, Any]:
    """A rig and an in-between take of poses on 1, 11, ... 41, with the hips' scale eased; the own Action just stands.

    The scale's keys are on 1, 20 and 41, the frames 11 to 31 are made.
    """
    obj = rig_of("mixamo")
    key_poses(extension, obj, walking(extension), (1, 11, 21, 31, 41))
    bone = obj.pose.bones[0]
    for frame, size in ((1, 1.0), (20, 1.3), (41, 1.0)):
        bone.scale = (size, size, size)
        bone.keyframe_insert("scale", frame=frame)
    for curve in curves(extension, obj).values():
        if curve.data_path.endswith("scale"):
            for key in curve.keyframe_points:
                key.interpolation, key.easing, key.amplitude, key.period = "ELASTIC", "EASE_IN_OUT", 0.8, 7.0
            curve.update()
    bpy.ops.motionmix.edit_in_between(first=11, last=31, seed=3)
    made = obj.animation_data.action
    bpy.ops.motionmix.take_own()
    stand = bpy.data.actions.new("Stand")
    obj.animation_data.action = stand
    for other in obj.pose.bones:
        other.rotation_quaternion, other.scale = (0.9, 0.1, 0.3, 0.2), (1, 1, 1)
        other.keyframe_insert("rotation_quaternion", frame=1)
    bpy.ops.motionmix.take_show(take=made.name)
    return obj, made


def kinds(extension: Any, obj: Any) -> dict[tuple[str, int], dict[float, int]]:
    """Frame -> kind of key, for each curve."""
    found = {place: key_data(curve) for place, curve in curves(extension, obj).items()}
    return {p: dict(zip(d["co"][:, 0].tolist(), d["type"][:, 0].tolist(), strict=True)) for p, d in found.items()}


def test_a_blend_keeps_the_kinds_of_keys_and_every_curve_beyond_it(extension, take) -> None:
    obj, _ = take
    made, before = kinds(extension, obj), all_bytes(extension, obj)
    shape = {place: evaluated(curve, BEYOND) for place, curve in curves(extension, obj).items()}
    first = world_pose(obj, 1)
    bpy.ops.motionmix.take_blend(blend_in=15, blend_out=0)
    assert np.abs(world_pose(obj, 1) - first).max() > 0.1, "it was blended"
    for place, curve in curves(extension, obj).items():
        assert np.allclose(evaluated(curve, BEYOND), shape[place], atol=1e-5), place
    after = kinds(extension, obj)
    generated = extension.addon("keys").GENERATED
    for place, there in made.items():
        assert {frame: after[place][frame] for frame in there} == there, place
        assert {kind for frame, kind in after[place].items() if frame not in there} <= {generated}
    bpy.ops.motionmix.take_blend(blend_in=0, blend_out=0)
    assert all_bytes(extension, obj) == before


def test_a_blended_in_between_is_made_again_from_the_animators_poses(extension, take) -> None:
    obj, _ = take
    bpy.ops.motionmix.take_blend(blend_in=5, blend_out=0)
    mine = {place: keys_at(curve, (21,)) for place, curve in curves(extension, obj).items()}
    stood = world_pose(obj, 21)
    bpy.ops.motionmix.edit_in_between(first=11, last=31, seed=4)
    assert np.abs(world_pose(obj, 21) - stood).max() < 1e-4
    assert {place: keys_at(curve, (21,)) for place, curve in curves(extension, obj).items()} == mine


def test_where_the_take_is_what_one_had_a_blend_changes_nothing(extension, warm_models) -> None:
    obj = rig_of("mixamo")
    key_poses(extension, obj, walking(extension), (1, 11, 21, 31, 41))
    bpy.ops.motionmix.edit_in_between(first=11, last=31)
    before = all_bytes(extension, obj)
    bpy.ops.motionmix.take_blend(blend_in=8, blend_out=8)
    assert all_bytes(extension, obj) == before


def test_stretched_ones_own_poses_stay_poses_to_the_last_bit(extension, warm_models) -> None:
    obj = rig_of("mixamo")
    key_poses(extension, obj, walking(extension), (1, 11, 21))
    bpy.ops.motionmix.edit_in_between(first=1, last=21)
    before = {place: key_data(curve) for place, curve in curves(extension, obj).items()}
    scene = bpy.context.scene
    scene.frame_start, scene.frame_end = 1, 28
    bpy.ops.motionmix.take_fit(to="SCENE", stretch=True)
    for place, curve in curves(extension, obj).items():
        old, new = before[place], key_data(curve)
        if len(old["co"]) < 21:
            continue
        frames, mine = new["co"][:, 0], new["type"][:, 0] == extension.addon("keys").KEYFRAME
        assert frames.tolist() == sorted([*range(1, 29), 14.5])
        assert frames[mine].tolist() == [1, 14.5, 28]
        assert new["co"][mine, 1].tolist() == old["co"][[0, 10, 20], 1].tolist()


def test_a_blend_that_an_earlier_version_saved_is_still_taken_back(extension, skeleton) -> None:
    """It kept the points, the interpolation and the kinds of handle, by the distance from the take's ends."""
    own_action(skeleton)
    (walk,) = make(extension, skeleton, "walk")
    raw = {place: [row[:6] for row in rows] for place, rows in keys(extension, walk).items()}
    header, tables, digest = [], [], hashlib.sha256()
    for curve in extension.addon("compat").curves_in(walk):
        data = key_data(curve)
        names = ("co", "handle_left", "handle_right", "interpolation", "handle_left_type", "handle_right_type")
        table = np.concatenate([data[name] for name in names], axis=1).astype("<f4")[data["co"][:, 0] <= 5]
        table[:, 0:6:2] -= 1
        header.append((curve.data_path, curve.array_index, len(table), 0))
        tables.append(table)
        for key in curve.keyframe_points:
            if key.co.x <= 5:
                key.co.y += 0.1
        values = np.array([key.co.y for key in curve.keyframe_points if key.co.x <= 5], dtype="<f4")
        digest.update(f"{curve.data_path}\n{curve.array_index}\n".encode() + values.tobytes())
    packed = base64.b64encode(zlib.compress(np.concatenate(tables).tobytes())).decode()
    stored = {"lengths": (4, 0), "curves": header, "keys": packed, "written": digest.hexdigest()}
    walk["motionmix_unblended"], walk["motionmix_blend"] = json.dumps(stored), (4, 0)
    assert walk.motionmix_take.blend_in == 4
    bpy.ops.motionmix.take_blend(blend_in=0, blend_out=0)
    assert {place: [row[:6] for row in rows] for place, rows in keys(extension, walk).items()} == raw
