"""Body part: the chosen bones change, every other bone keeps its curves byte by byte, whatever moves the rig."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from tests.addon.editing import (
    FIVE,
    all_bytes,
    bone_of,
    capture,
    curves,
    evaluated,
    key_data,
    key_poses,
    rig_of,
    walking,
    world_pose,
)
from tests.retarget.rigs import expected_slots

KEYS = (1, 11, 21, 36, 51)


pytestmark = pytest.mark.usefixtures("thirty_frames_a_second")


def arm(convention: str, side: str = "left") -> set[str]:
    slots = expected_slots(convention)
    return {slots[f"{side}_{part}"][0] for part in ("collar", "shoulder", "elbow", "wrist")}


@pytest.mark.parametrize("keyed", ["poses", "capture"])
@pytest.mark.parametrize("convention", FIVE)
def test_a_body_part_changes_and_every_other_bone_keeps_its_bytes(
    extension, warm_models, convention: str, keyed
) -> None:
    obj = rig_of(convention, "XYZ" if convention == "unreal" else "QUATERNION")
    mine = (key_poses(extension, obj, walking(extension), KEYS) if keyed == "poses"
            else capture(extension, obj, walking(extension)))  # fmt: skip
    before, outside = all_bytes(extension, obj), [*np.arange(-3, 15.01, 0.25), *np.arange(40, 60, 0.25)]
    shapes = {place: evaluated(c, outside) for place, c in curves(extension, obj).items()}
    assert bpy.ops.motionmix.edit_body_part(parts={"left_arm"}, first=15, last=40, seed=2) == {"FINISHED"}
    after = all_bytes(extension, obj)
    chosen = arm(convention)
    assert after.keys() == before.keys()
    changed = {bone_of(path) for (path, index), data in after.items() if data != before[path, index]}
    assert changed == chosen
    for place, curve in curves(extension, obj).items():
        np.testing.assert_allclose(evaluated(curve, outside), shapes[place], atol=3e-6)
        if keyed == "capture":
            np.testing.assert_array_equal(evaluated(curve, outside), shapes[place])
    moved = world_pose(obj, 27)
    obj.animation_data.action = mine
    assert all_bytes(extension, obj) == before
    assert np.abs(moved - world_pose(obj, 27)).max() > 1e-3


def test_a_body_part_over_the_length_limit_is_made_in_parts_and_said(extension, warm_models) -> None:
    obj = rig_of("vroid")
    key_poses(extension, obj, walking(extension), (1, 31, 60))
    for curve in curves(extension, obj).values():
        for key, frame in zip(curve.keyframe_points, (1, 401, 801), strict=True):
            key.co.x = frame
        curve.update()
    bpy.context.scene.render.fps = 12
    before = all_bytes(extension, obj)
    spec = extension.addon("editing.spec").EditSpec(
        "body_part", range="FRAMES", first=1, last=801, bones="PRESET", parts=("left_arm",), quality="draft"
    )
    job = extension.addon("editing.job").begin(bpy.context.scene, obj, spec)
    assert "67 s long: it is made in 2 parts" in " ".join(job.warnings)
    asked = 0
    while job.request is not None:
        asked += 1
        job.receive(extension.addon("worker_bridge").bridge().run(job.request, lambda progress: None))
    assert asked == 2
    job.finish()
    after = all_bytes(extension, obj)
    assert {bone_of(path) for (path, index), data in after.items() if data != before[path, index]} == arm("vroid")
    for (path, _), curve in curves(extension, obj).items():
        if bone_of(path) in arm("vroid"):
            assert key_data(curve)["co"][[0, -1], 0].tolist() == [1, 801]


def test_the_edit_comes_in_and_goes_out_without_a_step(extension, warm_models) -> None:
    obj = rig_of("vroid")
    capture(extension, obj, walking(extension))
    bpy.ops.motionmix.edit_body_part(parts={"right_arm"}, first=15, last=45, seed=2, ease=0.3)
    for (path, _), curve in curves(extension, obj).items():
        if bone_of(path) in arm("vroid", "right"):
            steps = np.abs(np.diff(evaluated(curve, range(1, 61))))
            assert steps[12:17].max() < 0.12, path
            assert steps[42:47].max() < 0.12, path


def test_selected_bones_and_bone_collections_choose_the_part(extension, warm_models) -> None:
    obj = rig_of("mixamo")
    capture(extension, obj, walking(extension))
    before = all_bytes(extension, obj)
    compat = extension.addon("compat")
    for bone in obj.pose.bones:
        compat.select_bone(bone, bone.name in ("mixamorig:Head", "mixamorig:LeftHandThumb1"))
    right_arm = {"mixamorig:RightArm", "mixamorig:RightForeArm", "mixamorig:RightHand"}
    for collection, names in (("Arm", right_arm), ("Head", {"mixamorig:Head"})):
        made = obj.data.collections.new(collection)
        for name in names:
            made.assign(obj.data.bones[name])
    for given, expected in (
        ({"bones": "SELECTED"}, {"mixamorig:Head"}),
        ({"collections": "Arm"}, right_arm),
        ({"collections": "Arm; Head"}, right_arm | {"mixamorig:Head"}),
    ):
        mine = obj.animation_data.action
        bpy.ops.motionmix.edit_body_part(first=15, last=45, seed=2, **given)
        after = all_bytes(extension, obj)
        assert {bone_of(path) for (path, index), data in after.items() if data != before.get((path, index))} == expected
        obj.animation_data.action = mine


def test_bone_collections_are_ticked_in_the_panel(extension, warm_models) -> None:
    obj = rig_of("mixamo")
    capture(extension, obj, walking(extension))
    for collection, bone in (
        ("Hand", "mixamorig:RightHand"),
        ("Head", "mixamorig:Head"),
        ("Spine", "mixamorig:Spine1"),
    ):
        obj.data.collections.new(collection).assign(obj.data.bones[bone])
    edit = bpy.context.scene.motionmix_edit
    edit.tool, edit.bones, edit.range, edit.first, edit.last = "body_part", "COLLECTIONS", "FRAMES", 15, 45
    for name in ("Hand", "Spine", "Head", "Spine"):  # the spine's tick is taken away again
        assert bpy.ops.motionmix.edit_collection(collection=name) == {"FINISHED"}
    before = all_bytes(extension, obj)
    mine = obj.animation_data.action
    assert bpy.ops.motionmix.edit_body_part(seed=2) == {"FINISHED"}
    take = obj.animation_data.action
    after = all_bytes(extension, obj)
    changed = {bone_of(path) for (path, index), data in after.items() if data != before.get((path, index))}
    assert changed == {"mixamorig:RightHand", "mixamorig:Head"}
    # what the take keeps fills the panel again, and so does what takes kept when there could be one only
    edit.collections.clear()
    bpy.ops.motionmix.take_use_settings(take=take.name)
    assert sorted(edit.collections.keys()) == ["Hand", "Head"]
    spec = extension.addon("editing.spec").EditSpec
    assert spec.from_stored({"edit": "body_part", "bones": "COLLECTIONS", "collection": "Head"}).collections == (
        "Head",
    )
    obj.animation_data.action = mine
