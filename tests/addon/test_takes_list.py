"""The list of takes: one click from one to the next, and the animator's own Action always one click away."""

from __future__ import annotations

from typing import Any

import bpy
import pytest

from tests.addon.take_scenes import keys, make, own_action, pose, step, undo


def row_of(action: Any) -> int:
    return list(bpy.data.actions).index(action)


def listed(extension: Any, **filters: Any) -> list[str]:
    """The names in the list, in its order, as the panel would show them with these filters."""
    panel = extension.addon("panels.takes")
    view = bpy.context.window_manager.motionmix_take_filter

    class List:
        bitflag_filter_item = 1 << 30
        filter_name = filters.get("search", "")
        use_filter_invert = filters.get("invert", False)
        use_filter_sort_alpha = filters.get("by_name", False)
        use_filter_sort_reverse = False

    view.only_starred, view.every_rig = filters.get("starred", False), filters.get("every_rig", False)
    flags, places = panel.MOTIONMIX_UL_takes.filter_items(List(), bpy.context, bpy.data, "actions")
    names = [action.name for action in bpy.data.actions]
    ordered = sorted(range(len(names)), key=lambda i: places[i])
    return [names[i] for i in ordered if flags[i]]


def test_a_click_on_the_list_shows_that_take_at_once(extension, skeleton) -> None:
    first, second = make(extension, skeleton, "walk", "jump")
    assert skeleton.animation_data.action == second
    bpy.context.scene.frame_set(20)
    jumping = pose(skeleton)
    skeleton.motionmix_takes.row = row_of(first)
    assert skeleton.animation_data.action == first
    walking = pose(skeleton)
    assert walking != jumping
    skeleton.motionmix_takes.row = row_of(second)
    assert pose(skeleton) == jumping
    assert skeleton.motionmix_takes.row == row_of(second)


def test_ones_own_action_comes_back_with_its_pose_and_its_keys(extension, skeleton) -> None:
    own = own_action(skeleton)
    bpy.context.scene.frame_set(20)
    before, own_keys = pose(skeleton), keys(extension, own)
    first, second = make(extension, skeleton, "walk", "jump")
    for action in (first, second, first):
        skeleton.motionmix_takes.row = row_of(action)
        assert pose(skeleton) != before
    assert skeleton.motionmix_takes.own_action == own
    bpy.ops.motionmix.take_own()
    assert skeleton.animation_data.action == own
    assert skeleton.motionmix_takes.row == -1
    assert pose(skeleton) == before
    assert keys(extension, own) == own_keys


def test_a_pose_without_an_action_comes_back_too(extension, skeleton) -> None:
    skeleton.pose.bones["right_knee"].rotation_quaternion = (0.8, 0.6, 0.0, 0.0)
    skeleton.pose.bones["pelvis"].location = (0.1, 0.2, 0.3)
    before = pose(skeleton)
    (take,) = make(extension, skeleton, "walk")
    assert pose(skeleton) != before
    bpy.ops.motionmix.take_own()
    assert skeleton.animation_data.action is None
    assert pose(skeleton) == before
    skeleton.motionmix_takes.row = row_of(take)
    assert skeleton.animation_data.action == take


def test_what_is_posed_beside_a_take_is_not_thrown_away(extension, skeleton) -> None:
    """Bones that takes don't move (fingers, a tail, a prop) belong to the animator, whatever is shown."""
    bpy.ops.object.mode_set(mode="EDIT")
    tail = skeleton.data.edit_bones.new("tail")
    tail.tail = (0, 0, 1)
    bpy.ops.object.mode_set(mode="OBJECT")
    first, _second = make(extension, skeleton, "walk", "jump")
    skeleton.pose.bones["tail"].location = (0, 0, 0.5)
    skeleton.motionmix_takes.row = row_of(first)
    assert skeleton.pose.bones["tail"].location.z == 0.5
    bpy.ops.motionmix.take_own()
    assert skeleton.pose.bones["tail"].location.z == 0.5


def test_a_later_action_of_ones_own_takes_the_place_of_the_earlier_and_none_is_lost(
    extension, skeleton, tmp_path
) -> None:
    earlier = own_action(skeleton)
    (take,) = make(extension, skeleton, "walk")
    bpy.ops.motionmix.take_own()
    skeleton.animation_data.action = None
    later = own_action(skeleton, "my other walk")
    skeleton.motionmix_takes.row = row_of(take)
    assert skeleton.motionmix_takes.own_action == later
    names = {earlier.name, later.name, take.name}
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "scene.blend"))
    assert {action.name for action in bpy.data.actions} == names
    rig = bpy.context.object
    assert rig.animation_data.action.name == "walk #1"
    bpy.ops.motionmix.take_own()
    assert rig.animation_data.action.name == "my other walk"


def test_takes_are_kept_by_the_file_even_when_nothing_shows_them(extension, skeleton, tmp_path) -> None:
    make(extension, skeleton, "walk", "jump")
    bpy.ops.motionmix.take_own()
    for _ in range(2):
        bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
        bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "scene.blend"))
    assert listed(extension) == ["walk #1", "jump #1"]


def test_the_list_is_in_the_order_in_which_takes_were_made_or_by_name_with_numbers_as_numbers(
    extension, skeleton
) -> None:
    make(extension, skeleton, "walk", *["jump"] * 10, frames=10)
    assert listed(extension) == ["walk #1", *(f"jump #{n}" for n in range(1, 11))]
    assert listed(extension, by_name=True) == [*(f"jump #{n}" for n in range(1, 11)), "walk #1"]


def test_search_looks_at_names_and_prompts_and_stars_can_be_listed_alone(extension, skeleton) -> None:
    own_action(skeleton)
    walk, jump, _salsa = make(extension, skeleton, "walk forward", "jump", "salsa", frames=10)
    assert bpy.ops.motionmix.take_rename(take=walk.name, name="hero entrance") == {"FINISHED"}
    assert bpy.ops.motionmix.take_star(take=jump.name) == {"FINISHED"}
    assert listed(extension) == ["hero entrance", "jump #1", "salsa #1"], "one's own Action has a place of its own"
    assert listed(extension, search="FORWARD") == ["hero entrance"]
    assert listed(extension, search="forward", invert=True) == ["jump #1", "salsa #1"]
    assert listed(extension, starred=True) == ["jump #1"]
    bpy.ops.motionmix.take_star(take=jump.name)
    assert listed(extension, starred=True) == []


def test_a_name_that_is_taken_is_told(extension, skeleton) -> None:
    walk, jump = make(extension, skeleton, "walk", "jump", frames=10)
    bpy.ops.motionmix.take_rename(take=walk.name, name=jump.name)
    assert walk.name != jump.name
    with pytest.raises(RuntimeError, match="needs a name"):
        bpy.ops.motionmix.take_rename(take=walk.name, name="  ")


def test_next_and_previous_go_round(extension, skeleton) -> None:
    walk, jump, salsa = make(extension, skeleton, "walk", "jump", "salsa", frames=10)
    shown = []
    for places in (1, 1, -1, -1, -1):
        bpy.ops.motionmix.take_step(step=places)
        shown.append(skeleton.animation_data.action)
    assert shown == [walk, jump, walk, salsa, jump]


def test_a_duplicate_is_independent_and_carries_the_request(extension, skeleton) -> None:
    (walk,) = make(extension, skeleton, "walk")
    bpy.ops.motionmix.take_star()
    before = keys(extension, walk)
    bpy.ops.motionmix.take_duplicate()
    copy = skeleton.animation_data.action
    assert (copy.name, copy.use_fake_user, copy.motionmix_take.starred) == ("walk #2", True, False)
    assert keys(extension, copy) == before
    request_of = extension.addon("rigs.takes").request_of
    assert request_of(copy) == request_of(walk)
    bpy.ops.motionmix.take_fit(to="CURRENT")
    extension.addon("takes.timing").move(copy, 10)
    assert keys(extension, walk) == before


def test_deleting_shows_the_next_take_and_undo_brings_it_back(extension, skeleton) -> None:
    own_action(skeleton)
    bpy.context.scene.frame_set(20)
    before = pose(skeleton)
    _walk, jump, salsa = make(extension, skeleton, "walk", "jump", "salsa", frames=30)
    bpy.ops.motionmix.take_show(take=jump.name)
    jumping = keys(extension, jump)
    step("ready")
    bpy.ops.motionmix.take_delete()
    step("deleted")
    assert skeleton.animation_data.action == salsa
    assert "jump #1" not in bpy.data.actions
    undo()
    skeleton = bpy.context.object
    assert skeleton.animation_data.action.name == "jump #1"
    assert keys(extension, bpy.data.actions["jump #1"]) == jumping
    for name in ("jump #1", "salsa #1", "walk #1"):
        bpy.ops.motionmix.take_delete(take=name)
    assert skeleton.animation_data.action == bpy.data.actions["my walk"]
    assert pose(skeleton) == before


def test_the_unstarred_can_be_deleted_at_once(extension, skeleton) -> None:
    own = own_action(skeleton)
    make(extension, skeleton, "walk", "jump", "salsa", frames=10)
    bpy.ops.motionmix.take_star(take="jump #1")
    bpy.ops.motionmix.take_delete_unstarred()
    assert {action.name for action in bpy.data.actions} == {own.name, "jump #1"}
    assert not bpy.ops.motionmix.take_delete_unstarred.poll()


def test_generate_is_one_undo_step_and_gives_back_what_was_shown(extension, skeleton, models) -> None:
    own_action(skeleton)
    bpy.context.scene.frame_set(20)
    make(extension, skeleton, "walk")
    for shown in ("walk #1", ""):
        if shown:
            bpy.ops.motionmix.take_show(take=shown)
        else:
            bpy.ops.motionmix.take_own()
        step("before")
        skeleton = bpy.context.object
        before, playing = pose(skeleton), skeleton.animation_data.action.name
        bpy.ops.motionmix.generate(prompt="jump", seconds=1.0)
        step("generated")
        assert skeleton.animation_data.action.name == "jump #1"
        undo()
        skeleton = bpy.context.object
        assert "jump #1" not in bpy.data.actions
        assert skeleton.animation_data.action.name == playing
        assert pose(skeleton) == before


def test_a_failed_generation_leaves_the_shown_take_and_its_pose(extension, skeleton, monkeypatch) -> None:
    own_action(skeleton)
    (take,) = make(extension, skeleton, "walk")
    bpy.context.scene.frame_set(20)
    before, actions = pose(skeleton), {action.name for action in bpy.data.actions}

    def fail(*_arguments: Any) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(extension.addon("takes.collection"), "next_serial", fail)
    with pytest.raises(OSError, match="disk"):
        make(extension, skeleton, "jump")
    assert skeleton.animation_data.action == take
    assert {action.name for action in bpy.data.actions} == actions
    assert pose(skeleton) == before


def test_without_takes_the_operators_say_so(extension, skeleton) -> None:
    for name in ("take_show", "take_delete", "take_star", "take_again", "take_fit", "take_push", "take_step"):
        assert not getattr(bpy.ops.motionmix, name).poll(), name
        with pytest.raises(RuntimeError, match="no takes yet"):
            getattr(bpy.ops.motionmix, name)()
    make(extension, skeleton, "walk", frames=10)
    bpy.ops.motionmix.take_own()
    with pytest.raises(RuntimeError, match="shows no take"):
        bpy.ops.motionmix.take_delete()
    with pytest.raises(RuntimeError, match="no take “nothing”"):
        bpy.ops.motionmix.take_show(take="nothing")
    skeleton.hide_set(False)
    bpy.context.view_layer.objects.active = None
    with pytest.raises(RuntimeError, match="Select an armature"):
        bpy.ops.motionmix.take_step()


def test_a_script_gets_the_takes_in_their_order(extension, skeleton) -> None:
    from bl_ext.user_default.motionmix import api

    own_action(skeleton)
    made = make(extension, skeleton, "walk", "jump", frames=10)
    assert api.takes_of() == api.takes_of(skeleton) == made
    with pytest.raises(api.MotionMixError, match="armature"):
        api.takes_of(bpy.data.objects.new("Empty", None))
