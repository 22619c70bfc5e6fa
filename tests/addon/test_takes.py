"""A motion becomes an Action.

Exactly on the MotionMix skeleton, faithfully on a Rigify metarig, and never at the cost of what was there.
"""

from __future__ import annotations

import json
from typing import Any

import bpy
import numpy as np
import pytest

from tests.addon.motions import lively, result_of

TO_CORE = np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0]])


def settings(extension: Any, **values: Any) -> Any:
    return extension.addon("jobs").Settings(
        **{"prompt": "wave", "seconds": 1.5, "seed": 7, "foot_lock": False} | values
    )


def put_on(extension: Any, obj: Any, *motions: Any, **values: Any) -> Any:
    """Through the same door as the operator: prepare, then finish with the motions as the worker's answer."""
    jobs = extension.addon("jobs")
    job = jobs.prepare(bpy.context.scene, obj, settings(extension, **values))
    return jobs.finish(job, result_of(extension, *motions))


def at_rate(extension: Any, motion: Any, fps: float = 24) -> Any:
    """The motion as it is put on a rig: read by cubics at the scene's frame rate."""
    return extension.core("motion.resampling").resampled(motion, fps)


def joints_in_blender(obj: Any, names: Any, frame: float) -> np.ndarray:
    """Heads of pose bones in the world, in the core's axes."""
    bpy.context.scene.frame_set(int(frame), subframe=frame % 1)
    evaluated = obj.evaluated_get(bpy.context.view_layer.depsgraph)
    heads = np.array([(evaluated.matrix_world @ evaluated.pose.bones[name].matrix).translation for name in names])
    return heads @ TO_CORE.T


@pytest.mark.parametrize("fps", [30, 24, 60])
def test_joints_in_blender_are_the_motions_joints_within_a_millimetre(extension, skeleton, fps: int) -> None:
    bpy.context.scene.render.fps = fps
    motion = lively(extension)
    put_on(extension, skeleton, motion, frame_start=5)
    expected = at_rate(extension, motion, fps).positions()
    for index in range(0, len(expected), 7):
        found = joints_in_blender(skeleton, motion.skeleton.names, 5 + index)
        # The rig keeps its own standing height: the motion's ground is the armature's.
        np.testing.assert_allclose(found, expected[index], atol=1e-3)


def test_an_odd_frame_rate_keeps_the_motion_in_time(extension, skeleton) -> None:
    bpy.context.scene.render.fps, bpy.context.scene.render.fps_base = 30, 1.001
    motion = lively(extension, frames=60)
    (action,) = put_on(extension, skeleton, motion).actions
    first, last = action.frame_range
    assert (last - first) / (30 / 1.001) == pytest.approx(motion.seconds - 1 / 30, abs=1.001 / 30)


def test_where_the_armature_stands_and_looks_there_the_motion_begins(extension, skeleton) -> None:
    skeleton.location, skeleton.rotation_euler = (3.0, -2.0, 0.25), (0.0, 0.0, 0.7)
    bpy.context.view_layer.update()
    motion = lively(extension)
    put_on(extension, skeleton, motion, frame_start=1)
    bpy.context.scene.frame_set(20)
    local = np.array([skeleton.pose.bones[name].head for name in motion.skeleton.names])
    np.testing.assert_allclose(local @ TO_CORE.T, at_rate(extension, motion).positions()[19], atol=1e-3)


def test_bones_that_turn_as_euler_or_axis_angle_take_the_same_pose(extension, skeleton) -> None:
    for index, bone in enumerate(skeleton.pose.bones):
        bone.rotation_mode = ("XYZ", "ZXY", "YZX", "AXIS_ANGLE", "QUATERNION")[index % 5]
    motion = lively(extension)
    put_on(extension, skeleton, motion)
    expected = at_rate(extension, motion).positions()
    for frame in (1, 12, 30):
        np.testing.assert_allclose(
            joints_in_blender(skeleton, motion.skeleton.names, frame), expected[frame - 1], atol=1e-3
        )
    curves = [c for c in extension.addon("compat").curves_of(skeleton) if "euler" in c.data_path]
    for curve in curves:
        values = np.array([key.co.y for key in curve.keyframe_points])
        assert np.abs(np.diff(values)).max() < 1.0, f"{curve.data_path} jumps"


def test_a_bone_left_moved_and_scaled_by_an_earlier_pose_does_not_bend_the_take(extension, skeleton) -> None:
    skeleton.pose.bones["left_elbow"].scale = (1.0, 1.5, 1.0)
    skeleton.pose.bones["left_hip"].location = (0.1, 0.0, 0.0)
    motion = lively(extension)
    put_on(extension, skeleton, motion)
    found = joints_in_blender(skeleton, motion.skeleton.names, 12)
    np.testing.assert_allclose(found, at_rate(extension, motion).positions()[11], atol=1e-3)


METARIG_LIMBS = {
    ("left_hip", "left_knee"): ("thigh.L", "shin.L"),
    ("left_knee", "left_ankle"): ("shin.L", "foot.L"),
    ("right_hip", "right_knee"): ("thigh.R", "shin.R"),
    ("right_knee", "right_ankle"): ("shin.R", "foot.R"),
    ("left_shoulder", "left_elbow"): ("upper_arm.L", "forearm.L"),
    ("left_elbow", "left_wrist"): ("forearm.L", "hand.L"),
    ("right_shoulder", "right_elbow"): ("upper_arm.R", "forearm.R"),
    ("right_elbow", "right_wrist"): ("forearm.R", "hand.R"),
}


@pytest.mark.parametrize(("rig", "prefix"), [("metarig", ""), ("generated", "DEF-")])
def test_limbs_of_a_rigify_rig_point_as_the_motions_within_a_degree(extension, rig: str, prefix: str, request) -> None:
    obj = request.getfixturevalue(rig)
    motion = lively(extension)
    put_on(extension, obj, motion)
    resampled = at_rate(extension, motion)
    bones = sorted({bone for pair in METARIG_LIMBS.values() for bone in pair})
    for frame in (1, 15, 30):
        joints = resampled.positions()[frame - 1]
        found = dict(zip(bones, joints_in_blender(obj, [prefix + bone for bone in bones], frame), strict=True))
        for (start, end), (first, last) in METARIG_LIMBS.items():
            wanted = joints[motion.skeleton.index(end)] - joints[motion.skeleton.index(start)]
            limb = found[last] - found[first]
            cosine = wanted @ limb / np.linalg.norm(wanted) / np.linalg.norm(limb)
            assert np.degrees(np.arccos(min(1.0, cosine))) < 1.0, (frame, first)


def test_a_standing_t_pose_leaves_the_metarigs_feet_on_the_ground(extension, metarig) -> None:
    skeleton_module = extension.core("motion.skeleton")
    canonical = skeleton_module.canonical_skeleton()
    still = np.zeros((10, 22, 4))
    still[..., 0] = 1
    root = np.tile((0.0, skeleton_module.rest_height(canonical), 0.0), (10, 1))
    motion = extension.core("motion.motion").Motion(canonical, root, still, 30.0)
    rest = {name: metarig.data.bones[name].head_local.copy() for name in ("foot.L", "foot.R", "toe.L", "toe.R")}
    put_on(extension, metarig, motion)
    bpy.context.scene.frame_set(3)
    for name, position in rest.items():
        assert metarig.pose.bones[name].head.z == pytest.approx(position.z, abs=0.02), name


def test_a_take_carries_its_request_and_a_number(extension, skeleton) -> None:
    motion = lively(extension)
    first = put_on(extension, skeleton, motion, prompt="walk forward").actions[0]
    second = put_on(extension, skeleton, motion, prompt="walk forward").actions[0]
    assert (first.name, second.name) == ("walk forward #1", "walk forward #2")
    request = extension.addon("rigs.takes").request_of(second)
    assert request["prompt"] == "walk forward"
    assert request["seed"] == 7
    assert json.loads(second["motionmix"]) == request


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("", "motion #1"),
        ("  a\n b ", "a b #1"),
        ("歩く" * 60, None),
        ("🕺 dance", "🕺 dance #1"),
        ("x" * 10_000, None),
        ("A person walks", "walks #1"),
        ("a person", "a person #1"),
        ("a personal story", "a personal story #1"),
    ],
)
def test_any_prompt_gives_a_name_that_blender_keeps_whole(extension, prompt: str, name: str | None) -> None:
    made = extension.addon("rigs.takes").take_name(prompt, ())
    action = bpy.data.actions.new(made)
    assert action.name == made
    assert made.endswith(" #1")
    assert name is None or made == name


def test_variations_are_an_action_each_and_the_first_plays(extension, skeleton) -> None:
    takes = put_on(extension, skeleton, lively(extension, seed=1), lively(extension, seed=2), variations=2)
    assert [action.name for action in takes.actions] == ["wave #1", "wave #2"]
    assert skeleton.animation_data.action == takes.actions[0]
    assert [extension.addon("rigs.takes").request_of(action)["seed"] for action in takes.actions] == [7, 8]


def test_the_animators_own_action_is_kept_as_it_was(extension, skeleton) -> None:
    bone = skeleton.pose.bones["head"]
    bone.rotation_quaternion = (0.9, 0.1, 0.3, 0.2)
    bone.keyframe_insert("rotation_quaternion", frame=3)
    own = skeleton.animation_data.action
    before = [
        [tuple(key.co) for key in curve.keyframe_points] for curve in extension.addon("compat").curves_of(skeleton)
    ]
    put_on(extension, skeleton, lively(extension))
    assert skeleton.animation_data.action != own
    assert own.use_fake_user or own.users > 0, "saving the file must keep it"
    extension.addon("compat").assign(skeleton, own, extension.addon("compat").slot_for(own, skeleton))
    after = [
        [tuple(key.co) for key in curve.keyframe_points] for curve in extension.addon("compat").curves_of(skeleton)
    ]
    assert after == before


def test_every_key_is_on_a_whole_frame_in_its_bones_group(extension, skeleton) -> None:
    put_on(extension, skeleton, lively(extension), frame_start=10)
    for curve in extension.addon("compat").curves_of(skeleton):
        frames = [key.co.x for key in curve.keyframe_points]
        assert frames[0] == 10
        assert all(frame == int(frame) for frame in frames)
        assert curve.group.name in curve.data_path


def test_the_frame_range_reaches_to_the_end_of_a_longer_motion_only(extension, skeleton) -> None:
    scene = bpy.context.scene
    scene.frame_end = 250
    put_on(extension, skeleton, lively(extension), frame_start=1)
    assert scene.frame_end == 250
    put_on(extension, skeleton, lively(extension), frame_start=240)
    assert scene.frame_end == 240 + 35
    put_on(extension, skeleton, lively(extension), frame_start=400, extend_range=False)
    assert scene.frame_end == 240 + 35


def test_a_failure_half_way_leaves_the_scene_as_it_was(extension, skeleton, monkeypatch) -> None:
    bone = skeleton.pose.bones["head"]
    bone.rotation_quaternion = (0.9, 0.1, 0.3, 0.2)
    bone.keyframe_insert("rotation_quaternion", frame=1)
    own = skeleton.animation_data.action
    actions, pose = set(bpy.data.actions), [tuple(b.rotation_quaternion) for b in skeleton.pose.bones]
    good = lively(extension)
    transfer = extension.addon("rigs.transfer")
    poses = transfer.put(transfer.target_of(skeleton), good)
    broken = type(poses)(poses.rotations | {"spine1": np.zeros((3, 4))}, poses.locations, 24)  # too few frames
    with pytest.raises(ValueError, match="shape"):
        extension.addon("rigs.write").write_takes(skeleton, [poses, broken], [{"prompt": "a"}, {"prompt": "b"}], 1)
    assert set(bpy.data.actions) == actions
    assert skeleton.animation_data.action == own
    assert [tuple(b.rotation_quaternion) for b in skeleton.pose.bones] == pose


def test_a_rig_shown_in_its_rest_position_gets_a_hint(extension, skeleton) -> None:
    skeleton.data.pose_position = "REST"
    assert any("rest position" in line for line in put_on(extension, skeleton, lively(extension)).warnings)


def test_a_mesh_stands_for_the_armature_that_moves_it(extension) -> None:
    bpy.ops.motionmix.add_skeleton(with_figure=True)
    obj = bpy.context.object
    (figure,) = obj.children
    bpy.context.view_layer.objects.active = figure
    assert extension.addon("rigs.read").target_of(figure) == obj
    assert bpy.ops.motionmix.generate.poll()


def test_in_pose_mode_it_works_as_well(extension, skeleton) -> None:
    bpy.ops.object.mode_set(mode="POSE")
    motion = lively(extension)
    put_on(extension, skeleton, motion)
    np.testing.assert_allclose(
        joints_in_blender(skeleton, motion.skeleton.names, 9),
        at_rate(extension, motion).positions()[8],
        atol=1e-3,
    )
