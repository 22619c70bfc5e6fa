"""The figure that stands in for a mesh: on every kind of rig it has its head up and follows the pose."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np
import pytest

from tests.addon.motions import lively
from tests.addon.test_retarget import armature_of
from tests.addon.test_takes import put_on
from tests.retarget.rigs import NINE, build_rig


def points_of(figure: Any, groups: set[str]) -> np.ndarray:
    """(V, 3) where the vertices of some bones are now, world."""
    evaluated = figure.evaluated_get(bpy.context.evaluated_depsgraph_get())
    numbers = {group.index for group in figure.vertex_groups if group.name in groups}
    chosen = [v.index for v in figure.data.vertices if v.groups and v.groups[0].group in numbers]
    assert chosen
    return np.array([evaluated.matrix_world @ evaluated.data.vertices[index].co for index in chosen])


@pytest.mark.parametrize("convention", NINE)
def test_head_hands_and_toes_go_on_from_the_limbs(extension, convention: str) -> None:
    obj = armature_of(build_rig(convention, rest="T"), NINE[convention].matrix)
    mapping = extension.addon("rigs.read").mapping_of(obj)
    figure = extension.addon("rigs.figure").add_figure(bpy.context, obj, mapping)
    bpy.context.view_layer.update()
    head = obj.matrix_world @ obj.data.bones[mapping.bone("head")].head_local
    assert points_of(figure, {mapping.bone("head")})[:, 2].mean() > head.z + 0.03
    hand = obj.matrix_world @ obj.data.bones[mapping.bone("left_wrist")].head_local
    assert points_of(figure, {mapping.bone("left_wrist")})[:, 0].mean() > hand.x + 0.03
    if mapping.bone("left_foot"):
        toe = obj.matrix_world @ obj.data.bones[mapping.bone("left_foot")].head_local
        assert points_of(figure, {mapping.bone("left_foot")})[:, 1].mean() < toe.y - 0.01


def test_on_a_generated_rigify_rig_it_follows_the_pose(extension, generated) -> None:
    bpy.ops.motionmix.add_figure()
    figure = next(obj for obj in bpy.data.objects if obj.type == "MESH" and obj.parent is generated)
    bpy.context.scene.render.fps = 30
    motion = lively(extension, frames=10)
    put_on(extension, generated, motion, frame_start=1)
    for frame in (1, 9):
        bpy.context.scene.frame_set(frame)
        for bone, deform in (("ORG-forearm.L", "DEF-forearm.L"), ("ORG-shin.R", "DEF-shin.R")):
            posed = generated.pose.bones[bone]
            middle = 0.5 * (np.array(posed.head) + np.array(posed.tail))
            assert np.linalg.norm(points_of(figure, {deform}).mean(axis=0) - middle) < 0.03
