"""Rigs whose limbs can be posed by FK or by IK: what is seen is edited, whichever controls have keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest

from tests.addon.editing import all_bytes, bone_of, curves, evaluated, rotation_path, world_pose

pytestmark = pytest.mark.usefixtures("thirty_frames_a_second")

FRAMES = (1, 16, 31)
TORSO = {"torso": ((0, 0, 0), (0, -0.2, -0.05), (0, -0.4, 0))}
IK = {
    "hand_ik.L": ((0, 0, 0), (0, -0.3, 0.3), (0, -0.4, 0)),
    "hand_ik.R": ((0, 0, 0), (0, -0.1, 0), (0, -0.4, 0)),
    "foot_ik.L": ((0, 0, 0), (0, -0.4, 0.1), (0, -0.6, 0)),
    "foot_ik.R": ((0, 0, 0), (0, 0, 0), (0, -0.3, 0.1)),
}
FK = [
    f"{name}.{s}" for s in "LR" for name in ("upper_arm_fk", "forearm_fk", "hand_fk", "thigh_fk", "shin_fk", "foot_fk")
]
ENDS = ("DEF-hand.L", "DEF-hand.R", "DEF-foot.L", "DEF-foot.R")


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("rigs") / "rigify.blend"


@pytest.fixture
def rig(file: Path, request) -> Any:
    """A rig that Rigify generated; once, since that takes long."""
    if file.exists():
        bpy.ops.wm.open_mainfile(filepath=str(file))
        return bpy.context.view_layer.objects.active
    made = request.getfixturevalue("generated")
    bpy.ops.wm.save_as_mainfile(filepath=str(file))
    return made


def pose(rig: Any, places: dict[str, Any], frames: tuple[int, ...] = FRAMES) -> None:
    """Key controls at some frames, as the Whole Character keying set does."""
    for number, frame in enumerate(frames):
        for name, at in places.items():
            bone = rig.pose.bones[name]
            bone.location = at[number]
            bone.keyframe_insert("location", frame=frame)
            bone.keyframe_insert(rotation_path(bone), frame=frame)


def way(rig: Any, name: str, frames: Any) -> np.ndarray:
    """(T, 3) where a bone is seen."""
    index = list(rig.pose.bones.keys()).index(name)
    return np.array([world_pose(rig, frame)[index][:3, 3] for frame in frames])


def made_new(extension: Any, rig: Any, before: dict[Any, bytes]) -> set[str]:
    return {
        bone_of(path) for (path, index), data in all_bytes(extension, rig).items() if data != before.get((path, index))
    }


def test_an_arm_in_ik_moves_though_nothing_of_it_is_keyed(extension, rig, warm_models) -> None:
    """As Rigify makes its rigs: the limbs follow IK."""
    pose(rig, TORSO)
    before, moved = all_bytes(extension, rig), way(rig, "DEF-hand.L", range(1, 32, 3))
    given = {"parts": {"left_arm"}, "first": 6, "last": 26, "prompt": "wave"}
    assert bpy.ops.motionmix.edit_body_part(**given, output="OWN") == {"FINISHED"}
    keyed = made_new(extension, rig, before)
    assert "hand_ik.L" in keyed
    assert not {bone for bone in keyed if "_fk" in bone}
    after = way(rig, "DEF-hand.L", range(1, 32, 3))
    assert np.abs(after - moved).max() > 0.02
    np.testing.assert_allclose(after[[0, 1, -1]], moved[[0, 1, -1]], atol=1e-5)  # frames 1, 4 and 31
    assert not [path for path, _ in curves(extension, rig) if "IK_FK" in path]


def test_with_all_controls_keyed_those_that_are_seen_are_edited(extension, rig, warm_models) -> None:
    pose(rig, TORSO | IK | dict.fromkeys(FK, ((0, 0, 0),) * 3))
    mine, before = rig.animation_data.action, all_bytes(extension, rig)
    seen = {name: way(rig, name, range(1, 32, 3)) for name in ENDS}
    assert bpy.ops.motionmix.edit_in_between(first=1, last=31, seed=2, prompt="wave") == {"FINISHED"}
    keyed = made_new(extension, rig, before)
    assert set(IK) <= keyed
    assert not keyed & set(FK)
    for name, was in seen.items():
        now = way(rig, name, range(1, 32, 3))
        assert np.abs(now - was).max() > 0.02, name
        np.testing.assert_allclose(now[[0, 5, -1]], was[[0, 5, -1]], atol=1e-3)  # the keyed poses

    rig.animation_data.action = mine
    for side in "LR":
        rig.pose.bones[f"upper_arm_parent.{side}"]["IK_FK"] = 1.0
        rig.pose.bones[f"thigh_parent.{side}"]["IK_FK"] = 1.0
    assert bpy.ops.motionmix.edit_in_between(first=1, last=31, seed=2, prompt="wave") == {"FINISHED"}
    keyed = made_new(extension, rig, before)
    assert {"upper_arm_fk.L", "thigh_fk.R"} <= keyed
    assert not {bone for bone in keyed if "_ik" in bone}


def test_keys_of_controls_that_are_not_seen_are_no_poses(extension, rig, warm_models) -> None:
    """A capture on the FK controls, then the limbs switched to IK and posed anew: only the new poses count."""
    for frame in range(1, 32):
        for name in FK:
            rig.pose.bones[name].keyframe_insert(rotation_path(rig.pose.bones[name]), frame=frame)
    pose(rig, TORSO | IK)
    before = all_bytes(extension, rig)
    spec = extension.addon("editing.spec").EditSpec(range="FRAMES", first=1, last=31)
    job = extension.addon("editing.job").begin(bpy.context.scene, rig, spec)
    assert job.warnings == []
    assert bpy.ops.motionmix.edit_in_between(first=1, last=31, seed=2) == {"FINISHED"}
    after = all_bytes(extension, rig)
    assert {place: data for place, data in after.items() if bone_of(place[0]) in FK} == {
        place: data for place, data in before.items() if bone_of(place[0]) in FK
    }
    assert "hand_ik.L" in made_new(extension, rig, before)


def switch(rig: Any, keys: dict[int, float]) -> None:
    bone = rig.pose.bones["upper_arm_parent.L"]
    for frame, value in keys.items():
        bone["IK_FK"] = value
        bone.keyframe_insert('["IK_FK"]', frame=frame)


def test_a_limb_that_is_switched_in_the_range_is_left_alone_and_said(extension, rig, warm_models) -> None:
    pose(rig, TORSO | IK)
    switch(rig, {1: 0.0, 16: 0.0, 17: 1.0})
    spec = extension.addon("editing.spec").EditSpec(range="FRAMES", first=1, last=31)
    job = extension.addon("editing.job").begin(bpy.context.scene, rig, spec)
    (line,) = [line for line in job.warnings if "between FK and IK" in line]
    assert "hand_ik.L" in line
    assert "hand_ik.R" not in line
    before = all_bytes(extension, rig)
    assert bpy.ops.motionmix.edit_in_between(first=1, last=31, seed=2) == {"FINISHED"}
    keyed = made_new(extension, rig, before)
    assert "hand_ik.R" in keyed
    assert not {"hand_ik.L", "upper_arm_fk.L", "forearm_fk.L", "hand_fk.L"} & keyed
    for bone in rig.pose.bones:
        extension.addon("compat").select_bone(bone, bone.name == "hand_ik.L")
    with pytest.raises(RuntimeError, match="between FK and IK"):
        bpy.ops.motionmix.edit_body_part(bones="SELECTED", first=1, last=31)


@pytest.mark.parametrize(("first", "last", "control"), [(1, 16, "hand_ik.L"), (17, 31, "hand_fk.L")])
def test_on_either_side_of_a_switch_the_controls_of_that_side_are_keyed(
    extension, rig, warm_models, first: int, last: int, control: str
) -> None:
    pose(rig, TORSO | IK)
    switch(rig, {1: 0.0, 16: 0.0, 17: 1.0})
    before = all_bytes(extension, rig)
    assert bpy.ops.motionmix.edit_body_part(parts={"left_arm"}, first=first, last=last) == {"FINISHED"}
    keyed = made_new(extension, rig, before)
    assert control in keyed
    assert len(keyed & {"hand_ik.L", "hand_fk.L"}) == 1


def test_a_switch_that_a_strip_keys_is_heeded(extension, rig, warm_models) -> None:
    """A take under the Action, in the NLA: it has switched the limbs to FK."""
    for side in "LR":
        for name in ("upper_arm_parent", "thigh_parent"):
            bone = rig.pose.bones[f"{name}.{side}"]
            bone["IK_FK"] = 1.0
            bone.keyframe_insert('["IK_FK"]', frame=1)
            bone["IK_FK"] = 0.0
    data = rig.animation_data
    below, data.action = data.action, None
    data.nla_tracks.new().strips.new("Below", 1, below)
    pose(rig, TORSO)
    before = all_bytes(extension, rig)
    assert bpy.ops.motionmix.edit_body_part(parts={"left_arm"}, first=1, last=31) == {"FINISHED"}
    assert {"upper_arm_fk.L", "hand_fk.L"} <= made_new(extension, rig, before)


def test_actions_of_unlike_limbs_are_not_joined_and_the_switches_stay(extension, rig, warm_models) -> None:
    pose(rig, TORSO | IK)
    mine = rig.animation_data.action
    other = bpy.data.actions.new("Other")
    rig.animation_data.action = other
    pose(rig, TORSO)
    switch(rig, {1: 1.0})
    rig.animation_data.action = mine
    bone = rig.pose.bones["upper_arm_parent.L"]
    bone["IK_FK"] = 0.0
    shapes = {place: evaluated(curve, range(1, 40)) for place, curve in curves(extension, rig).items()}
    with pytest.raises(RuntimeError, match=r"“hand_ik.L” alike"):
        bpy.ops.motionmix.edit_transition(after="Other", seconds=0.5)
    assert bone["IK_FK"] == 0.0
    for place, curve in curves(extension, rig).items():
        np.testing.assert_array_equal(evaluated(curve, range(1, 40)), shapes[place])
