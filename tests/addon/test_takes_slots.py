"""Takes of characters that share one Action by its slots (Blender 4.4 and later): each plays its own motion."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np
import pytest

from tests.addon.editing import key_data, key_poses, lively, poses_of, rig_of, set_rotation, walking, world_pose

pytestmark = pytest.mark.skipif(bpy.app.version < (4, 4), reason="Actions have no slots")
FRAMES = (1, 11, 21, 31, 41)


@pytest.fixture
def duel(extension: Any, warm_models: Any) -> tuple[Any, Any, Any]:
    """Two rigs of different bones keyed in one Action, and the Action. The second was renamed since: "RigB", "Hero"."""
    one = rig_of("mixamo")
    one.name = "RigA"
    action = key_poses(extension, one, walking(extension), FRAMES, name="Duel")
    two = rig_of("vroid")
    two.name = "RigB"
    data = two.animation_data_create()
    data.action = action
    data.action_slot = action.slots.new(id_type="OBJECT", name="RigB")
    poses = poses_of(extension, two, lively(extension, 45, 24))
    for frame in FRAMES:
        for bone in two.pose.bones:
            if bone.name in poses.rotations:
                set_rotation(bone, poses.rotations[bone.name][frame - 1])
                bone.keyframe_insert("rotation_quaternion", frame=frame)
    two.name = "Hero"
    return one, two, action


def active(obj: Any) -> Any:
    bpy.context.view_layer.objects.active = obj
    return obj


def values(extension: Any, action: Any) -> dict[str, dict[tuple[str, int], bytes]]:
    """Slot -> curve -> its frames and values."""
    curves_in = extension.addon("compat").curves_in
    return {
        slot.identifier: {
            (curve.data_path, curve.array_index): key_data(curve)["co"].tobytes() for curve in curves_in(action, slot)
        }
        for slot in action.slots
    }


def test_a_renamed_character_goes_on_playing_its_own_motion(extension, duel) -> None:
    _, hero, own = duel
    active(hero)
    bpy.ops.motionmix.edit_body_part(parts={"head"}, first=11, last=31)
    take, stood = hero.animation_data.action, world_pose(hero, 5)
    assert hero.animation_data.action_slot.identifier == "OBRigB"

    def as_made() -> bool:
        return hero.animation_data.action == take and np.abs(world_pose(hero, 5) - stood).max() < 1e-4

    bpy.ops.motionmix.take_own()
    assert hero.animation_data.action == own
    bpy.ops.motionmix.take_show(take=take.name)
    assert as_made(), "clicked in the list"
    bpy.ops.motionmix.take_own()
    bpy.ops.motionmix.edit_compare()
    assert as_made(), "compared"
    next(slot for slot in take.slots if slot.identifier == "OBRigB").name_display = "Winner"
    bpy.ops.motionmix.take_own()
    bpy.ops.motionmix.take_show(take=take.name)
    assert as_made(), "with its slot renamed"
    bpy.ops.motionmix.take_duplicate()
    assert np.abs(world_pose(hero, 5) - stood).max() < 1e-4, "copied"


def test_variations_and_strips_are_of_the_character_too(extension, duel) -> None:
    _, hero, _ = duel
    active(hero)
    bpy.ops.motionmix.edit_body_part(parts={"head"}, first=11, last=31, variations=2)
    take = hero.animation_data.action
    assert hero.animation_data.action_slot.identifier == "OBRigB"
    stood = world_pose(hero, 5)
    bpy.ops.motionmix.take_push(take=take.name)
    strips = [strip for track in hero.animation_data.nla_tracks for strip in track.strips]
    assert [strip.action_slot.identifier for strip in strips] == ["OBRigB", "OBRigB"]
    assert np.abs(world_pose(hero, 5) - stood).max() < 1e-4


def test_a_take_of_an_early_version_is_found_by_the_slot_of_ones_own_action(extension, duel) -> None:
    _, hero, _ = duel
    active(hero)
    bpy.ops.motionmix.edit_body_part(parts={"head"}, first=11, last=31)
    take = hero.animation_data.action
    take.motionmix_take.slot = 0
    bpy.ops.motionmix.take_own()
    bpy.ops.motionmix.take_show(take=take.name)
    assert hero.animation_data.action_slot.identifier == "OBRigB"


def test_timing_and_blends_leave_the_other_character_alone(extension, duel) -> None:
    one, _, _ = duel
    active(one)
    bpy.ops.motionmix.edit_body_part(parts={"head"}, first=11, last=31)
    take = one.animation_data.action
    bpy.ops.motionmix.take_own()
    one.animation_data.action = None
    one.pose.bones[0].rotation_quaternion = (0.7, 0.7, 0.0, 0.0)
    bpy.ops.motionmix.take_show(take=take.name)
    before = values(extension, take)
    bpy.ops.motionmix.take_blend(blend_in=8, blend_out=0)
    after = values(extension, take)
    assert after["OBRigA"] != before["OBRigA"]
    assert after["OBRigB"] == before["OBRigB"]
    bpy.ops.motionmix.take_blend(blend_in=0, blend_out=0)
    assert values(extension, take) == before
    bpy.context.scene.frame_set(51)
    bpy.ops.motionmix.take_fit(to="CURRENT")
    after = values(extension, take)
    assert after["OBRigA"] != before["OBRigA"]
    assert after["OBRigB"] == before["OBRigB"]
