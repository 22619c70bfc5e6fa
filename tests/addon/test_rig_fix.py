"""The button beside the rig's status puts right what keeps motion off it."""

from __future__ import annotations

from typing import Any

import bpy
import pytest


def status_of(extension: Any, obj: Any) -> Any:
    return extension.addon("rigs.status").of(obj)


def test_nothing_to_fix_is_said(skeleton) -> None:
    with pytest.raises(RuntimeError, match="Nothing is wrong"):
        bpy.ops.motionmix.fix_rig()


def test_edit_mode_is_left(extension, skeleton) -> None:
    bpy.ops.object.mode_set(mode="EDIT")
    assert not status_of(extension, skeleton).usable
    bpy.ops.motionmix.fix_rig()
    assert skeleton.mode == "OBJECT"
    assert status_of(extension, skeleton).usable


def test_the_rest_position_is_left(skeleton) -> None:
    skeleton.data.pose_position = "REST"
    bpy.ops.motionmix.fix_rig()
    assert skeleton.data.pose_position == "POSE"


def test_tweak_mode_is_left(extension, skeleton, models) -> None:
    bpy.ops.motionmix.generate(prompt="walk", seconds=1.0)
    data = skeleton.animation_data
    strip = data.nla_tracks.new().strips.new("walk", 1, data.action)
    data.action = None
    strip.select = True
    data.nla_tracks[0].select = True
    data.use_tweak_mode = True
    if not data.use_tweak_mode:
        pytest.skip("this Blender doesn't enter tweak mode without a window")
    bpy.ops.motionmix.fix_rig()
    assert not data.use_tweak_mode


def test_missing_bones_can_be_set_by_hand(extension, skeleton) -> None:
    bpy.ops.object.mode_set(mode="EDIT")
    bones = skeleton.data.edit_bones
    for name in ("left_knee", "left_ankle", "left_foot"):
        bones.remove(bones[name])
    bpy.ops.object.mode_set(mode="OBJECT")
    assert not status_of(extension, skeleton).usable
    bpy.ops.motionmix.fix_rig()
    assert extension.addon("rigs.settings").of(skeleton).base


def test_a_linked_armature_becomes_an_override(extension, skeleton, tmp_path) -> None:
    path = str(tmp_path / "character.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.read_homefile(use_empty=True)
    with bpy.data.libraries.load(path, link=True) as (_, wanted):
        wanted.objects = ["MotionMix Skeleton"]
    linked = wanted.objects[0]
    bpy.context.scene.collection.objects.link(linked)
    bpy.context.view_layer.objects.active = linked
    assert not status_of(extension, linked).usable
    bpy.ops.motionmix.fix_rig()
    made = bpy.context.view_layer.objects.active
    assert made.library is None
    assert status_of(extension, made).usable
