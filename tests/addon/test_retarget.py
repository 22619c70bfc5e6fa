"""Motion on real armatures in a real Blender: the conventions of many rigs, Rigify's generated rig, and back again."""

from __future__ import annotations

from typing import Any

import addon_utils
import bpy
import numpy as np
import pytest
from mathutils import Matrix

from tests.addon.motions import lively
from tests.addon.test_takes import joints_in_blender, put_on
from tests.motions import walk
from tests.retarget.rigs import NINE, build_rig, expected_slots

FPS = 30


@pytest.fixture(autouse=True)
def _thirty_frames_a_second(_empty_file: None) -> None:
    bpy.context.scene.render.fps, bpy.context.scene.render.fps_base = FPS, 1.0


def armature_of(table: Any, matrix: np.ndarray) -> Any:
    """A Blender armature with the bones of a table, its object at `matrix`."""
    data = bpy.data.armatures.new(table.name)
    obj = bpy.data.objects.new(table.name, data)
    bpy.context.scene.collection.objects.link(obj)
    bpy.context.view_layer.objects.active = obj
    obj.matrix_world = Matrix(matrix.tolist())
    bpy.ops.object.mode_set(mode="EDIT")
    for index in table.order:
        bone = data.edit_bones.new(table.bones[index])
        bone.head, bone.tail = table.rest[index, :3, 3], table.ends[index]
        bone.matrix = Matrix(table.rest[index].tolist())
        if table.parents[index] >= 0:
            bone.parent = data.edit_bones[table.bones[table.parents[index]]]
    bpy.ops.object.mode_set(mode="OBJECT")
    bpy.context.view_layer.update()
    return obj


def joint_bones(slots: dict[str, tuple[str, ...]]) -> dict[str, str]:
    """Joint -> bone, for the joints that a rig has exactly."""
    found = {slot: bones[0] for slot, bones in slots.items() if slot not in ("pelvis", "spine")}
    if len(slots["spine"]) == 3:
        found |= {f"spine{number + 1}": bone for number, bone in enumerate(slots["spine"])}
    return found


def read_back(extension: Any, obj: Any, frames: list[int]) -> Any:
    """The motion that the armature really plays."""
    rig, mapping = extension.addon("rigs.read").describe(obj), extension.addon("rigs.read").mapping_of(obj)
    matrices = extension.addon("rigs.sample").pose_matrices(bpy.context.scene, obj, frames)
    return extension.core("retarget").from_rig(rig, mapping, matrices, FPS)


def degrees_off(extension: Any, one: Any, two: Any) -> np.ndarray:
    """(T, J) angle between the joints' world rotations of two motions."""
    rotations = extension.core("motion.rotations")
    return np.degrees(rotations.quat_angle(one.global_rotations(), two.global_rotations()))


def walking(extension: Any) -> Any:
    """The analytic walk as a motion of the installed extension's own class."""
    made = walk(1.0)
    motion = extension.core("motion.motion").Motion
    return motion(extension.core("motion.skeleton").canonical_skeleton(), made.root_positions, made.rotations, made.fps)


def degrees_between(one: np.ndarray, two: np.ndarray) -> float:
    return float(np.degrees(np.arctan2(np.linalg.norm(np.cross(one, two)), one @ two)))


@pytest.mark.parametrize("convention", NINE)
def test_joints_arrive_on_every_convention_and_come_back(extension, convention: str) -> None:
    obj = armature_of(build_rig(convention), NINE[convention].matrix)
    motion = lively(extension)
    put_on(extension, obj, motion, frame_start=1)
    bones = joint_bones(expected_slots(convention))
    wanted = motion.positions()[:, [motion.skeleton.index(joint) for joint in bones]]
    exact = len(expected_slots(convention)["spine"]) >= 3
    for frame in (0, 11, 23):
        found = joints_in_blender(obj, list(bones.values()), 1 + frame)
        np.testing.assert_allclose(found, wanted[frame], atol=1e-3 if exact else 0.02)
    back = read_back(extension, obj, list(range(1, motion.num_frames + 1)))
    assert np.abs(back.root_positions - motion.root_positions).max() < 2e-3
    if exact:
        assert degrees_off(extension, back, motion).max() < 0.5


def test_a_take_keeps_what_a_short_spine_cannot_show(extension, tmp_path) -> None:
    """Two bones for a spine of three: the take's motion is whole when it's read, also from a file."""
    obj = armature_of(build_rig("auto_rig_pro"), np.eye(4))
    motion = lively(extension)
    transfer, write = extension.addon("rigs.transfer"), extension.addon("rigs.write")
    poses = transfer.put(transfer.target_of(obj), motion)
    write.write_takes(obj, [poses], [{"prompt": "test"}], 11)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "take.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "take.blend"))
    obj = next(obj for obj in bpy.data.objects if obj.type == "ARMATURE")
    back = transfer.take(bpy.context.scene, obj, range(11, 11 + motion.num_frames), FPS)
    assert degrees_off(extension, back, motion).max() < 0.05
    shifted = transfer.take(bpy.context.scene, obj, range(1, 11), FPS)  # frames before the take: its first pose, held
    assert shifted.num_frames == 10
    bone = obj.pose.bones["spine_01.x"]
    for curve in extension.addon("compat").curves_of(obj):
        if curve.data_path.startswith(bone.path_from_id()):
            for point in curve.keyframe_points:
                point.co.y += 0.3
            curve.update()
    changed = transfer.take(bpy.context.scene, obj, range(11, 14), FPS)
    plain = read_back(extension, obj, [11, 12, 13])
    assert degrees_off(extension, changed, plain).max() < 0.05


@pytest.mark.parametrize("mode", ["XYZ", "YZX", "ZXY", "AXIS_ANGLE"])
def test_bones_keep_their_rotation_modes(extension, mode: str) -> None:
    obj = armature_of(build_rig("unreal"), NINE["unreal"].matrix)
    for bone in obj.pose.bones:
        bone.rotation_mode = mode
    motion = lively(extension)
    put_on(extension, obj, motion, frame_start=1)
    assert {bone.rotation_mode for bone in obj.pose.bones} == {mode}
    back = read_back(extension, obj, [1, 8, 20])
    for index, frame in enumerate((0, 7, 19)):
        np.testing.assert_allclose(back.positions()[index], motion.positions()[frame], atol=2e-3)


def test_components_of_the_core_are_blenders_own(extension) -> None:
    """Euler orders mean in the core's channels what they mean in Blender."""
    channels = extension.core("retarget.channels")
    rng = np.random.default_rng(1)
    q = rng.normal(size=(20, 4))
    q /= np.linalg.norm(q, axis=1, keepdims=True)
    obj = armature_of(build_rig("motionmix"), np.eye(4))
    bone = obj.pose.bones[0]
    for mode in ("XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX", "AXIS_ANGLE"):
        bone.rotation_mode = mode
        attribute = channels.ROTATION_CHANNELS.get(mode, "rotation_euler")
        for rotation, values in zip(q, channels.rotation_values(q, mode), strict=True):
            setattr(bone, attribute, values.tolist())
            found = np.array(bone.matrix_basis.to_quaternion())
            assert abs(abs(found @ rotation) - 1) < 1e-6


def test_bones_that_do_not_inherit_rotation_or_move_in_other_axes(extension, metarig) -> None:
    rng = np.random.default_rng(3)
    for bone in metarig.data.bones:
        bone.use_inherit_rotation = bool(rng.random() > 0.3)
        bone.use_local_location = bool(rng.random() > 0.5)
    motion = lively(extension)
    put_on(extension, metarig, motion, frame_start=1)
    back = read_back(extension, metarig, [1, 9, 17])
    for index, frame in enumerate((0, 8, 16)):
        np.testing.assert_allclose(back.positions()[index], motion.positions()[frame], atol=2e-3)


@pytest.fixture(scope="module")
def generated_file(installed: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A file with a rig that Rigify generated from its human metarig: made once, it takes seconds."""
    path = str(tmp_path_factory.mktemp("rigify") / "generated.blend")
    bpy.ops.wm.read_homefile(use_empty=True)
    addon_utils.enable("rigify", default_set=True)
    bpy.ops.object.armature_human_metarig_add()
    bpy.ops.pose.rigify_generate()
    bpy.ops.wm.save_as_mainfile(filepath=path)
    return path


@pytest.fixture
def generated(generated_file: str) -> Any:
    bpy.ops.wm.open_mainfile(filepath=generated_file)
    bpy.context.scene.render.fps = FPS
    obj = next(obj for obj in bpy.data.objects if obj.type == "ARMATURE" and "torso" in obj.data.bones)
    bpy.context.view_layer.objects.active = obj
    return obj


def test_a_generated_rigify_rig_follows_through_its_controls(extension, generated) -> None:
    motion = lively(extension)
    put_on(extension, generated, motion, frame_start=1)
    limbs = (
        ("left_hip", "left_knee", "DEF-thigh.L", "DEF-shin.L"),
        ("left_knee", "left_ankle", "DEF-shin.L", "DEF-foot.L"),
        ("right_shoulder", "right_elbow", "DEF-upper_arm.R", "DEF-forearm.R"),
        ("right_elbow", "right_wrist", "DEF-forearm.R", "DEF-hand.R"),
    )
    for frame in (0, 10, 22):
        wanted = dict(zip(motion.skeleton.names, motion.positions()[frame], strict=True))
        for start, end, upper, lower in limbs:
            heads = joints_in_blender(generated, [upper, lower], 1 + frame)
            assert degrees_between(heads[1] - heads[0], wanted[end] - wanted[start]) < 1.0, (start, frame)
    paths = [curve.data_path for curve in extension.addon("compat").curves_of(generated)]
    assert any("IK_FK" in path for path in paths)
    assert not any('"DEF-' in path or '"ORG-' in path or '"MCH-' in path for path in paths)
    back = read_back(extension, generated, [1, 11, 23])
    for index, frame in enumerate((0, 10, 22)):
        assert degrees_off(extension, back, motion.crop(frame, frame + 1))[index].max() < 0.5
        np.testing.assert_allclose(back.root_positions[index], motion.root_positions[frame], atol=2e-3)


@pytest.mark.parametrize("kind", ["walk", "lively"])
def test_ik_controls_give_the_pose_that_fk_gives(extension, generated, kind: str) -> None:
    """Hands, feet, elbows and knees, though Rigify's IK may stretch limbs: that is keyed off, and given back."""
    rig, mapping = extension.addon("rigs.read").describe(generated), extension.addon("rigs.read").mapping_of(generated)
    core = extension.core("retarget")
    motion = walking(extension) if kind == "walk" else lively(extension)
    bones = ["DEF-hand.L", "DEF-hand.R", "DEF-foot.L", "DEF-toe.R", "DEF-shin.L", "DEF-forearm.R", "DEF-upper_arm.R"]
    stretch = generated.pose.bones["thigh_ik.L"].ik_stretch
    assert stretch > 0.0
    seen = {}
    for controls in ("fk", "ik"):
        poses = core.to_rig(motion, rig, mapping, core.RetargetOptions(controls=controls))
        extension.addon("rigs.write").write_takes(generated, [poses], [{"prompt": controls}], 1)
        frames = range(1, motion.num_frames + 1, 4)
        seen[controls] = np.array([joints_in_blender(generated, bones, frame) for frame in frames])
    off = np.linalg.norm(seen["ik"] - seen["fk"], axis=-1).max(axis=0)
    assert off.max() < 3e-3, dict(zip(bones, off, strict=True))
    for frame in range(seen["fk"].shape[0]):
        forearm = [seen[controls][frame, 1] - seen[controls][frame, 5] for controls in seen]
        assert degrees_between(*forearm) < 0.5
    extension.addon("takes.own").show(generated)
    assert generated.pose.bones["thigh_ik.L"].ik_stretch == pytest.approx(stretch)
    assert generated.pose.bones["MCH-forearm_ik.R"].ik_stretch == pytest.approx(stretch)


def test_a_take_keeps_the_twist_that_ik_controls_cannot_carry(extension, generated) -> None:
    """Arms and legs that IK controls aim come back with their own twist; after an elbow was moved it's the rig's."""
    transfer, write = extension.addon("rigs.transfer"), extension.addon("rigs.write")
    motion = lively(extension)
    generated.motionmix_rig.controls = "ik"
    poses = transfer.put(transfer.target_of(generated), motion)
    write.write_takes(generated, [poses], [{"prompt": "test"}], 1)
    frames = range(1, motion.num_frames + 1)
    assert degrees_off(extension, read_back(extension, generated, [*frames]), motion).max() > 5.0  # the solver's own
    back = transfer.take(bpy.context.scene, generated, frames, FPS)
    off = degrees_off(extension, back, motion)
    assert off.max() <= 0.6
    assert off.mean() <= 0.1
    assert np.linalg.norm(back.root_positions - motion.root_positions, axis=-1).max() <= 2e-3
    for control in ("upper_arm_ik_target.L", "hand_ik.L"):
        path = f"{generated.pose.bones[control].path_from_id()}.location"
        for curve in extension.addon("compat").curves_of(generated):
            if curve.data_path == path:
                for point in curve.keyframe_points:
                    point.co.y += 0.3
                curve.update()
    changed, seen = transfer.take(bpy.context.scene, generated, frames, FPS), read_back(extension, generated, [*frames])
    shoulder, elbow = motion.skeleton.index("left_shoulder"), motion.skeleton.index("left_elbow")
    arms = [clip.positions()[:, elbow] - clip.positions()[:, shoulder] for clip in (seen, motion)]
    moved = np.array([degrees_between(*pair) > 4.0 for pair in zip(*arms, strict=True)])
    assert moved.any()
    assert degrees_off(extension, changed, seen)[moved, shoulder].max() < 0.05
    assert degrees_off(extension, changed, motion)[:, motion.skeleton.index("right_elbow")].max() < 0.6  # untouched


def test_a_pose_made_with_ik_controls_is_read(extension, generated) -> None:
    """The foot's IK control lifts and turns the foot; the FK controls stay where they are, and aren't believed."""
    foot = generated.pose.bones["foot_ik.L"]
    foot.location = (0.0, -0.25, 0.3)  # armature axes: forward and up, a raised knee
    bpy.context.view_layer.update()
    read = read_back(extension, generated, [1])
    places = dict(zip(read.skeleton.names, read.positions()[0], strict=True))
    hip, knee, ankle = joints_in_blender(generated, ["ORG-thigh.L", "ORG-shin.L", "ORG-foot.L"], 1)
    assert (knee - hip)[2] > 0.2  # the knee did come forward
    for seen, asked in (
        (places["left_knee"] - places["left_hip"], knee - hip),
        (places["left_ankle"] - places["left_knee"], ankle - knee),
    ):
        assert degrees_between(seen, asked) < 1.0
