"""Travel keyed on the armature object, as root motion comes in from games: edits see the body move through it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bpy
import numpy as np
import pytest
from mathutils import Matrix

from tests.addon.editing import capture, curves, key_data, rig_of, rotation_path, walking
from tests.addon.test_copy_motion import select
from tests.addon.test_retarget import degrees_off, read_back

SECONDS = 2.0
LAST = int(30 * SECONDS)

pytestmark = pytest.mark.usefixtures("thirty_frames_a_second")


def way(obj: Any, frame: int) -> Matrix:
    """Where the object is to be, in the space in which it stands at frame 1: it goes along a bend."""
    t = (frame - 1) / (LAST - 1)
    size = float(np.ptp([bone.head_local for bone in obj.data.bones], axis=0).max())
    up = np.argmax(np.ptp([bone.head_local for bone in obj.data.bones], axis=0))
    turn = Matrix.Rotation(0.9 * t, 4, "XYZ"[1 if up == 1 else 2])
    there = [0.7 * size * t, 0.3 * size * t * t, 0.3 * size * t * t]
    there[int(up)] = 0.0
    return Matrix.Translation(there) @ turn


def carry(obj: Any, hips: str) -> None:
    """Have the object's keys move the body: the hips are keyed so that all stays where it was."""
    scene, bone = bpy.context.scene, obj.pose.bones[hips]
    began = obj.matrix_basis.copy()
    poses = {}
    for frame in range(1, LAST + 1):
        scene.frame_set(frame)
        poses[frame] = bone.matrix.copy()
    obj.rotation_mode = "QUATERNION"
    for frame, pose in poses.items():
        scene.frame_set(frame)
        obj.matrix_basis = began @ way(obj, frame)
        obj.keyframe_insert("location", frame=frame)
        obj.keyframe_insert("rotation_quaternion", frame=frame)
        bone.matrix = way(obj, frame).inverted() @ pose
        bpy.context.view_layer.update()
        bone.keyframe_insert("location", frame=frame)
        bone.keyframe_insert(rotation_path(bone), frame=frame)
    scene.frame_set(1)


def places(obj: Any, hips: str, last: int) -> np.ndarray:
    """(T, B, 3) where the hips and all that hangs on them is in the world, in body heights."""
    body = [hips, *(bone.name for bone in obj.data.bones[hips].children_recursive)]
    found = []
    for frame in range(1, last + 1):
        bpy.context.scene.frame_set(frame)
        seen = obj.evaluated_get(bpy.context.view_layer.depsgraph)
        found.append([seen.matrix_world @ bone.head for bone in (seen.pose.bones[name] for name in body)])
    return np.array(found) / np.ptp(np.array(found[0]), axis=0).max()


EDITS: dict[str, Callable[[], set[str]]] = {
    "clean up": lambda: bpy.ops.motionmix.edit_clean_up(range="ACTION"),
    "body part": lambda: bpy.ops.motionmix.edit_body_part(
        prompt="walk", bones="PRESET", parts={"upper_body"}, range="FRAMES", first=15, last=45, seed=3
    ),
    "continue": lambda: bpy.ops.motionmix.edit_continue(prompt="walk", seconds=1.0, seed=3),
    "loop": lambda: bpy.ops.motionmix.edit_loop(range="ACTION", seconds=0.5, seed=3),
    "transition": lambda: bpy.ops.motionmix.edit_transition(after="Two", seconds=0.5, seed=3),
}


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize(("convention", "hips"), [("mixamo", "mixamorig:Hips"), ("unreal", "pelvis")])
def test_it_comes_out_as_if_the_hips_were_keyed(extension, warm_models, convention: str, hips: str, edit: str) -> None:
    found = []
    for carried in (False, True):
        obj = rig_of(convention)
        for name in ("Two", "One"):
            capture(extension, obj, walking(extension, SECONDS), name=name)
            obj.animation_data.action.use_fake_user = True
            if carried:
                carry(obj, hips)
        source = places(obj, hips, LAST)
        own = {place: key_data(curve) for place, curve in curves(extension, obj).items() if "bones" not in place[0]}
        assert EDITS[edit]() == {"FINISHED"}
        after = {place: key_data(curve) for place, curve in curves(extension, obj).items() if "bones" not in place[0]}
        assert bool(own) == carried
        assert after.keys() == own.keys(), "the object's keys are left alone"
        for place, data in own.items():
            for name, values in data.items():
                np.testing.assert_array_equal(after[place][name], values)
        last = int(obj.animation_data.action.frame_range[1])
        found.append((source, places(obj, hips, last)))
        for action in list(bpy.data.actions):
            bpy.data.actions.remove(action)
        bpy.data.objects.remove(obj)
    (source, plain), (again, by_object) = found
    np.testing.assert_allclose(again, source, atol=1e-5)
    assert plain.shape == by_object.shape
    assert len(plain) != LAST or np.abs(plain - source).max() > 1e-3, "the edit has changed something"
    np.testing.assert_allclose(by_object, plain, atol=2e-3)


def test_travel_is_removed_from_the_bones_alone(extension) -> None:
    """Where a game takes it from the object it is right already."""
    obj, hips = rig_of("mixamo"), "mixamorig:Hips"
    capture(extension, obj, walking(extension, SECONDS))
    carry(obj, hips)
    before = places(obj, hips, LAST)
    assert bpy.ops.motionmix.edit_in_place() == {"FINISHED"}
    went = before[-1, 0] - before[0, 0]
    after = places(obj, hips, LAST)
    assert np.linalg.norm(went) > 0.3
    assert np.linalg.norm(after[-1, 0] - after[0, 0]) > 0.3


def test_it_is_copied_to_other_rigs(extension) -> None:
    """An Unreal import keeps its root motion on the object: the copy goes where the original goes."""
    source, other = rig_of("mixamo"), rig_of("vroid")
    motion = walking(extension, SECONDS)
    capture(extension, source, motion)
    carry(source, "mixamorig:Hips")
    source.name, other.name = "source", "other"
    select(source, other)
    assert bpy.ops.motionmix.copy_motion(foot_lock=False) == {"FINISHED"}
    back = read_back(extension, other, list(range(1, LAST + 1)))
    assert degrees_off(extension, back, motion).mean() < 0.5
    np.testing.assert_allclose(back.root_positions, motion.root_positions, atol=3e-3)


def test_an_object_that_only_the_other_action_moves_stays_where_it_stands(extension, warm_models) -> None:
    """The second Action is looked at, and played from on: where its keys had put the object isn't left behind."""
    obj, hips = rig_of("mixamo"), "mixamorig:Hips"
    capture(extension, obj, walking(extension, SECONDS), name="Two")
    obj.animation_data.action.use_fake_user = True
    stood = obj.matrix_basis.copy()
    carry(obj, hips)
    obj.matrix_basis = stood
    one = capture(extension, obj, walking(extension, SECONDS), name="One")
    obj.matrix_basis = stood
    before = places(obj, hips, LAST)
    assert bpy.ops.motionmix.edit_transition(after="Two", seconds=0.5, seed=3) == {"FINISHED"}
    assert obj.animation_data.action != one
    np.testing.assert_allclose(places(obj, hips, LAST), before, atol=1e-4)
    np.testing.assert_allclose(obj.matrix_basis, stood, atol=1e-6)
