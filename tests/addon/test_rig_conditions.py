"""Armatures as they are found in the wild: locked channels, constraints, parents, other rigs above them, the NLA."""

from __future__ import annotations

import json
import math
from typing import Any

import bpy
import numpy as np
import pytest
from mathutils import Matrix

from tests.addon.motions import lively
from tests.addon.scene_state import state
from tests.addon.test_bad_input import linked_skeleton
from tests.addon.test_retarget import armature_of, degrees_between, degrees_off, read_back, walking
from tests.addon.test_takes import joints_in_blender, put_on
from tests.retarget.rigs import NINE, build_rig

pytestmark = pytest.mark.usefixtures("thirty_frames_a_second")


def put_through(extension: Any, obj: Any, motion: Any, **options: Any) -> Any:
    """Motion on the armature as every feature of the add-on puts it there. Returns the poses."""
    transfer = extension.addon("rigs.transfer")
    poses = transfer.put(transfer.target_of(obj), motion, **options)
    extension.addon("rigs.write").write_takes(obj, [poses], [{"prompt": "test"}], 1)
    return poses


def refused(extension: Any, obj: Any, match: str) -> None:
    """The armature is refused with these words and stays as it was."""
    bpy.context.view_layer.update()
    before = state(obj)
    with pytest.raises(extension.core("errors").RigError, match=match):
        put_through(extension, obj, lively(extension, frames=3))
    assert state(obj) == before
    assert obj.name in str(extension.addon("rigs.status").of(obj).line)


def add_bones(obj: Any, bones: dict[str, tuple[str | None, str]]) -> None:
    """New bones that lie where others do: name -> (parent, the bone to lie on)."""
    bpy.context.view_layer.objects.active = obj
    bpy.ops.object.mode_set(mode="EDIT")
    edit = obj.data.edit_bones
    for name, (parent, like) in bones.items():
        bone = edit.new(name)
        bone.head, bone.tail, bone.roll = edit[like].head, edit[like].tail, edit[like].roll
        bone.parent = edit[parent] if parent else None
        bone.use_deform = False
    bpy.ops.object.mode_set(mode="OBJECT")


def constrain(obj: Any, bone: str, kind: str, subtarget: str, **values: Any) -> Any:
    constraint = obj.pose.bones[bone].constraints.new(kind)
    constraint.target, constraint.subtarget = obj, subtarget
    for name, value in values.items():
        setattr(constraint, name, value)
    return constraint


# ---- transforms


def test_parents_may_be_moved_turned_and_scaled_unevenly(extension) -> None:
    """The keys are those of the armature alone: the parents carry it along."""
    plain = armature_of(build_rig("rigify_metarig"), np.eye(4))
    motion = lively(extension, frames=6)
    wanted = put_through(extension, plain, motion)
    obj = armature_of(build_rig("rigify_metarig"), np.eye(4))
    parent = bpy.data.objects.new("parent", None)
    bpy.context.collection.objects.link(parent)
    parent.matrix_world = Matrix.LocRotScale((3, -1, 2), Matrix.Rotation(0.7, 3, (1, 2, 3)), (0.5, 1.7, 0.9))
    obj.parent = parent
    bpy.context.view_layer.update()
    poses = put_through(extension, obj, motion)
    for bone, rotation in wanted.rotations.items():
        np.testing.assert_allclose(poses.rotations[bone], rotation, atol=1e-6)
    for bone, place in wanted.locations.items():
        np.testing.assert_allclose(poses.locations[bone], place, atol=1e-6)


def test_an_armature_on_the_bone_of_another(extension) -> None:
    """A rider on a horse's back, the horse scaled and turned: read back, the motion is the same."""
    carrier = armature_of(build_rig("unreal"), NINE["unreal"].matrix)
    carrier.rotation_euler = (0.2, 0.3, 1.0)
    rider = armature_of(build_rig("vroid"), np.eye(4))
    rider.parent, rider.parent_type, rider.parent_bone = carrier, "BONE", "spine_03"
    bpy.context.view_layer.update()
    motion = lively(extension, frames=10)
    put_through(extension, rider, motion)
    back = read_back(extension, rider, [1, 4, 9])
    for index, frame in enumerate((0, 3, 8)):
        np.testing.assert_allclose(back.positions()[index], motion.positions()[frame], atol=2e-3)


@pytest.mark.parametrize(("scale", "words"), [((1, 1, 0), "scale of zero"), ((-1, 1, 1), "negative scale")])
def test_scales_that_cannot_carry_a_body(extension, skeleton, scale: tuple[float, ...], words: str) -> None:
    skeleton.scale = scale
    refused(extension, skeleton, words)


def test_a_mirrored_parent(extension, skeleton) -> None:
    parent = bpy.data.objects.new("mirror", None)
    bpy.context.collection.objects.link(parent)
    parent.scale = (1, -1, 1)
    skeleton.parent = parent
    refused(extension, skeleton, "negative scale")


def test_bones_that_start_at_one_place(extension, skeleton) -> None:
    """A knee without a thigh: the limb has no length."""
    bpy.context.view_layer.objects.active = skeleton
    bpy.ops.object.mode_set(mode="EDIT")
    bones = skeleton.data.edit_bones
    shift = bones["left_hip"].head - bones["left_knee"].head
    bones["left_hip"].tail = bones["left_hip"].head + shift * -1e-4
    bones["left_knee"].use_connect = False
    bones["left_knee"].head = bones["left_hip"].head
    bpy.ops.object.mode_set(mode="OBJECT")
    refused(extension, skeleton, "start at the same place")


# ---- modes, locks, rotation modes


def test_pose_mode(extension, skeleton, models) -> None:
    bpy.ops.object.mode_set(mode="POSE")
    bpy.ops.motionmix.generate(prompt="walk", seconds=1.0)
    assert skeleton.mode == "POSE"
    assert skeleton.animation_data.action.name == "walk #1"


def test_locked_channels_get_no_motion_and_are_told(extension) -> None:
    obj = armature_of(build_rig("mixamo"), NINE["mixamo"].matrix)
    obj.pose.bones["mixamorig:Hips"].lock_location = (False, False, True)
    obj.pose.bones["mixamorig:LeftShoulder"].lock_rotation = (True, True, True)
    motion = lively(extension, frames=12)
    poses = put_through(extension, obj, motion)
    assert np.abs(poses.locations["mixamorig:Hips"][:, 2]).max() == 0
    assert "mixamorig:LeftShoulder" not in poses.rotations
    (line,) = poses.warnings
    assert "Hips (Z location)" in line
    assert "LeftShoulder (all rotation)" in line
    # what hangs on the locked collar still points where it should
    back = read_back(extension, obj, [1, 6, 12])
    joint = motion.skeleton.index("left_elbow")
    for index, frame in enumerate((0, 5, 11)):
        assert degrees_off(extension, back, motion.crop(frame, frame + 1))[index][joint] < 0.5


def test_a_knee_locked_to_its_hinge_turns_about_nothing_else(extension) -> None:
    obj = armature_of(build_rig("rigify_metarig"), np.eye(4))
    for side in ("L", "R"):
        bone = obj.pose.bones[f"shin.{side}"]
        bone.rotation_mode, bone.lock_rotation = "XYZ", (False, True, True)
    motion = walking(extension)
    put_through(extension, obj, motion)
    for curve in extension.addon("compat").curves_of(obj):
        if "shin" in curve.data_path and curve.array_index > 0:
            assert all(abs(point.co.y) < 1e-6 for point in curve.keyframe_points)
    back = read_back(extension, obj, [1, 10, 20])
    ankle = motion.skeleton.index("left_ankle")
    for index, frame in enumerate((0, 9, 19)):  # a walk's knee is a hinge: nothing is lost
        np.testing.assert_allclose(back.positions()[index][ankle], motion.positions()[frame][ankle], atol=0.02)


@pytest.mark.parametrize("mode", ["QUATERNION", "XYZ", "ZYX", "AXIS_ANGLE"])
@pytest.mark.parametrize("degrees", [0.25, 2.0])
def test_fewer_keys_stay_within_the_error_in_blender(extension, mode: str, degrees: float) -> None:
    dense = armature_of(build_rig("mixamo"), NINE["mixamo"].matrix)
    sparse = armature_of(build_rig("mixamo"), NINE["mixamo"].matrix)
    for obj in (dense, sparse):
        for bone in obj.pose.bones:
            bone.rotation_mode = mode
    sparse.motionmix_rig.reduce_keys, sparse.motionmix_rig.key_error = True, math.radians(degrees)
    motion = lively(extension, frames=60)
    for obj in (dense, sparse):
        put_through(extension, obj, motion)
    counts = [
        sum(len(curve.keyframe_points) for curve in extension.addon("compat").curves_of(obj)) for obj in (dense, sparse)
    ]
    assert counts[1] < 0.5 * counts[0]
    for frame in range(1, 61, 7):
        bpy.context.scene.frame_set(frame)
        for one, two in zip(dense.pose.bones, sparse.pose.bones, strict=True):
            apart = one.matrix_basis.to_quaternion().rotation_difference(two.matrix_basis.to_quaternion()).angle
            assert math.degrees(min(apart, 2 * math.pi - apart)) < degrees + 0.02, one.name
            assert (one.location - two.location).length < math.radians(degrees) * 0.25 / 0.01 + 1e-3


def test_curves_are_grouped_by_bone(extension, skeleton) -> None:
    put_through(extension, skeleton, lively(extension, frames=4))
    for curve in extension.addon("compat").curves_of(skeleton):
        assert curve.group.name == curve.data_path.split('"')[1]


# ---- a T-pose by hand


def test_a_t_pose_given_by_hand(extension) -> None:
    """A rig drawn with bent, twisted arms that its rest pose alone can't explain; its author poses the T-pose."""
    obj = armature_of(build_rig("rigify_metarig", rest="T"), np.eye(4))
    for side, sign in (("L", 1), ("R", -1)):  # the rest pose becomes arms twisted by a quarter turn
        obj.pose.bones[f"upper_arm.{side}"].rotation_mode = "XYZ"
        obj.pose.bones[f"upper_arm.{side}"].rotation_euler = (0.3, sign * 1.5, 0.2)
    bpy.context.view_layer.objects.active = obj
    bpy.ops.object.mode_set(mode="POSE")
    bpy.ops.pose.armature_apply(selected=False)
    for side, sign in (("L", 1), ("R", -1)):
        basis = Matrix.Rotation(0.3, 3, "X"), Matrix.Rotation(sign * 1.5, 3, "Y"), Matrix.Rotation(0.2, 3, "Z")
        turn = (basis[2] @ basis[1] @ basis[0]).inverted()
        obj.pose.bones[f"upper_arm.{side}"].rotation_euler = turn.to_euler("XYZ")
    bpy.context.view_layer.update()
    assert bpy.ops.motionmix.rest_pose_set() == {"FINISHED"}
    assert set(json.loads(obj.motionmix_rig.reference)) >= {"upper_arm.L", "hand.R"}
    motion = lively(extension, frames=8)
    put_through(extension, obj, motion)
    wanted = motion.positions()
    for frame in (0, 4, 7):
        found = joints_in_blender(obj, ["forearm.L", "hand.L", "forearm.R", "hand.R"], 1 + frame)
        joints = [motion.skeleton.index(n) for n in ("left_elbow", "left_wrist", "right_elbow", "right_wrist")]
        np.testing.assert_allclose(found, wanted[frame][joints], atol=2e-3)
    back = extension.addon("rigs.transfer").take(bpy.context.scene, obj, [1, 5, 8], 30.0)
    for index, frame in enumerate((0, 4, 7)):
        assert degrees_off(extension, back, motion.crop(frame, frame + 1))[index].max() < 0.5
    bpy.ops.motionmix.rest_pose_clear()
    assert obj.motionmix_rig.reference == ""


# ---- constraints


def test_bones_that_copy_controls_are_moved_by_the_controls(extension) -> None:
    """A game skeleton under a layer of controls: the names fit the skeleton, but keys belong on the controls."""
    obj = armature_of(build_rig("mixamo"), NINE["mixamo"].matrix)
    parents = {bone.name: bone.parent.name if bone.parent else None for bone in obj.data.bones}
    named = {name: "CTRL " + name.partition(":")[2] for name in parents}
    add_bones(obj, {named[name]: (named.get(parent), name) for name, parent in parents.items()})
    for name, control in named.items():
        constrain(obj, name, "COPY_TRANSFORMS", control)
    motion = lively(extension, frames=12)
    poses = put_through(extension, obj, motion)
    assert all(bone.startswith("CTRL ") for bone in (*poses.rotations, *poses.locations))
    assert not poses.warnings
    wanted = motion.positions()
    for frame in (0, 6, 11):
        found = joints_in_blender(obj, ["mixamorig:LeftForeArm", "mixamorig:RightFoot", "mixamorig:Head"], 1 + frame)
        joints = [motion.skeleton.index(joint) for joint in ("left_elbow", "right_ankle", "head")]
        np.testing.assert_allclose(found, wanted[frame][joints], atol=2e-3)
    back = read_back(extension, obj, [1, 7, 12])
    for index, frame in enumerate((0, 6, 11)):
        assert degrees_off(extension, back, motion.crop(frame, frame + 1))[index].max() < 0.5


def legs_with_ik(obj: Any) -> None:
    """Feet held by IK controls that stand on the root, knees aimed by poles."""
    add_bones(obj, {f"foot_target_{side}": ("root", f"foot_{side}") for side in "lr"})
    bpy.ops.object.mode_set(mode="EDIT")
    for side in "lr":
        pole = obj.data.edit_bones.new(f"knee_target_{side}")
        knee = obj.data.edit_bones[f"calf_{side}"].head
        pole.head, pole.tail = knee + knee.__class__((0, -0.5, 0)), knee + knee.__class__((0, -0.6, 0))
        pole.parent = obj.data.edit_bones["root"]
    bpy.ops.object.mode_set(mode="OBJECT")
    for side in "lr":
        constrain(obj, f"foot_{side}", "COPY_ROTATION", f"foot_target_{side}")
        ik = constrain(obj, f"calf_{side}", "IK", f"foot_target_{side}", chain_count=2)
        ik.pole_target, ik.pole_subtarget = obj, f"knee_target_{side}"
        at_rest = obj.data.bones[f"calf_{side}"].head_local
        errors = {}
        for quarter in range(-1, 3):  # as riggers do: the angle that leaves the rest pose as it was drawn
            ik.pole_angle = quarter * math.pi / 2
            bpy.context.view_layer.update()
            errors[ik.pole_angle] = (obj.pose.bones[f"calf_{side}"].head - at_rest).length
        ik.pole_angle = min(errors, key=errors.__getitem__)


def test_plain_ik_legs_are_keyed_at_their_controls(extension) -> None:
    obj = armature_of(build_rig("unreal4", rest="bent_knees"), np.eye(4))
    legs_with_ik(obj)
    motion = walking(extension)
    poses = put_through(extension, obj, motion)
    assert {"foot_target_l", "knee_target_r"} <= set(poses.locations)
    assert not {"thigh_l", "calf_l", "foot_l", "thigh_r", "calf_r", "foot_r"} & set(poses.rotations)
    assert not poses.warnings
    wanted = motion.positions()
    for frame in (0, 8, 17, 26):
        found = joints_in_blender(obj, ["calf_l", "foot_l", "calf_r", "foot_r"], 1 + frame)
        joints = [motion.skeleton.index(n) for n in ("left_knee", "left_ankle", "right_knee", "right_ankle")]
        np.testing.assert_allclose(found, wanted[frame][joints], atol=0.01)


def test_plain_ik_without_poles_bends_the_knees_the_right_way(extension) -> None:
    obj = armature_of(build_rig("unreal4", rest="bent_knees"), np.eye(4))
    legs_with_ik(obj)
    for side in "lr":
        obj.pose.bones[f"calf_{side}"].constraints["IK"].pole_target = None
    motion = walking(extension)
    assert not put_through(extension, obj, motion).warnings
    for frame in (0, 8, 17, 26):
        found = joints_in_blender(obj, ["calf_l", "foot_l", "calf_r", "foot_r"], 1 + frame)
        joints = [motion.skeleton.index(n) for n in ("left_knee", "left_ankle", "right_knee", "right_ankle")]
        np.testing.assert_allclose(found, motion.positions()[frame][joints], atol=0.01)


def test_bones_that_depend_on_each_other_are_named(extension, skeleton) -> None:
    constrain(skeleton, "left_knee", "CHILD_OF", "right_knee")
    constrain(skeleton, "right_knee", "COPY_ROTATION", "left_knee")
    refused(extension, skeleton, "(?s)loop.*left_knee.*right_knee")
    skeleton.pose.bones["left_knee"].constraints[0].mute = True
    assert extension.addon("rigs.transfer").target_of(skeleton)


def test_objects_that_depend_on_each_other_are_named(extension, skeleton) -> None:
    other = bpy.data.objects.new("handle", None)
    bpy.context.collection.objects.link(other)
    for one, two in ((skeleton, other), (other, skeleton)):
        one.constraints.new("COPY_LOCATION").target = two
    refused(extension, skeleton, "itself.*handle")


# ---- what plays


def test_a_take_under_an_nla_stack_says_when_it_is_not_seen(extension, skeleton) -> None:
    put_through(extension, skeleton, lively(extension, frames=4))
    unseen = extension.addon("rigs.unseen")
    assert unseen.reasons(skeleton) == []
    data = skeleton.animation_data
    track = data.nla_tracks.new()
    track.strips.new("first", 1, data.action)
    before = [(track.name, [strip.name for strip in track.strips]) for track in data.nla_tracks]
    put_through(extension, skeleton, lively(extension, frames=4, seed=5))
    assert [(track.name, [strip.name for strip in track.strips]) for track in data.nla_tracks] == before
    back = read_back(extension, skeleton, [2])  # the new action replaces the stack below it
    assert degrees_off(extension, back, lively(extension, frames=4, seed=5).crop(1, 2))[0].max() < 0.5
    data.action_blend_type = "ADD"
    assert any("Replace" in line for line in unseen.reasons(skeleton))
    data.action_blend_type, data.action_influence = "REPLACE", 0.5
    assert any("50%" in line for line in unseen.reasons(skeleton))
    track.is_solo = True
    assert any("alone" in line for line in unseen.reasons(skeleton))


def test_an_override_keeps_its_own_bones_and_pose(extension, tmp_path) -> None:
    override = linked_skeleton(tmp_path).override_create(remap_local_usages=True)
    override.override_library.is_system_override = False
    bpy.context.view_layer.objects.active = override
    bpy.ops.motionmix.mapping_detect()
    override.motionmix_rig.bone_head = "neck"
    override.motionmix_rig.bone_neck_1 = ""
    path = str(tmp_path / "shot.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.read_homefile(use_empty=True)
    bpy.ops.wm.open_mainfile(filepath=path)
    again = next(obj for obj in bpy.data.objects if obj.override_library is not None)
    assert extension.addon("rigs.read").mapping_of(again).bone("head") == "neck"
    put_through(extension, again, lively(extension, frames=4))
    assert again.animation_data.action is not None


@pytest.mark.parametrize("animal", ["basic_quadruped", "cat", "wolf", "horse", "shark"])
def test_rigify_animals_are_refused(extension, animal: str) -> None:
    import addon_utils

    addon_utils.enable("rigify", default_set=True)
    getattr(bpy.ops.object, f"armature_{animal}_metarig_add")()
    mapping = extension.addon("rigs.read").mapping_of(bpy.context.object)
    assert not mapping.usable
    assert bpy.context.object.name in mapping.reason


def test_limbs_of_another_length_keep_their_directions_in_blender(extension) -> None:
    obj = armature_of(build_rig("unreal", legs=1.4, arms=0.7), NINE["unreal"].matrix)
    motion = lively(extension, frames=8)
    put_on(extension, obj, motion, frame_start=1, foot_lock=False)
    for frame in (0, 5):
        wanted = dict(zip(motion.skeleton.names, motion.positions()[frame], strict=True))
        heads = joints_in_blender(obj, ["upperarm_l", "lowerarm_l", "thigh_r", "calf_r"], 1 + frame)
        for one, two, start, end in ((0, 1, "left_shoulder", "left_elbow"), (2, 3, "right_hip", "right_knee")):
            assert degrees_between(heads[two] - heads[one], wanted[end] - wanted[start]) < 1.0


@pytest.mark.parametrize("legs", [0.7, 1.4])
def test_feet_stand_on_legs_of_another_length_in_blender(extension, legs: float) -> None:
    """Planted feet creep by less than a centimetre and don't sink in, and legs point as the motion's do."""
    obj = armature_of(build_rig("unreal", legs=legs), NINE["unreal"].matrix)
    motion = walking(extension)
    contacts = extension.core("motion.contacts").foot_contacts(motion.positions(), motion.fps)
    put_through(extension, obj, motion, foot_lock=True, contacts=contacts)
    bones = ["foot_l", "ball_l", "foot_r", "ball_r", "thigh_l", "calf_l", "thigh_r", "calf_r"]
    seen = np.array([joints_in_blender(obj, bones, 1 + frame) for frame in range(motion.num_frames)])
    for foot, flat in enumerate((0.056, 0.025, 0.056, 0.025)):
        standing = np.flatnonzero(contacts[:, foot])
        for stretch in np.split(standing, np.flatnonzero(np.diff(standing) > 1) + 1):
            assert np.linalg.norm(seen[stretch, foot] - seen[stretch[0], foot], axis=-1).max() <= 0.01
            assert seen[stretch, foot, 1].min() >= flat - 0.005
    places = dict(zip(motion.skeleton.names, np.moveaxis(motion.positions(), 1, 0), strict=True))
    for side, first in (("left", 4), ("right", 6)):
        for place, (start, end) in enumerate((("hip", "knee"), ("knee", "ankle"))):
            bone = seen[:, first + 1 if place == 0 else bones.index(f"foot_{side[0]}")] - seen[:, first + place]
            wanted = places[f"{side}_{end}"] - places[f"{side}_{start}"]
            assert max(degrees_between(*pair) for pair in zip(bone, wanted, strict=True)) <= 1.0


def test_a_transform_that_is_not_a_number(extension, skeleton) -> None:
    skeleton.location.x = float("nan")
    bpy.context.view_layer.update()
    assert "aren't numbers" in extension.addon("rigs.status").of(skeleton).line
    with pytest.raises(extension.core("errors").RigError, match="aren't numbers"):
        extension.addon("rigs.transfer").target_of(skeleton)


def test_a_linked_armature_can_be_copied_from(extension, tmp_path) -> None:
    linked = linked_skeleton(tmp_path)
    assert extension.addon("rigs.read").problem(linked)
    assert extension.addon("rigs.transfer").take(bpy.context.scene, linked, [1, 2], 30.0).num_frames == 2
