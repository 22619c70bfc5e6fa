"""Several variations of one edit: takes of their own, or none at all."""

from __future__ import annotations

import bpy
import pytest

from tests.addon.editing import all_bytes, key_poses, rig_of, walking
from tests.addon.test_edit_tools import KEYS

pytestmark = pytest.mark.usefixtures("thirty_frames_a_second")


@pytest.mark.parametrize(
    ("tool", "given"),
    [
        ("in_between", {"first": 11, "last": 36, "prompt": "jumps"}),
        ("body_part", {"first": 11, "last": 36, "parts": {"left_arm"}}),
        ("continue", {"seconds": 0.5}),
    ],
)
def test_variations_are_takes_of_their_own_that_can_be_made_again(extension, warm_models, tool: str, given) -> None:
    obj = rig_of("mixamo")
    mine = key_poses(extension, obj, walking(extension), KEYS)
    before = all_bytes(extension, obj)
    assert getattr(bpy.ops.motionmix, f"edit_{tool}")(seed=5, variations=3, **given) == {"FINISHED"}
    takes = [action for action in bpy.data.actions if action != mine]
    assert len(takes) == 3
    assert obj.animation_data.action == takes[0]  # the first is shown
    contents = []
    for take in takes:
        obj.animation_data.action = take
        contents.append(all_bytes(extension, obj))
        stored = extension.addon("takes.collection").request(take)
        assert stored["variations"] == 1
        assert stored["seed"] == 5 + len(contents) - 1
    assert contents[0] != contents[1] != contents[2]
    obj.animation_data.action = mine
    assert all_bytes(extension, obj) == before
    getattr(bpy.ops.motionmix, f"edit_{tool}")(seed=6, **given)
    assert all_bytes(extension, obj) == contents[1]


def test_the_own_action_gets_one_variation(extension, warm_models) -> None:
    obj = rig_of("mixamo")
    mine = key_poses(extension, obj, walking(extension), KEYS)
    assert bpy.ops.motionmix.edit_in_between(first=11, last=36, seed=2, variations=4, output="OWN") == {"FINISHED"}
    assert list(bpy.data.actions) == [mine]


def test_too_many_variations_are_refused(extension, warm_models) -> None:
    obj = rig_of("mixamo")
    key_poses(extension, obj, walking(extension), KEYS)
    with pytest.raises(RuntimeError, match="1 to 4 variations"):
        bpy.ops.motionmix.edit_in_between(first=11, last=36, variations=9)


def test_when_a_variation_cannot_be_written_none_is_left(extension, warm_models, monkeypatch) -> None:
    obj = rig_of("mixamo")
    mine = key_poses(extension, obj, walking(extension), KEYS)
    write, count = extension.addon("editing.write"), []
    apply = write.apply

    def failing(target, new) -> None:
        count.append(1)
        if len(count) == 2:
            raise extension.core("errors").RigError("the second can't be written")
        apply(target, new)

    monkeypatch.setattr(write, "apply", failing)
    with pytest.raises(RuntimeError, match="the second"):
        bpy.ops.motionmix.edit_in_between(first=11, last=36, prompt="jumps", variations=3)
    assert list(bpy.data.actions) == [mine]
    assert obj.animation_data.action == mine


def test_an_edit_of_a_starred_take_has_no_star_yet(extension, warm_models) -> None:
    obj = rig_of("mixamo")
    key_poses(extension, obj, walking(extension), KEYS)
    bpy.ops.motionmix.edit_body_part(parts={"head"}, first=11, last=36)
    starred = obj.animation_data.action
    bpy.ops.motionmix.take_star()
    bpy.ops.motionmix.edit_body_part(parts={"head"}, first=11, last=36, variations=2)
    assert [action for action in bpy.data.actions if action.motionmix_take.starred] == [starred]
