"""One rig's motion on others: read as it's really played, written as it fits each; several at once."""

from __future__ import annotations

from typing import Any

import addon_utils
import bpy
import numpy as np
import pytest

from tests.addon.scene_state import state
from tests.addon.test_retarget import armature_of, degrees_off, read_back, walking
from tests.addon.test_takes import put_on
from tests.retarget.rigs import NINE, build_rig

pytestmark = pytest.mark.usefixtures("thirty_frames_a_second")


def select(active: Any, *others: Any) -> None:
    for obj in bpy.data.objects:
        obj.select_set(obj in (active, *others))
    bpy.context.view_layer.objects.active = active


def rig_of(convention: str, **body: float) -> Any:
    obj = armature_of(build_rig(convention, name=convention, **body), NINE[convention].matrix)
    obj.name = convention
    return obj


def test_the_motion_of_one_rig_arrives_on_others(extension) -> None:
    source = rig_of("mixamo")
    motion = walking(extension)
    put_on(extension, source, motion, frame_start=5)
    others = [rig_of("unreal", legs=1.3), rig_of("vroid"), rig_of("daz_genesis8", arms=0.8)]
    select(source, *others)
    assert bpy.ops.motionmix.copy_motion(foot_lock=False) == {"FINISHED"}
    for obj in others:
        first, last = obj.animation_data.action.frame_range
        assert (first, last) == (5, 4 + motion.num_frames)
        back = read_back(extension, obj, list(range(5, 5 + motion.num_frames)))
        assert degrees_off(extension, back, motion).mean() < 0.5
        np.testing.assert_allclose(back.root_positions, motion.root_positions, atol=2e-3)


def test_what_is_copied_is_what_is_played(extension) -> None:
    """The walk lies in an NLA strip, mixed with nothing: there is no action to copy keys from."""
    source, other = rig_of("mixamo"), rig_of("unreal")
    motion = walking(extension)
    put_on(extension, source, motion, frame_start=1)
    track = source.animation_data.nla_tracks.new()
    track.strips.new("walk", 11, source.animation_data.action)
    source.animation_data.action = None
    bpy.context.scene.frame_start, bpy.context.scene.frame_end = 11, 30
    select(source, other)
    bpy.ops.motionmix.copy_motion(foot_lock=False)
    back = read_back(extension, other, [11, 20, 30])
    for index, frame in enumerate((0, 9, 19)):
        assert degrees_off(extension, back, motion.crop(frame, frame + 1))[index].max() < 0.5


def test_those_that_cannot_take_it_are_told_and_left_alone(extension, capsys) -> None:
    source, good = rig_of("mixamo"), rig_of("unreal")
    put_on(extension, source, walking(extension), frame_start=1)
    prop = bpy.data.objects.new("Lamp Rig", bpy.data.armatures.new("Lamp Rig"))
    bpy.context.collection.objects.link(prop)
    mirrored = rig_of("vroid")
    mirrored.scale = (-1, 1, 1)
    bpy.context.view_layer.update()
    select(source, good, prop, mirrored)
    assert bpy.ops.motionmix.copy_motion() == {"FINISHED"}
    told = capsys.readouterr().out
    assert good.animation_data.action is not None
    assert "Lamp Rig" in told
    assert "negative scale" in told
    assert prop.animation_data is None or prop.animation_data.action is None
    assert mirrored.animation_data is None or mirrored.animation_data.action is None


def test_nothing_is_changed_when_none_can_take_it_or_there_is_nothing_to_read(extension) -> None:
    source = rig_of("mixamo")
    addon_utils.enable("rigify", default_set=True)
    bpy.ops.object.armature_basic_quadruped_metarig_add()
    dog = bpy.context.object
    put_on(extension, source, walking(extension), frame_start=1)
    select(source, dog)
    before = state(dog)
    with pytest.raises(RuntimeError, match="four legs"):
        bpy.ops.motionmix.copy_motion()
    assert state(dog) == before
    select(source)
    assert not bpy.ops.motionmix.copy_motion.poll()


def test_a_pose_that_is_not_a_number_is_named_with_bone_and_frame(extension) -> None:
    source, other = rig_of("mixamo"), rig_of("unreal")
    put_on(extension, source, walking(extension), frame_start=1)
    curve = next(
        c
        for c in extension.addon("compat").curves_of(source)
        if "LeftUpLeg" in c.data_path and "rotation" in c.data_path
    )
    curve.keyframe_points[7].co.y = float("nan")
    select(source, other)
    before = state(other)
    with pytest.raises(RuntimeError, match=r"LeftUpLeg.*frame 8"):
        bpy.ops.motionmix.copy_motion()
    assert state(other) == before
