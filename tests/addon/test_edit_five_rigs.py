"""What an edit promises, on rigs of five conventions that strips and constraints move, too; and undo of every edit."""

from __future__ import annotations

from typing import Any

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
FIRST, LAST = 11, 36
OUTSIDE = [*np.arange(-5, FIRST, 0.25), FIRST, LAST, *np.arange(LAST, 60, 0.25)]


pytestmark = pytest.mark.usefixtures("thirty_frames_a_second")


def over_strips(extension: Any, convention: str, mode: str) -> Any:
    """Key poses on a layer that is added to a strip below it."""
    obj = rig_of(convention, mode)
    below = capture(extension, obj, walking(extension), name="Below")
    data = obj.animation_data
    data.action = None
    data.nla_tracks.new().strips.new("Below", 1, below)
    key_poses(extension, obj, walking(extension), KEYS)
    data.action_blend_type = "COMBINE"
    return obj


def constrained(extension: Any, convention: str, mode: str) -> Any:
    """Key poses on a rig whose left leg reaches for a target and whose right hand copies the forearm by half."""
    obj, slots = rig_of(convention, mode), expected_slots(convention)
    target = bpy.data.objects.new("Target", None)
    bpy.context.scene.collection.objects.link(target)
    target.location = (0.3, -0.4, 0.2)
    ik = obj.pose.bones[slots["left_knee"][0]].constraints.new("IK")
    ik.target, ik.chain_count = target, 2
    copy = obj.pose.bones[slots["right_wrist"][0]].constraints.new("COPY_ROTATION")
    copy.target, copy.subtarget, copy.influence = obj, slots["right_elbow"][0], 0.5
    key_poses(extension, obj, walking(extension), KEYS)
    return obj


def kept(extension: Any, obj: Any) -> dict[tuple[str, int], dict[str, bytes]]:
    """For each F-curve all attributes of its keys outside the range, and of those inside where and what they are."""
    found = {}
    for place, curve in curves(extension, obj).items():
        data = key_data(curve)
        at = data["co"][:, 0]
        keyed, outside = np.isin(at, KEYS), np.isin(at, (1, 51))
        found[place] = {name: values[outside].tobytes() for name, values in data.items()}
        found[place]["keyed"] = data["co"][keyed].tobytes()
    return found


@pytest.mark.parametrize("mode", ["QUATERNION", "XYZ"])
@pytest.mark.parametrize("moved_by", [over_strips, constrained])
@pytest.mark.parametrize("convention", FIVE)
def test_keys_frames_and_bones_that_were_not_chosen_stay(
    extension, warm_models, convention: str, moved_by: Any, mode: str
) -> None:
    obj = moved_by(extension, convention, mode)
    mine, before, keys = obj.animation_data.action, all_bytes(extension, obj), kept(extension, obj)
    shapes = {place: evaluated(curve, OUTSIDE) for place, curve in curves(extension, obj).items()}
    poses = {frame: world_pose(obj, frame) for frame in (*KEYS, 5, 44)}
    size = max(1.0, float(np.abs(poses[1]).max()))
    for output in ("TAKE", "OWN"):
        assert bpy.ops.motionmix.edit_in_between(first=FIRST, last=LAST, seed=3, output=output) == {"FINISHED"}
        after = kept(extension, obj)
        for place, old in keys.items():
            assert after[place] == old, place
            np.testing.assert_array_equal(evaluated(curves(extension, obj)[place], OUTSIDE), shapes[place])
        for frame, matrices in poses.items():
            np.testing.assert_allclose(world_pose(obj, frame), matrices, atol=1e-5 * size)
        changed = world_pose(obj, 16)
        if output == "TAKE":
            obj.animation_data.action = mine
            assert np.abs(changed - world_pose(obj, 16)).max() > 1e-3, "the gap is made new"
            assert all_bytes(extension, obj) == before

    before = all_bytes(extension, obj)
    assert bpy.ops.motionmix.edit_body_part(parts={"left_arm"}, first=FIRST, last=LAST, seed=2) == {"FINISHED"}
    after = all_bytes(extension, obj)
    slots = expected_slots(convention)
    arm = {slots[f"left_{part}"][0] for part in ("collar", "shoulder", "elbow", "wrist")}
    assert {bone_of(path) for (path, index), data in after.items() if data != before[path, index]} == arm
    for place, shape in shapes.items():
        np.testing.assert_array_equal(evaluated(curves(extension, obj)[place], OUTSIDE), shape)
    for frame in (1, 5, FIRST, LAST, 44, 51):
        np.testing.assert_allclose(world_pose(obj, frame), poses[frame], atol=1e-5 * size)


@pytest.mark.parametrize(
    ("tool", "given"),
    [
        ("body_part", {"parts": {"left_arm"}, "first": 11, "last": 36}),
        ("continue", {"seconds": 0.5}),
        ("transition", {"after": "Other", "seconds": 0.5}),
        ("loop", {"range": "ACTION", "seconds": 0.4}),
        ("in_place", {}),
        ("clean_up", {"range": "ACTION", "strength": 0.3}),
    ],
)
@pytest.mark.parametrize("output", ["TAKE", "OWN"])
def test_one_undo_step_takes_any_edit_back(extension, warm_models, tool: str, given: Any, output: str) -> None:
    obj = rig_of("mixamo")
    capture(extension, obj, walking(extension, 1.0), name="Other")
    capture(extension, obj, walking(extension), noise=0.01)
    name, scene = obj.name, bpy.context.scene
    scene.frame_end = 50
    bpy.ops.ed.undo_push(message="before")

    def everything() -> Any:
        armature = bpy.data.objects[name]
        played = armature.animation_data.action.name
        return all_bytes(extension, armature), played, sorted(a.name for a in bpy.data.actions), scene.frame_end

    before = everything()
    assert getattr(bpy.ops.motionmix, f"edit_{tool}")(output=output, **given) == {"FINISHED"}
    assert everything() != before
    bpy.ops.ed.undo_push(message="what Blender does itself after an operator called in its window")
    with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
        bpy.ops.ed.undo()
    scene = bpy.context.scene
    assert everything() == before
