"""The MotionMix skeleton in Blender: joints where the core has them, a figure that follows them."""

from __future__ import annotations

import bpy
import numpy as np


def test_bones_are_the_joints_where_the_core_has_them(extension, skeleton) -> None:
    core = extension.core("motion.skeleton")
    canonical = core.canonical_skeleton()
    joints = canonical.rest_positions() + np.array([0, core.rest_height(canonical), 0])
    assert {bone.name for bone in skeleton.data.bones} == set(core.JOINT_NAMES)
    for name, parent, (x, y, z) in zip(core.JOINT_NAMES, core.PARENTS, joints, strict=True):
        bone = skeleton.data.bones[name]
        np.testing.assert_allclose(bone.head_local, (x, -z, y), atol=1e-6)
        assert (bone.parent.name if bone.parent else None) == (core.JOINT_NAMES[parent] if parent >= 0 else None)


def test_it_stands_on_the_cursor_facing_minus_y_with_its_left_at_plus_x(skeleton) -> None:
    bpy.context.scene.cursor.location = (1.0, 2.0, 0.5)
    bpy.ops.motionmix.add_skeleton(with_figure=False)
    obj = bpy.context.object
    assert obj is not skeleton
    np.testing.assert_allclose(obj.location, (1.0, 2.0, 0.5))
    bones = obj.data.bones
    assert bones["left_wrist"].head_local.x > 0.5 > -0.5 > bones["right_wrist"].head_local.x
    assert bones["left_foot"].tail_local.y < bones["left_ankle"].head_local.y
    assert 0 < bones["left_foot"].head_local.z < 0.05


def test_the_figure_follows_the_bones_and_stands_on_the_ground() -> None:
    bpy.ops.motionmix.add_skeleton(with_figure=True)
    obj = bpy.context.object
    (figure,) = obj.children
    before = world_vertices(figure)
    assert -0.02 < before[:, 2].min() < 0.03
    assert 1.6 < before[:, 2].max() < 1.85
    obj.pose.bones["pelvis"].location = (0.0, 0.3, 0.0)  # along the bone: up
    bpy.context.view_layer.update()
    moved = world_vertices(figure) - before
    assert np.ptp(moved, axis=0).max() < 1e-4, "every vertex belongs to some bone"
    assert np.linalg.norm(moved[0]) > 0.29


def world_vertices(figure: bpy.types.Object) -> np.ndarray:
    evaluated = figure.evaluated_get(bpy.context.view_layer.depsgraph)
    mesh = evaluated.to_mesh()
    points = np.empty(3 * len(mesh.vertices), dtype=np.float32)
    mesh.vertices.foreach_get("co", points)
    matrix = np.array(evaluated.matrix_world)
    evaluated.to_mesh_clear()
    return points.reshape(-1, 3) @ matrix[:3, :3].T + matrix[:3, 3]


def test_one_undo_step_takes_it_away_again() -> None:
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.motionmix.add_skeleton()
    assert len(bpy.data.armatures) == 1
    bpy.ops.ed.undo_push(message="what Blender does itself after an operator called in its window")
    with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
        bpy.ops.ed.undo()
    assert len(bpy.data.armatures) == 0
    assert len(bpy.data.meshes) == 0
