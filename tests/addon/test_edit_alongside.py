"""A transition into an Action brings along what that one moves beside the body, and tells what it can't bring."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np
import pytest
from mathutils import Quaternion

from tests.addon.editing import all_bytes, capture, curves, evaluated, key_poses, rig_of, walking, world_pose

FINGER = 'pose.bones["mixamorig:LeftHandIndex1"].rotation_quaternion'
NEW = 15  # frames of half a second

pytestmark = pytest.mark.usefixtures("thirty_frames_a_second")


def finger_keys(obj: Any, turns: dict[int, float], sign: float = 1.0) -> None:
    """Keys on a finger: frame -> radians."""
    finger = obj.pose.bones["mixamorig:LeftHandIndex1"]
    for frame, angle in turns.items():
        finger.rotation_quaternion = sign * Quaternion((1.0, 0.0, 0.0), angle)
        finger.keyframe_insert("rotation_quaternion", frame=frame)


def turns(extension: Any, obj: Any, frames: Any) -> np.ndarray:
    """(T,) by how many radians the finger is turned at the frames."""
    found = curves(extension, obj)
    values = np.stack([evaluated(found[FINGER, index], frames) for index in range(4)], axis=1)
    return 2 * np.arccos(np.clip(np.abs(values[:, 0]) / np.linalg.norm(values, axis=1), 0, 1))


@pytest.mark.parametrize("keyed_in_both", [True, False])
def test_fingers_of_the_other_action_come_along(extension, warm_models, keyed_in_both: bool) -> None:
    obj = rig_of("mixamo")
    two = capture(extension, obj, walking(extension, 1.0), name="Two")
    finger_keys(obj, {5: 0.2, 20: 1.0, 35: 0.4}, sign=-1.0)
    theirs, second = turns(extension, obj, range(1, 41)), all_bytes(extension, obj)
    one = key_poses(extension, obj, walking(extension, 1.0), range(1, 31, 29), name="One")
    obj.pose.bones["mixamorig:LeftHandIndex1"].rotation_quaternion = (1, 0, 0, 0)
    if keyed_in_both:
        finger_keys(obj, {1: 0.6, 12: 0.0, 30: 0.3})
    mine = turns(extension, obj, range(1, 31)) if keyed_in_both else np.zeros(30)
    first = all_bytes(extension, obj)
    assert bpy.ops.motionmix.edit_transition(after="Two", seconds=0.5, seed=1) == {"FINISHED"}
    assert obj.animation_data.action not in (one, two)
    np.testing.assert_allclose(turns(extension, obj, range(1, 31)), mine, atol=1e-3)
    begins = 30 + NEW + 1
    np.testing.assert_allclose(turns(extension, obj, range(begins, begins + 40)), theirs, atol=1e-3)
    way = turns(extension, obj, np.arange(30, begins + 0.01, 0.25))
    low, high = sorted((mine[-1], theirs[0]))
    assert low - 0.1 < way.min(), "the finger goes the short way"
    assert way.max() < high + 0.1
    for action, before in ((one, first), (two, second)):
        extension.addon("compat").assign(obj, action, extension.addon("compat").slot_for(action, obj))
        assert all_bytes(extension, obj) == before


def told(extension: Any, obj: Any) -> str:
    spec = extension.addon("editing.spec").EditSpec(tool="transition", after="Two", seconds=0.5)
    return " ".join(extension.addon("editing.transition").begin(bpy.context.scene, obj, spec).warnings)


def test_what_cannot_come_along_is_told(extension, warm_models) -> None:
    obj = rig_of("unreal")
    one = capture(extension, obj, walking(extension, 1.0), name="One")
    capture(extension, obj, walking(extension, 1.0), name="Two")
    slot = getattr(obj.animation_data, "action_slot", None)
    two = obj.animation_data.action
    extension.addon("compat").assign(obj, one, extension.addon("compat").slot_for(one, obj))
    assert "taken over" not in told(extension, obj)
    extension.addon("compat").assign(obj, two, slot)
    obj.pose.bones["pelvis"]["mood"] = 0.0
    for frame in (1, 20):
        obj.location = (0.1 * frame, 0, 0)  # travel: it comes over with the body
        obj.keyframe_insert("location", frame=frame)
        obj.pass_index = frame
        obj.keyframe_insert("pass_index", frame=frame)
        obj.pose.bones["pelvis"]["mood"] = 0.1 * frame
        obj.keyframe_insert('pose.bones["pelvis"]["mood"]', frame=frame)
    extension.addon("compat").assign(obj, one, extension.addon("compat").slot_for(one, obj))
    obj.location, obj.pass_index = (0, 0, 0), 0
    said = told(extension, obj)
    assert "“Two” also animates" in said
    assert "“pelvis”" in said
    assert "“pass_index”" in said
    assert "“location”" not in said


def test_a_root_bone_that_carried_the_body_is_not_added_to_it(extension, warm_models) -> None:
    obj = rig_of("unreal")
    one = capture(extension, obj, walking(extension, 1.0), name="One")
    capture(extension, obj, walking(extension, 1.0), name="Two")
    root = obj.pose.bones["root"]
    for frame, place in ((1, 0.0), (30, 50.0)):
        root.location = (place, 0, 0)
        root.keyframe_insert("location", frame=frame)
    extension.addon("compat").assign(obj, one, extension.addon("compat").slot_for(one, obj))
    root.location = (0, 0, 0)
    assert bpy.ops.motionmix.edit_transition(after="Two", seconds=0.5, seed=1) == {"FINISHED"}
    assert not {place for place in curves(extension, obj) if '"root"' in place[0]}
    at = list(obj.pose.bones.keys()).index("root")
    np.testing.assert_allclose(world_pose(obj, 1)[at], world_pose(obj, 60)[at], atol=1e-4)
