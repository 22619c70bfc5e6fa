"""Again gives an edit once more as it was meant, whatever is selected, set or called otherwise by now."""

from __future__ import annotations

from typing import Any

import bpy
import pytest

from tests.addon.editing import all_bytes, bone_of, capture, curves, key_data, key_poses, keys_at, rig_of, walking
from tests.addon.test_edit_tools import KEYS, ticked

pytestmark = pytest.mark.usefixtures("thirty_frames_a_second")


def keyed(extension: Any, obj: Any) -> dict[tuple[str, int], list[bytes]]:
    """All keys of what the object plays, whether they are selected or not."""
    return {
        place: [values.tobytes() for name, values in key_data(curve).items() if name != "select_control_point"]
        for place, curve in curves(extension, obj).items()
    }


def select_keys(extension: Any, obj: Any, frames: Any) -> None:
    """These frames' keys selected, and no others."""
    for curve in curves(extension, obj).values():
        for key in curve.keyframe_points:
            key.select_control_point = round(key.co.x) in frames


def select_bones(extension: Any, obj: Any, *parts: str) -> None:
    """The bones with these words in their names selected, and no others."""
    for bone in obj.pose.bones:
        extension.addon("compat").select_bone(bone, any(part in bone.name for part in parts))


def made_by_an_earlier_version(extension: Any, take: Any, **values: Any) -> None:
    """The take as version 0.1.0 kept it: no names or poses, and its Actions by name alone."""
    takes = extension.addon("rigs.takes")
    stored = takes.request_of(take) | values
    for name in ("names", "poses"):
        del stored[name]
    takes.store_request(take, stored | {"format": 1})
    extension.addon("takes.origin").keep(take, None)


@pytest.mark.parametrize(("seconds", "new_end"), [(2.0, 0.6), (4.0, 2.0)])
def test_a_loop_is_made_again_of_the_whole_range(extension, warm_models, seconds: float, new_end: float) -> None:
    obj = rig_of("vroid")
    capture(extension, obj, walking(extension, seconds))
    bpy.ops.motionmix.edit_loop(range="ACTION", seconds=new_end)
    first, made = all_bytes(extension, obj), obj.animation_data.action
    assert bpy.ops.motionmix.take_again() == {"FINISHED"}
    assert obj.animation_data.action != made
    assert all_bytes(extension, obj) == first
    bpy.ops.motionmix.take_use_settings()
    panel = bpy.context.scene.motionmix_edit
    assert (panel.range, panel.first, panel.last) == ("FRAMES", 1, 30 * seconds)


def test_a_loop_of_an_earlier_version_is_taken_to_begin_with_its_action(extension, warm_models) -> None:
    obj = rig_of("vroid")
    capture(extension, obj, walking(extension, 2.0))
    bpy.ops.motionmix.edit_loop(range="ACTION", seconds=0.6)
    first, made = all_bytes(extension, obj), obj.animation_data.action
    made_by_an_earlier_version(extension, made, first=46.0)  # of its new end
    assert bpy.ops.motionmix.take_again() == {"FINISHED"}
    assert obj.animation_data.action != made
    assert all_bytes(extension, obj) == first


def test_an_in_between_over_capture_keeps_the_poses_that_were_selected(extension, warm_models) -> None:
    obj = rig_of("mixamo")
    mine = capture(extension, obj, walking(extension, 2.0))
    select_keys(extension, obj, {1, 21, 41})
    poses = {place: keys_at(curve, (21,)) for place, curve in curves(extension, obj).items()}
    bpy.ops.motionmix.edit_in_between(range="SELECTED", seed=3)
    first, made = keyed(extension, obj), obj.animation_data.action
    obj.animation_data.action = mine
    select_keys(extension, obj, {11, 31})
    for new_seed in (False, True):
        assert bpy.ops.motionmix.take_again(take=made.name, new_seed=new_seed) == {"FINISHED"}
        assert {place: keys_at(curve, (21,)) for place, curve in curves(extension, obj).items()} == poses
        assert (keyed(extension, obj) == first) == (not new_seed)


def test_a_body_part_of_selected_bones_stays_that_part(extension, warm_models) -> None:
    obj = rig_of("vroid")
    mine = capture(extension, obj, walking(extension, 2.0))
    before = all_bytes(extension, obj)
    arm, leg = ("L_UpperArm", "L_LowerArm"), ("R_UpperLeg",)
    select_bones(extension, obj, *arm)
    bpy.ops.motionmix.edit_body_part(bones="SELECTED", first=5, last=40, seed=3)
    first, made = all_bytes(extension, obj), obj.animation_data.action
    for now in (leg, ()):
        select_bones(extension, obj, *now)
        assert bpy.ops.motionmix.take_again(take=made.name) == {"FINISHED"}
        assert all_bytes(extension, obj) == first
    assert bpy.ops.motionmix.take_use_settings() == {"FINISHED"}
    is_selected = extension.addon("compat").is_bone_selected
    assert {bone.name for bone in obj.pose.bones if is_selected(bone)} == {
        bone.name for bone in obj.pose.bones if any(part in bone.name for part in arm)
    }
    obj.animation_data.action = mine
    select_bones(extension, obj, *leg)
    bpy.ops.motionmix.edit_body_part(take=made.name, bones="SELECTED")  # said anew, it's those that are selected
    changed = {
        bone_of(path) for (path, index), data in all_bytes(extension, obj).items() if data != before[path, index]
    }
    assert changed
    assert all("R_UpperLeg" in name for name in changed)


@pytest.mark.parametrize("protected", [{20, 21}, set()])
def test_a_clean_up_protects_the_keys_that_were_selected(extension, warm_models, protected: set[int]) -> None:
    obj = rig_of("vroid")
    mine = capture(extension, obj, walking(extension), noise=0.02)
    select_keys(extension, obj, protected)
    bpy.ops.motionmix.edit_clean_up(range="ACTION", protect_keys=True, strength=0.3)
    first, made = keyed(extension, obj), obj.animation_data.action
    obj.animation_data.action = mine
    select_keys(extension, obj, {40, 41})
    assert bpy.ops.motionmix.take_again(take=made.name) == {"FINISHED"}
    assert keyed(extension, obj) == first


def test_what_is_selected_while_the_rig_is_read_is_not_meant(extension, warm_models) -> None:
    obj = rig_of("mixamo")
    mine = capture(extension, obj, walking(extension, 2.0))
    select_keys(extension, obj, {1, 21, 41})
    bpy.ops.motionmix.edit_in_between(range="SELECTED", seed=3)
    by_script = keyed(extension, obj)
    obj.animation_data.action = mine
    spec = extension.addon("editing.spec").EditSpec(tool="in_between", range="SELECTED", seed=3)
    pressed = extension.addon("operators.edit_in_between").MOTIONMIX_OT_edit_in_between
    run = pressed.begun(bpy.context.scene, obj, spec)
    select_keys(extension, obj, {11, 31})
    ticked(run)
    assert keyed(extension, obj) == by_script


def test_a_source_may_be_renamed_and_its_name_be_given_to_another(extension, warm_models) -> None:
    obj = rig_of("mixamo")
    mine = key_poses(extension, obj, walking(extension), KEYS, name="Action")
    bpy.ops.motionmix.edit_in_between(first=11, last=36, seed=3)
    first, made = all_bytes(extension, obj), obj.animation_data.action
    mine.name = "Hero walk"
    other = key_poses(extension, obj, walking(extension, 3.0), (1, 31, 61), name="Action")
    assert other.name == "Action"
    obj.animation_data.action = made
    assert bpy.ops.motionmix.take_again() == {"FINISHED"}
    again = obj.animation_data.action
    assert again not in (mine, other, made)
    assert all_bytes(extension, obj) == first
    for shown in (mine, again):
        assert bpy.ops.motionmix.edit_compare() == {"FINISHED"}
        assert obj.animation_data.action == shown
    described = extension.addon("panels.takes").described
    assert "Hero walk" in described(extension.addon("takes.origin").named(made, {"edit": "in_between"}))


def test_a_source_that_is_gone_is_told_and_the_take_stays_shown(extension, warm_models) -> None:
    obj = rig_of("mixamo")
    mine = key_poses(extension, obj, walking(extension), KEYS, name="Action")
    bpy.ops.motionmix.edit_in_between(first=11, last=36, seed=3)
    made = obj.animation_data.action
    bpy.data.actions.remove(mine)
    key_poses(extension, obj, walking(extension), KEYS, name="Action")
    obj.animation_data.action = made
    with pytest.raises(RuntimeError, match="is gone"):
        bpy.ops.motionmix.take_again()
    assert obj.animation_data.action == made


def test_when_it_can_not_be_made_again_the_take_stays_shown(extension, warm_models) -> None:
    obj = rig_of("mixamo")
    mine = key_poses(extension, obj, walking(extension), KEYS)
    bpy.ops.motionmix.edit_in_between(first=11, last=36, seed=3)
    made = obj.animation_data.action
    for curve in list(extension.addon("compat").curves_in(mine)):
        curve.mute = True
        curve.keyframe_points.clear()
    with pytest.raises(RuntimeError, match="key a pose there"):
        bpy.ops.motionmix.take_again()
    assert obj.animation_data.action == made


def test_a_transition_goes_into_the_same_action_under_another_name(extension, warm_models) -> None:
    obj = rig_of("mixamo")
    two = capture(extension, obj, walking(extension, 1.0), name="Two")
    one = capture(extension, obj, walking(extension, 1.5), name="One")
    bpy.ops.motionmix.edit_transition(after="Two", seconds=1.0, seed=3)
    first, made = all_bytes(extension, obj), obj.animation_data.action
    two.name, one.name = "Second", "First"
    capture(extension, obj, walking(extension, 2.0), name="Two")
    assert bpy.ops.motionmix.take_again(take=made.name) == {"FINISHED"}
    assert all_bytes(extension, obj) == first
    bpy.ops.motionmix.take_use_settings(take=made.name)
    assert bpy.context.scene.motionmix_edit.after == "Second"
    bpy.data.actions.remove(two)
    obj.animation_data.action = made
    with pytest.raises(RuntimeError, match="goes over into, is gone"):
        bpy.ops.motionmix.take_again()
    assert obj.animation_data.action == made


def test_the_source_is_saved_and_found_in_the_file(extension, warm_models, tmp_path) -> None:
    obj = rig_of("mixamo")
    mine = key_poses(extension, obj, walking(extension), KEYS, name="Action")
    bpy.ops.motionmix.edit_in_between(first=11, last=36, seed=3)
    first = all_bytes(extension, obj)
    mine.name = "Hero walk"
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "scene.blend"))
    obj = bpy.context.object
    assert bpy.ops.motionmix.take_again() == {"FINISHED"}
    assert all_bytes(extension, obj) == first


@pytest.mark.parametrize(
    ("tool", "given"),
    [
        ("in_between", {"first": 11, "last": 36}),
        ("body_part", {"first": 11, "last": 36, "parts": {"left_arm"}}),
        ("clean_up", {"range": "ACTION"}),
        ("continue", {"seconds": 1.0}),
        ("in_place", {}),
    ],
)
def test_takes_of_an_earlier_version_are_made_again_by_their_names(extension, warm_models, tool: str, given) -> None:
    obj = rig_of("mixamo")
    mine = key_poses(extension, obj, walking(extension), KEYS)
    getattr(bpy.ops.motionmix, f"edit_{tool}")(**given, **({} if tool == "in_place" else {"seed": 3}))
    first, made = all_bytes(extension, obj), obj.animation_data.action
    made_by_an_earlier_version(extension, made)
    assert bpy.ops.motionmix.edit_compare() == {"FINISHED"}
    assert obj.animation_data.action == mine
    assert bpy.ops.motionmix.take_again(take=made.name) == {"FINISHED"}
    assert all_bytes(extension, obj) == first


def test_an_edit_of_an_edit_is_made_again_of_that_one(extension, warm_models) -> None:
    obj = rig_of("mixamo")
    key_poses(extension, obj, walking(extension), KEYS)
    bpy.ops.motionmix.edit_in_between(first=11, last=36, seed=3)
    between = obj.animation_data.action
    bpy.ops.motionmix.edit_body_part(parts={"left_arm"}, first=5, last=40, seed=4)
    first, made = all_bytes(extension, obj), obj.animation_data.action
    between.name = "the good one"
    assert bpy.ops.motionmix.take_again() == {"FINISHED"}
    assert all_bytes(extension, obj) == first
    obj.animation_data.action = made
    bpy.ops.motionmix.edit_compare()
    assert obj.animation_data.action == between
