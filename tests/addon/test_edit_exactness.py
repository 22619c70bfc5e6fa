"""The animator's keys under hard conditions: layers, constraints, steps, few bones, odd frames, long gaps, undo."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np
import pytest

from tests.addon.editing import (
    all_bytes,
    bone_of,
    capture,
    curves,
    evaluated,
    key_data,
    key_poses,
    keys_at,
    rig_of,
    rotation_path,
    walking,
    world_pose,
)

KEYS = (1, 11, 21, 36, 51)


pytestmark = pytest.mark.usefixtures("thirty_frames_a_second")


def in_between(**values: Any) -> Any:
    return bpy.ops.motionmix.edit_in_between(**({"first": 11, "last": 36, "seed": 3} | values))


def undo() -> None:
    with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
        bpy.ops.ed.undo()


@pytest.mark.parametrize("output", ["TAKE", "OWN"])
@pytest.mark.parametrize("mode", ["QUATERNION", "XYZ"])
def test_one_undo_step_takes_all_of_it_back(extension, warm_models, output: str, mode: str) -> None:
    obj = rig_of("mixamo", mode)
    key_poses(extension, obj, walking(extension), KEYS)
    name = obj.name
    bpy.ops.ed.undo_push(message="before")
    before, actions = all_bytes(extension, obj), sorted(a.name for a in bpy.data.actions)
    in_between(output=output)
    assert all_bytes(extension, obj) != before
    assert (len(bpy.data.actions) == len(actions)) == (output == "OWN")
    bpy.ops.ed.undo_push(message="what Blender does itself after an operator called in its window")
    undo()
    obj = bpy.data.objects[name]
    assert sorted(a.name for a in bpy.data.actions) == actions
    assert all_bytes(extension, obj) == before


def test_in_the_own_action_only_the_range_changes(extension, warm_models) -> None:
    obj = rig_of("unreal")
    mine = key_poses(extension, obj, walking(extension), KEYS)
    whole = {place: key_data(c) for place, c in curves(extension, obj).items()}
    in_between(output="OWN")
    assert obj.animation_data.action == mine
    assert len(bpy.data.actions) == 1
    assert not extension.addon("takes.collection").is_take(mine)
    for place, curve in curves(extension, obj).items():
        for frame in (1, 51):
            names = list(whole[place])
            old = whole[place]["co"][:, 0].tolist().index(frame)
            new = key_data(curve)["co"][:, 0].tolist().index(frame)
            for attribute in names:
                np.testing.assert_array_equal(key_data(curve)[attribute][new], whole[place][attribute][old])


@pytest.mark.parametrize("output", ["TAKE", "OWN"])
def test_a_fault_half_way_leaves_everything_as_it_was(extension, warm_models, monkeypatch, output: str) -> None:
    obj = rig_of("vroid")
    mine = key_poses(extension, obj, walking(extension), KEYS, bones={"J_Bip_C_Hips", "J_Bip_L_UpperArm"})
    before = all_bytes(extension, obj)
    writer = extension.addon("keys")
    original, left = writer.write, [7]

    def failing(curve: Any, keys: Any) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise MemoryError("the disk is full of cats")
        original(curve, keys)

    monkeypatch.setattr(writer, "write", failing)
    with pytest.raises(RuntimeError, match="Nothing was changed"):
        in_between(output=output)
    assert obj.animation_data.action == mine
    assert all_bytes(extension, obj) == before
    assert list(bpy.data.actions) == [mine]


def test_bones_that_only_strips_move_are_left_to_the_strips(extension, warm_models) -> None:
    obj = rig_of("mixamo")
    legs = {f"mixamorig:{side}{part}" for side in ("Left", "Right") for part in ("UpLeg", "Leg", "Foot", "ToeBase")}
    below = capture(extension, obj, walking(extension), name="Legs")
    for place, curve in curves(extension, obj).items():
        if bone_of(place[0]) not in legs:
            extension.addon("compat").bag_in(below, getattr(obj.animation_data, "action_slot", None)).fcurves.remove(
                curve
            )
    data = obj.animation_data
    data.action = None
    data.nla_tracks.new().strips.new("Legs", 1, below)
    rest = {bone.name for bone in obj.pose.bones} - legs
    key_poses(extension, obj, walking(extension), KEYS, bones=rest)
    poses = {frame: world_pose(obj, frame) for frame in (1, 6, 11, 21, 36, 40, 51)}
    in_between()
    assert not {bone_of(path) for path, _ in curves(extension, obj)} & legs
    for frame, matrices in poses.items():
        np.testing.assert_allclose(world_pose(obj, frame), matrices, atol=1e-5)


@pytest.mark.parametrize("blend", ["REPLACE", "COMBINE"])
def test_keys_on_a_layer_over_strips_are_hit(extension, warm_models, blend: str) -> None:
    obj = rig_of("vroid")
    below = capture(extension, obj, walking(extension), name="Below")
    data = obj.animation_data
    data.action = None
    data.nla_tracks.new().strips.new("Below", 1, below)
    key_poses(extension, obj, walking(extension), KEYS)
    data.action_blend_type = blend
    keyed = {place: keys_at(c, KEYS) for place, c in curves(extension, obj).items()}
    poses = {frame: world_pose(obj, frame) for frame in (*KEYS, 5, 44)}
    in_between()
    assert {place: keys_at(c, KEYS) for place, c in curves(extension, obj).items()} == keyed
    for frame, matrices in poses.items():
        np.testing.assert_allclose(world_pose(obj, frame), matrices, atol=1e-5)


def test_constraints_are_read_and_keys_hit_all_the_same(extension, warm_models) -> None:
    obj = rig_of("rigify_metarig")
    target = bpy.data.objects.new("Target", None)
    bpy.context.scene.collection.objects.link(target)
    target.location = (0.3, -0.4, 0.2)
    ik = obj.pose.bones["shin.L"].constraints.new("IK")
    ik.target, ik.chain_count = target, 2
    copy = obj.pose.bones["hand.R"].constraints.new("COPY_ROTATION")
    copy.target, copy.subtarget, copy.influence = obj, "forearm.R", 0.5
    key_poses(extension, obj, walking(extension), KEYS)
    keyed = {place: keys_at(c, KEYS) for place, c in curves(extension, obj).items()}
    poses = {frame: world_pose(obj, frame) for frame in (*KEYS, 5, 44)}
    in_between()
    assert {place: keys_at(c, KEYS) for place, c in curves(extension, obj).items()} == keyed
    for frame, matrices in poses.items():
        np.testing.assert_allclose(world_pose(obj, frame), matrices, atol=1e-5)


def test_an_animated_root_bone_stays_and_carries_the_new_motion(extension, warm_models) -> None:
    obj = rig_of("unreal")
    key_poses(extension, obj, walking(extension), KEYS)
    root = obj.pose.bones["root"]
    for frame, turn in ((1, 0.0), (51, 0.6)):
        root.rotation_quaternion = (np.cos(turn / 2), 0.0, np.sin(turn / 2), 0.0)
        root.location = (frame, 0, 0)
        root.keyframe_insert("rotation_quaternion", frame=frame)
        root.keyframe_insert("location", frame=frame)
    before = all_bytes(extension, obj)
    poses = {frame: world_pose(obj, frame) for frame in (*KEYS, 5, 44)}
    in_between()
    after = all_bytes(extension, obj)
    assert {k: v for k, v in after.items() if "root" in k[0]} == {k: v for k, v in before.items() if "root" in k[0]}
    for frame, matrices in poses.items():
        np.testing.assert_allclose(world_pose(obj, frame), matrices, atol=1e-4)


def test_fingers_and_props_are_untouched(extension, warm_models) -> None:
    obj = rig_of("mixamo")
    key_poses(extension, obj, walking(extension), KEYS)
    finger = obj.pose.bones["mixamorig:LeftHandIndex1"]
    for frame in (1, 20, 40):
        finger.rotation_quaternion = (1, 0, 0, frame / 50)
        finger.keyframe_insert("rotation_quaternion", frame=frame)
    before = {k: v for k, v in all_bytes(extension, obj).items() if "Index" in k[0]}
    in_between()
    assert {k: v for k, v in all_bytes(extension, obj).items() if "Index" in k[0]} == before


@pytest.mark.parametrize("how", ["modifiers", "locked", "muted", "driven"])
def test_what_cannot_be_changed_is_left_alone_and_said(extension, warm_models, how: str) -> None:
    obj = rig_of("vroid", "XYZ")
    key_poses(extension, obj, walking(extension), KEYS)
    for (path, _), curve in curves(extension, obj).items():
        if bone_of(path) != "J_Bip_L_LowerArm":
            continue
        if how == "modifiers":
            curve.modifiers.new("CYCLES")
        elif how == "locked":
            curve.lock = True
        elif how == "muted":
            curve.mute = True
    if how == "driven":
        obj.driver_add('pose.bones["J_Bip_L_LowerArm"].rotation_euler', 0).driver.expression = "0.3"
    before = all_bytes(extension, obj)
    job = extension.addon("editing.job").begin(
        bpy.context.scene, obj, extension.addon("editing.spec").EditSpec(range="FRAMES", first=11, last=36)
    )
    assert "“J_Bip_L_LowerArm”" in " ".join(job.warnings)
    in_between()
    after = all_bytes(extension, obj)
    assert {k: v for k, v in after.items() if "L_LowerArm" in k[0]} == {
        k: v for k, v in before.items() if "L_LowerArm" in k[0]
    }


@pytest.mark.parametrize("kind", ["CONSTANT", "LINEAR", "BOUNCE"])
def test_other_interpolations_keep_their_shape_outside(extension, warm_models, kind: str) -> None:
    obj = rig_of("vroid")
    key_poses(extension, obj, walking(extension), KEYS)
    for curve in curves(extension, obj).values():
        for key in curve.keyframe_points:
            key.interpolation = kind
    outside = [*np.arange(-5, 12), *np.arange(36, 60)]
    shapes = {place: evaluated(c, outside) for place, c in curves(extension, obj).items()}
    in_between()
    for place, curve in curves(extension, obj).items():
        np.testing.assert_allclose(evaluated(curve, outside), shapes[place], atol=1e-6)
        values = evaluated(curve, np.arange(11, 36.01, 1))
        assert len(np.unique(values.round(6))) > 5 or np.ptp(values) < 1e-3, "not stepped inside"


def test_a_border_in_the_middle_of_a_bezier_curve_leaves_its_shape(extension, warm_models) -> None:
    obj = rig_of("vroid", "XYZ")
    key_poses(extension, obj, walking(extension), KEYS)
    outside = [*np.arange(-5, 15.01, 0.1), *np.arange(30, 60, 0.1)]
    shapes = {place: evaluated(c, outside) for place, c in curves(extension, obj).items()}
    in_between(first=15, last=30)
    for place, curve in curves(extension, obj).items():
        np.testing.assert_allclose(evaluated(curve, outside), shapes[place], atol=2e-5)
        co = key_data(curve)["co"][:, 0].tolist()
        assert {1.0, 11.0, 36.0, 51.0} <= set(co)
        assert not [frame for frame in co if 11 < frame < 15 or 30 < frame < 36]
        curve.update()  # as Blender does when the animator goes on working: nothing springs back
        np.testing.assert_allclose(evaluated(curve, outside), shapes[place], atol=1e-3)


def test_keys_between_frames_and_other_rates_are_hit(extension, warm_models) -> None:
    bpy.context.scene.render.fps = 24
    obj = rig_of("mixamo")
    key_poses(extension, obj, walking(extension), (1, 11, 21, 36, 51))
    for curve in curves(extension, obj).values():
        for key in curve.keyframe_points:
            for part in ("co", "handle_left", "handle_right"):
                getattr(key, part).x = 1 + (getattr(key, part).x - 1) * 0.85
    frames = [1 + (frame - 1) * 0.85 for frame in KEYS]
    keyed = {place: keys_at(c, frames) for place, c in curves(extension, obj).items()}
    assert all(len(found) == 5 for found in keyed.values())
    in_between(first=frames[1], last=frames[3])
    assert {place: keys_at(c, frames) for place, c in curves(extension, obj).items()} == keyed


def test_keys_on_the_hands_alone_leave_the_rest_free(extension, warm_models) -> None:
    obj = rig_of("vroid")
    hands = {"J_Bip_L_Hand", "J_Bip_R_Hand"}
    motion = walking(extension)
    key_poses(extension, obj, motion, (1, 31, 60), bones=hands)
    keyed = {place: keys_at(c, (1, 31, 60)) for place, c in curves(extension, obj).items()}
    in_between(first=1, last=60)
    found = curves(extension, obj)
    for place, old in keyed.items():
        assert keys_at(found[place], (1, 31, 60)) == old
    assert "J_Bip_L_UpperLeg" in {bone_of(path) for path, _ in found}
    job = extension.addon("editing.job").begin(
        bpy.context.scene, obj, extension.addon("editing.spec").EditSpec(range="FRAMES", first=1, last=60, output="OWN")
    )
    mask = job.request.observed_mask
    wrists = extension.core("representation.default").joint_columns(20)
    assert mask[30, wrists].all()
    assert mask[30].sum() < 40


def test_keys_on_the_root_alone_make_a_path(extension, warm_models) -> None:
    obj = rig_of("vroid")
    hips = obj.pose.bones["J_Bip_C_Hips"]
    obj.animation_data_create()
    for frame, place in ((1, 0.0), (31, 0.8), (61, 1.0)):
        hips.location = (0.0, 0.0, -place)
        hips.keyframe_insert("location", frame=frame)
    keyed = {place: keys_at(c, (1, 31, 61)) for place, c in curves(extension, obj).items()}
    spec = extension.addon("editing.spec").EditSpec(range="FRAMES", first=1, last=61)
    job = extension.addon("editing.job").begin(bpy.context.scene, obj, spec)
    held = np.flatnonzero(job.request.observed_mask.any(axis=1))
    assert held.tolist() == [0, 30, 60]
    assert (job.request.observed_mask[held].sum(axis=1) == 2).all()  # x and z of the root's way, nothing else
    in_between(first=1, last=61)
    for place, old in keyed.items():
        assert keys_at(curves(extension, obj)[place], (1, 31, 61)) == old


@pytest.mark.parametrize("gap", [2, 300])
def test_short_and_long_gaps(extension, warm_models, gap: int) -> None:
    obj = rig_of("mixamo")
    motion = walking(extension, 1.0)
    key_poses(extension, obj, motion, (1, 11))
    for curve in curves(extension, obj).values():
        curve.keyframe_points[1].co.x = 1 + gap
        curve.update()
    before = {place: keys_at(c, (1, 1 + gap)) for place, c in curves(extension, obj).items()}
    in_between(first=1, last=1 + gap)
    for place, curve in curves(extension, obj).items():
        assert keys_at(curve, (1, 1 + gap)) == before[place]
        # in the middle of two frames a line may be as good as anything: then nothing is keyed
        assert len(curve.keyframe_points) == gap + 1 or (gap == 2 and len(curve.keyframe_points) == 2)


def test_fifty_keys(extension, warm_models) -> None:
    obj = rig_of("vroid")
    frames = list(range(1, 151, 3))
    key_poses(extension, obj, walking(extension, 5.1), frames)
    before = {place: keys_at(c, frames) for place, c in curves(extension, obj).items()}
    in_between(first=1, last=148)
    for place, curve in curves(extension, obj).items():
        assert keys_at(curve, frames) == before[place]
        values = key_data(curve)["co"][:, 1]
        # what stands still needs no more keys than it has
        assert len(curve.keyframe_points) in ({148} if np.ptp(values) > 0.05 else {50, 148})


def test_made_again_the_poses_are_the_animators_alone(extension, warm_models) -> None:
    obj = rig_of("vroid")
    key_poses(extension, obj, walking(extension), KEYS)
    keyed = {place: keys_at(c, KEYS) for place, c in curves(extension, obj).items()}
    in_between(seed=1)
    first = all_bytes(extension, obj)
    in_between(seed=2)
    assert all_bytes(extension, obj) != first
    assert {place: keys_at(c, KEYS) for place, c in curves(extension, obj).items()} == keyed
    in_between(seed=1)
    again = {place: key_data(c)["co"] for place, c in curves(extension, obj).items()}
    assert {f for co in again.values() for f in co[:, 0].tolist()} == set(range(11, 37)) | {1, 51}


def test_capture_keeps_the_poses_at_the_ends_or_those_selected(extension, warm_models) -> None:
    obj = rig_of("mixamo")
    capture(extension, obj, walking(extension))
    outside = [*range(1, 21), *range(40, 61)]
    shapes = {place: evaluated(c, outside) for place, c in curves(extension, obj).items()}
    for curve in curves(extension, obj).values():
        for key in curve.keyframe_points:
            key.select_control_point = key.co.x in (20, 30, 40)
    kept = {place: keys_at(c, (20, 30, 40)) for place, c in curves(extension, obj).items()}
    assert bpy.ops.motionmix.edit_in_between(range="SELECTED", seed=3) == {"FINISHED"}
    for place, curve in curves(extension, obj).items():
        assert keys_at(curve, (20, 30, 40)) == kept[place]
        np.testing.assert_array_equal(evaluated(curve, outside), shapes[place])


def test_half_keyed_euler_angles_are_kept(extension, warm_models) -> None:
    obj = rig_of("vroid", "XYZ")
    key_poses(extension, obj, walking(extension), KEYS)
    bag = extension.addon("compat").bag_in(obj.animation_data.action, getattr(obj.animation_data, "action_slot", None))
    for curve in list(bag.fcurves):
        if bone_of(curve.data_path) == "J_Bip_L_UpperArm" and curve.array_index != 1:
            bag.fcurves.remove(curve)
    obj.pose.bones["J_Bip_L_UpperArm"].rotation_euler = (0.2, 0.0, -0.1)
    keyed = {place: keys_at(c, KEYS) for place, c in curves(extension, obj).items()}
    poses = {frame: world_pose(obj, frame) for frame in (*KEYS, 5, 44)}
    in_between()
    found = curves(extension, obj)
    for place, old in keyed.items():
        assert keys_at(found[place], KEYS) == old
    for frame, matrices in poses.items():
        np.testing.assert_allclose(world_pose(obj, frame), matrices, atol=1e-5)


def test_a_generated_rigify_rig_is_edited_on_the_controls_that_are_keyed(extension, generated, warm_models) -> None:
    """Legs by their IK controls, arms by FK, as many animate."""
    bones = generated.pose.bones
    for side in ("L", "R"):
        bones[f"upper_arm_parent.{side}"]["IK_FK"] = 1.0
    posed = {
        "torso": ((0, 0, 0), (0, -0.2, -0.05), (0, -0.4, 0)),
        "foot_ik.L": ((0, 0, 0), (0, -0.4, 0.1), (0, -0.6, 0)),
        "foot_ik.R": ((0, 0, 0), (0, 0, 0), (0, -0.3, 0.1)),
    }
    for number, frame in enumerate((1, 16, 31)):
        for name, places in posed.items():
            bones[name].location = places[number]
            bones[name].keyframe_insert("location", frame=frame)
            bones[name].keyframe_insert(rotation_path(bones[name]), frame=frame)
        for side, sign in (("L", 1), ("R", -1)):
            arm = bones[f"upper_arm_fk.{side}"]
            arm.rotation_quaternion = (1, 0.3 * sign * (number - 1), 0, 0)
            arm.keyframe_insert("rotation_quaternion", frame=frame)
    keyed = {place: keys_at(c, (1, 16, 31)) for place, c in curves(extension, generated).items()}
    assert bpy.ops.motionmix.edit_in_between(first=1, last=31, seed=2) == {"FINISHED"}
    found = curves(extension, generated)
    for place, old in keyed.items():
        assert keys_at(found[place], (1, 16, 31)) == old, place
    animated = {bone_of(path) for path, _ in found}
    assert {"foot_ik.L", "foot_ik.R", "upper_arm_fk.L", "torso"} <= animated
    assert not animated & {"thigh_fk.L", "shin_fk.R", "hand_ik.L", "root"}
    assert len(found['pose.bones["foot_ik.L"].location', 1].keyframe_points) == 31
    assert not [path for path, _ in found if "IK_FK" in path]
