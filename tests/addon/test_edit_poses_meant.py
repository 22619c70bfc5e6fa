"""Which keys In-between takes for poses: of captures that were edited before, and of keys that are offset."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np
import pytest

from tests.addon.editing import (
    bone_of,
    capture,
    curves,
    evaluated,
    key_data,
    key_poses,
    keys_at,
    poses_of,
    rig_of,
    rotation_path,
    set_rotation,
    walking,
    world_pose,
)

SELECTED = (1, 21, 41)
PARTS = {"left_arm", "right_arm", "left_leg", "right_leg", "head"}

pytestmark = pytest.mark.usefixtures("thirty_frames_a_second")


def stilled(extension: Any, obj: Any) -> None:
    """Toes as a capture without markers on them has them: one value on all frames, which no clean-up changes."""
    for (path, _), curve in curves(extension, obj).items():
        if "ToeBase" in path:
            for key in curve.keyframe_points:
                key.co.y = curve.keyframe_points[0].co.y
            curve.update()


@pytest.mark.parametrize("edited", ["an arm", "most parts, for a while", "cleaned up"])
def test_selected_poses_of_an_edited_capture_stay(extension, warm_models, edited: str) -> None:
    obj = rig_of("mixamo")
    capture(extension, obj, walking(extension), noise=0.02)
    if edited == "an arm":
        bpy.ops.motionmix.edit_body_part(parts={"left_arm"}, range="ACTION")
    elif edited == "cleaned up":
        stilled(extension, obj)
        bpy.ops.motionmix.edit_clean_up(range="ACTION")
    else:
        bpy.ops.motionmix.edit_body_part(parts=PARTS, range="FRAMES", first=10, last=55)
    for curve in curves(extension, obj).values():
        for key in curve.keyframe_points:
            key.select_control_point = key.co.x in SELECTED
    kept = {place: keys_at(c, SELECTED) for place, c in curves(extension, obj).items()}
    between = {place: evaluated(c, range(2, 21)) for place, c in curves(extension, obj).items()}
    poses = {frame: world_pose(obj, frame) for frame in SELECTED}
    assert bpy.ops.motionmix.edit_in_between(range="SELECTED", seed=3) == {"FINISHED"}
    after = curves(extension, obj)
    assert {place: keys_at(after[place], SELECTED) for place in kept} == kept
    for frame, matrices in poses.items():
        np.testing.assert_allclose(world_pose(obj, frame), matrices, atol=1e-5)
    new = {
        bone_of(path)
        for path, index in between
        if (evaluated(after[path, index], range(2, 21)) != between[path, index]).any()
    }
    assert len(new) > 15, "between them the body moves anew"


def test_a_generated_key_that_was_corrected_is_a_pose(extension, warm_models, tmp_path) -> None:
    obj = rig_of("mixamo")
    key_poses(extension, obj, walking(extension), SELECTED)
    assert bpy.ops.motionmix.edit_in_between(first=1, last=41, seed=3, output="OWN") == {"FINISHED"}
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "a.blend"))
    obj = bpy.context.object
    arm = obj.pose.bones["mixamorig:LeftArm"]
    bpy.context.scene.frame_set(11)
    arm.rotation_quaternion = (0.7, 0.0, 0.7, 0.1)
    arm.keyframe_insert("rotation_quaternion", frame=11)  # what the I key and autokey do
    corrected = {place: c for place, c in curves(extension, obj).items() if bone_of(place[0]) == arm.name}
    want = {place: keys_at(c, (*SELECTED, 11)) for place, c in corrected.items()}
    before = {place: keys_at(c, (10, 11)) for place, c in curves(extension, obj).items()}
    for seed in (4, 5):
        assert bpy.ops.motionmix.edit_in_between(first=1, last=41, seed=seed, output="OWN") == {"FINISHED"}
        after = curves(extension, obj)
        assert {place: keys_at(after[place], (*SELECTED, 11)) for place in want} == want
    other = {place for place, found in before.items() if keys_at(after[place], (11,))[11] != found[11]}
    assert len({bone_of(path) for path, _ in other}) > 10, "the others are made anew"
    assert any(keys_at(after[place], (10,))[10] != before[place][10] for place in want), "the arm too, beside it"


@pytest.mark.parametrize("way", ["BACK", "BOUNCE", "SINE"])
def test_generated_keys_ease_as_any_keys_do(extension, warm_models, way: str) -> None:
    """What they note of themselves mustn't show when the animator chooses another way to the next key for them."""
    obj = rig_of("mixamo")
    key_poses(extension, obj, walking(extension), SELECTED)
    assert bpy.ops.motionmix.edit_in_between(first=1, last=41, seed=3, output="OWN") == {"FINISHED"}
    made = next(c for c in curves(extension, obj).values() if np.ptp([key.co[1] for key in c.keyframe_points]) > 0.05)
    plain = bpy.data.objects.new("Plain", None)
    for key in made.keyframe_points:
        plain.location.x = key.co[1]
        plain.keyframe_insert("location", index=0, frame=key.co[0])
    (usual,) = extension.addon("compat").curves_of(plain)
    between = np.arange(1, 41, 0.25)
    for curve in (made, usual):
        for key in curve.keyframe_points:
            key.interpolation = way
    np.testing.assert_allclose(
        [made.evaluate(frame) for frame in between], [usual.evaluate(frame) for frame in between], atol=1e-5
    )


def offset_keys(extension: Any, obj: Any, every: int, last: int) -> None:
    """Keys `every` so many frames, and on each next bone a frame later, as overlapping action is keyed."""
    poses = poses_of(extension, obj, walking(extension))
    obj.animation_data_create().action = bpy.data.actions.new("Overlapping")
    for number, bone in enumerate(bone for bone in obj.pose.bones if bone.name in poses.rotations):
        for beat in range(1, last + 1, every):
            frame = beat if beat in (1, last) else beat + number % every
            set_rotation(bone, poses.rotations[bone.name][frame - 1])
            bone.keyframe_insert(rotation_path(bone), frame=frame)
            if bone.name in poses.locations:
                bone.location = poses.locations[bone.name][beat - 1]
                bone.keyframe_insert("location", frame=beat)


@pytest.mark.parametrize("every", [4, 8])
def test_keys_offset_from_bone_to_bone_are_poses_not_capture(extension, warm_models, every: int) -> None:
    obj = rig_of("mixamo")
    offset_keys(extension, obj, every, last=49)
    mine = {place: key_data(c)["co"] for place, c in curves(extension, obj).items()}
    assert len({float(frame) for co in mine.values() for frame in co[:, 0]}) > 40, "together they fill the frames"
    assert bpy.ops.motionmix.edit_in_between(range="ACTION", output="OWN", seed=3) == {"FINISHED"}
    after = curves(extension, obj)
    for place, co in mine.items():
        frames = co[:, 0].tolist()
        assert keys_at(after[place], frames) == {frame: row.tobytes() for frame, row in zip(frames, co, strict=True)}
    assert sum(len(curve.keyframe_points) for curve in after.values()) > 3 * sum(len(co) for co in mine.values())
