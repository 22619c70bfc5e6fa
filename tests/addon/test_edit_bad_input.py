"""What can't be done is said in words that help, and nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import bpy
import numpy as np
import pytest

from tests.addon.editing import all_bytes, capture, curves, key_poses, rig_of, walking
from tests.addon.scene_state import state

KEYS = (1, 11, 21, 36, 51)


pytestmark = pytest.mark.usefixtures("thirty_frames_a_second")


def refused(extension: Any, obj: Any, message: str, operator: str = "edit_in_between", **values: Any) -> None:
    """The operator says this, and everything is as before."""
    before = state(obj)
    keyed = all_bytes(extension, obj) if obj.animation_data and obj.animation_data.action else {}
    with pytest.raises(RuntimeError, match=message):
        getattr(bpy.ops.motionmix, operator)(**values)
    assert state(obj) == before
    if keyed:
        assert all_bytes(extension, obj) == keyed


def keyed_rig(extension: Any) -> Any:
    obj = rig_of("vroid")
    key_poses(extension, obj, walking(extension), KEYS)
    return obj


def select(extension: Any, obj: Any, frames: tuple[int, ...]) -> None:
    for curve in curves(extension, obj).values():
        for key in curve.keyframe_points:
            key.select_control_point = key.co.x in frames


def test_nothing_to_edit(extension, warm_models) -> None:
    refused(extension, rig_of("vroid"), "has no Action to edit", first=1, last=20)


def test_strips_alone(extension, warm_models) -> None:
    obj = keyed_rig(extension)
    action = obj.animation_data.action
    obj.animation_data.action = None
    obj.animation_data.nla_tracks.new().strips.new("Mine", 1, action)
    refused(extension, obj, "NLA strips and no Action of its own", first=1, last=20)


def test_a_linked_action_is_refused_before_anything_is_generated(extension, warm_models, tmp_path) -> None:
    obj = keyed_rig(extension)
    path = str(tmp_path / "library.blend")
    bpy.data.libraries.write(path, {obj.animation_data.action})
    with bpy.data.libraries.load(path, link=True) as (_, linked):
        linked.actions = ["Mine"]
    obj.animation_data.action = linked.actions[0]
    if extension.addon("compat").HAS_SLOTS:
        obj.animation_data.action_slot = linked.actions[0].slots[0]
    spec = extension.addon("editing.spec").EditSpec(tool="in_between", range="FRAMES", first=1, last=20, output="OWN")
    begin = extension.addon("editing.job").begin
    with pytest.raises(extension.core("errors").MotionMixError, match="linked from another file"):
        begin(bpy.context.scene, obj, spec)
    refused(extension, obj, "linked from another file", first=1, last=20, output="OWN")
    assert begin(bpy.context.scene, obj, replace(spec, output="TAKE")).request is not None


def test_ranges_without_sense(extension, warm_models) -> None:
    obj = keyed_rig(extension)
    select(extension, obj, ())
    refused(extension, obj, "No keys of the body's bones are selected", range="SELECTED")
    select(extension, obj, (21,))
    refused(extension, obj, "All selected keys are on frame 21", range="SELECTED")
    refused(extension, obj, "no preview range", range="PREVIEW")
    refused(extension, obj, "leave nothing between them", first=20, last=20)
    refused(extension, obj, "leave nothing between them", first=30, last=20)
    refused(extension, obj, "There are no keys of the body's bones", first=70, last=90)


def test_the_preview_range_and_selected_keys_are_understood(extension, warm_models) -> None:
    obj = keyed_rig(extension)
    select(extension, obj, (11, 21, 36))
    scene = bpy.context.scene
    found = extension.addon("editing.body").of(obj).channels.values()
    find = extension.addon("editing.ranges").find
    assert (find("SELECTED", scene, found, 0, 0).first, find("SELECTED", scene, found, 0, 0).last) == (11, 36)
    scene.use_preview_range, scene.frame_preview_start, scene.frame_preview_end = True, 5, 40
    assert (find("PREVIEW", scene, found, 0, 0).first, find("PREVIEW", scene, found, 0, 0).last) == (5, 40)
    assert (find("ACTION", scene, found, 0, 0).first, find("ACTION", scene, found, 0, 0).last) == (1, 51)


def test_one_key_in_a_range_by_numbers_is_passed_through_and_said(extension, warm_models) -> None:
    obj = rig_of("vroid")
    key_poses(extension, obj, walking(extension), (20,))
    spec = extension.addon("editing.spec").EditSpec(range="FRAMES", first=1, last=40)
    job = extension.addon("editing.job").begin(bpy.context.scene, obj, spec)
    assert "only one key" in " ".join(job.warnings)
    assert bpy.ops.motionmix.edit_in_between(first=1, last=40) == {"FINISHED"}


def test_one_key_can_be_gone_on_from_and_is_too_little_for_what_needs_a_range(extension, warm_models) -> None:
    obj = rig_of("vroid")
    mine = key_poses(extension, obj, walking(extension), (20,))
    refused(extension, obj, "leave nothing between them", "edit_loop", range="ACTION")
    refused(extension, obj, "leave nothing between them", "edit_body_part", range="ACTION", parts={"head"})
    assert bpy.ops.motionmix.edit_continue(seconds=1.0, seed=1) == {"FINISHED"}
    assert tuple(obj.animation_data.action.frame_range) == (20, 50)
    assert tuple(mine.frame_range) == (20, 20)


def test_a_long_range_is_made_in_parts_and_said(extension, warm_models) -> None:
    obj = rig_of("vroid")
    motion = walking(extension, 2.0)
    key_poses(extension, obj, motion, (1, 31, 60))
    for curve in curves(extension, obj).values():
        for key, frame in zip(curve.keyframe_points, (1, 1201, 2401), strict=True):
            key.co.x = frame
        curve.update()
    spec = extension.addon("editing.spec").EditSpec(range="FRAMES", first=1, last=2401, quality="draft")
    job = extension.addon("editing.job").begin(bpy.context.scene, obj, spec)
    assert "made in 2 parts" in " ".join(job.warnings)
    assert job.request.seconds < 60
    run, asked = extension.addon("worker_bridge").bridge().run, 0
    while job.request is not None:
        asked += 1
        job.receive(run(job.request, lambda progress: None))
    assert asked == 2
    assert job.finish().action.frame_range[1] == 2401


def test_a_pose_no_body_can_take_is_kept_and_said(extension, warm_models) -> None:
    obj = keyed_rig(extension)
    neck = obj.pose.bones["J_Bip_C_Head"]
    neck.rotation_quaternion = (np.cos(1.3), 0.0, np.sin(1.3), 0.0)
    neck.keyframe_insert("rotation_quaternion", frame=21)
    spec = extension.addon("editing.spec").EditSpec(range="FRAMES", first=11, last=36)
    job = extension.addon("editing.job").begin(bpy.context.scene, obj, spec)
    assert "at frame 21 bends the head farther than a body can" in " ".join(job.warnings)
    assert bpy.ops.motionmix.edit_in_between(first=11, last=36) == {"FINISHED"}
    found = curves(extension, obj)['pose.bones["J_Bip_C_Head"].rotation_quaternion', 0]
    assert next(k.co.y for k in found.keyframe_points if k.co.x == 21) == pytest.approx(np.cos(1.3), abs=1e-6)


@pytest.mark.parametrize(
    ("tool", "given"), [("body_part", {"bones": "PRESET", "parts": ("left_arm",)}), ("continue", {}), ("loop", {})]
)
def test_a_pose_no_body_can_take_is_said_by_what_goes_on_from_it(extension, warm_models, tool: str, given) -> None:
    obj = keyed_rig(extension)
    last = int(obj.animation_data.action.frame_range[1])
    neck = obj.pose.bones["J_Bip_C_Head"]
    for frame in range(1, last + 1):
        neck.rotation_quaternion = (np.cos(1.3), 0.0, np.sin(1.3), 0.0)
        neck.keyframe_insert("rotation_quaternion", frame=frame)
    spec = extension.addon("editing.spec").EditSpec(tool, range="FRAMES", first=1, last=last, seconds=0.5, **given)
    job = extension.addon("editing.job").begin(bpy.context.scene, obj, spec)
    assert "bends the head farther than a body can" in " ".join(job.warnings)
    if tool == "body_part":  # of a part that is made new nothing is kept
        job = extension.addon("editing.job").begin(bpy.context.scene, obj, replace(spec, parts=("head",)))
        assert "farther than a body can" not in " ".join(job.warnings)


def test_scaled_bones_are_said_and_keep_their_scale(extension, warm_models) -> None:
    obj = keyed_rig(extension)
    obj.pose.bones["J_Bip_L_UpperArm"].scale = (1.0, 1.4, 1.0)
    spec = extension.addon("editing.spec").EditSpec(range="FRAMES", first=11, last=36)
    job = extension.addon("editing.job").begin(bpy.context.scene, obj, spec)
    assert "“J_Bip_L_UpperArm” is scaled" in " ".join(job.warnings)
    assert bpy.ops.motionmix.edit_in_between(first=11, last=36) == {"FINISHED"}
    assert tuple(obj.pose.bones["J_Bip_L_UpperArm"].scale) == pytest.approx((1.0, 1.4, 1.0))


def test_half_a_body_is_named(extension, warm_models) -> None:
    obj = keyed_rig(extension)
    bpy.ops.object.mode_set(mode="EDIT")
    for name in ("J_Bip_L_LowerLeg", "J_Bip_L_UpperLeg", "J_Bip_L_Foot", "J_Bip_L_ToeBase"):
        obj.data.edit_bones.remove(obj.data.edit_bones[name])
    bpy.ops.object.mode_set(mode="OBJECT")
    refused(extension, obj, "left", first=11, last=36)


@pytest.mark.parametrize(
    ("tool", "given"),
    [
        ("in_between", {"first": 11, "last": 36}),
        ("body_part", {"first": 11, "last": 36, "parts": {"left_arm"}}),
        ("clean_up", {"first": 11, "last": 36}),
        ("continue", {"seconds": 1.0}),
        ("loop", {"range": "ACTION", "seconds": 0.5}),
        ("in_place", {}),
        ("transition", {"after": "Other", "seconds": 0.5}),
    ],
)
def test_where_every_curve_is_repeated_the_modifiers_are_named(extension, warm_models, tool: str, given: Any) -> None:
    """An Action made to go round and round by the Graph Editor: an edit would leave it as it is."""
    obj = rig_of("mixamo")
    key_poses(extension, obj, walking(extension), KEYS, name="Other")
    key_poses(extension, obj, walking(extension), KEYS)
    for curve in curves(extension, obj).values():
        curve.modifiers.new("CYCLES")
    actions, end = len(bpy.data.actions), bpy.context.scene.frame_end
    refused(extension, obj, "mixamorig:Hips.*Cycles modifiers|mixamorig:LeftShoulder.*Cycles", f"edit_{tool}", **given)
    assert (len(bpy.data.actions), bpy.context.scene.frame_end) == (actions, end)


def test_parts_that_are_not_there(extension, warm_models) -> None:
    obj = keyed_rig(extension)
    refused(extension, obj, "No part of the body is chosen", "edit_body_part", first=11, last=36, parts=set())
    refused(extension, obj, "no bone collection", "edit_body_part", first=11, last=36, collections="Cape")
    refused(extension, obj, "Tick a bone collection", "edit_body_part", first=11, last=36, bones="COLLECTIONS")
    refused(extension, obj, "No bones are chosen", "edit_body_part", first=11, last=36, bones="SELECTED")
    for bone in obj.pose.bones:
        extension.addon("compat").select_bone(bone, bone.name == "J_Sec_Hair1_01")
    refused(extension, obj, "None of the selected bones", "edit_body_part", first=11, last=36, bones="SELECTED")
    refused(extension, obj, "strength must be", "edit_body_part", first=11, last=36, parts={"head"}, strength=3.0)


def test_clean_up_of_too_little(extension, warm_models) -> None:
    obj = rig_of("vroid")
    capture(extension, obj, walking(extension))
    refused(extension, obj, "too few", "edit_clean_up", first=11, last=13)
    refused(extension, obj, "strength must be", "edit_clean_up", first=11, last=30, strength=2.0)


def test_continuations_and_transitions_that_cannot_be(extension, warm_models) -> None:
    obj = rig_of("mixamo")
    capture(extension, obj, walking(extension))
    refused(extension, obj, "0.1 to", "edit_continue", seconds=500.0)
    refused(extension, obj, "0.1 to", "edit_loop", range="ACTION", seconds=-1.0)
    refused(extension, obj, "isn't a prompt with its seconds", "edit_continue", prompts="walk 3; sit")
    refused(extension, obj, "There is no Action “Nothing”", "edit_transition", after="Nothing")
    refused(extension, obj, "no NLA strips", "edit_transition")
    refused(extension, obj, "no root bone", "edit_in_place", root="BONE")


def test_one_strip_of_two_that_is_muted_is_no_end_of_a_transition(extension, warm_models) -> None:
    obj = rig_of("mixamo")
    capture(extension, obj, walking(extension))
    data = obj.animation_data
    action, data.action = data.action, None
    for start in (1, 200):
        strip = data.nla_tracks.new().strips.new("Strip", start, action)
        strip.select = True
    strip.mute = True
    bpy.context.scene.frame_set(bpy.context.scene.frame_current)  # what is seen is what is played now
    refused(extension, obj, "Select two strips", "edit_transition")


def test_keys_changed_in_the_meantime_are_not_overwritten(extension, warm_models) -> None:
    obj = keyed_rig(extension)
    spec = extension.addon("editing.spec").EditSpec(range="FRAMES", first=11, last=36)
    job = extension.addon("editing.job").begin(bpy.context.scene, obj, spec)
    job.receive(extension.addon("worker_bridge").bridge().run(job.request, lambda progress: None))
    next(iter(curves(extension, obj).values())).keyframe_points[2].co.y += 0.1
    before = all_bytes(extension, obj)
    with pytest.raises(extension.core("errors").RigError, match="were changed"):
        job.finish()
    assert all_bytes(extension, obj) == before
    obj.animation_data.action = bpy.data.actions.new("Other")
    with pytest.raises(extension.core("errors").RigError, match="plays another Action"):
        job.finish()


def test_a_rig_in_its_rest_position_shows_nothing_to_edit(extension, warm_models) -> None:
    obj = keyed_rig(extension)
    obj.data.pose_position = "REST"
    refused(extension, obj, "rest position", first=11, last=36)


def test_a_track_that_plays_alone_is_said(extension, warm_models) -> None:
    obj = keyed_rig(extension)
    track = obj.animation_data.nla_tracks.new()
    track.strips.new("Other", 200, obj.animation_data.action.copy())
    track.is_solo = True
    refused(extension, obj, "plays alone", first=11, last=36)


def test_an_action_that_is_played_in_part_keeps_its_keys_and_that_is_said(extension, warm_models) -> None:
    """Influence below one: the edit's keys are seen in part as well; those of the animator stay as they are."""
    obj = keyed_rig(extension)
    obj.animation_data.action_influence = 0.5
    before = {place: curve.evaluate(21) for place, curve in curves(extension, obj).items()}
    job = extension.addon("editing.job").begin(
        bpy.context.scene,
        obj,
        extension.addon("editing.spec").EditSpec(range="FRAMES", first=11, last=36, seed=2),
    )
    assert any("50%" in line for line in job.warnings)
    assert bpy.ops.motionmix.edit_in_between(first=11, last=36, seed=2) == {"FINISHED"}
    assert obj.animation_data.action_influence == 0.5
    for place, value in before.items():
        assert curves(extension, obj)[place].evaluate(21) == pytest.approx(value, abs=1e-6)
