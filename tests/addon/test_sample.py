"""Reading poses back: what was put on a rig is what is found there, through the evaluated pose."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np
import pytest

from tests.addon.motions import lively
from tests.addon.test_takes import put_on


def read_back(extension: Any, obj: Any, frames: range) -> Any:
    read, sample = extension.addon("rigs.read"), extension.addon("rigs.sample")
    matrices = sample.pose_matrices(bpy.context.scene, obj, frames)
    return extension.core("retarget").from_rig(read.describe(obj), read.mapping_of(obj), matrices, 24.0)


@pytest.mark.parametrize("rig", ["skeleton", "metarig"])
def test_a_motion_put_on_a_rig_is_read_back(extension, rig: str, request) -> None:
    obj = request.getfixturevalue(rig)
    motion = lively(extension)
    put_on(extension, obj, motion, frame_start=1)
    resampled = extension.core("motion.resampling").resampled(motion, 24)
    found = read_back(extension, obj, range(1, resampled.num_frames + 1))
    turned = np.degrees(
        extension.core("motion.rotations").quat_angle(found.global_rotations(), resampled.global_rotations())
    )
    assert turned.mean() < 0.5
    np.testing.assert_allclose(found.root_positions, resampled.root_positions, atol=2e-3)


def test_what_a_constraint_does_is_read_too(extension, skeleton) -> None:
    target = bpy.data.objects.new("Target", None)
    bpy.context.collection.objects.link(target)
    target.rotation_euler = (0.0, 0.0, 1.0)
    constraint = skeleton.pose.bones["head"].constraints.new("COPY_ROTATION")
    constraint.target = target
    constraint.target_space, constraint.owner_space = "WORLD", "WORLD"
    sample = extension.addon("rigs.sample")
    matrices = sample.pose_matrices(bpy.context.scene, skeleton, [1, 2.5])
    head = skeleton.data.bones.find("head")
    np.testing.assert_allclose(matrices[:, head, :3, :3], [np.array(target.rotation_euler.to_matrix())] * 2, atol=1e-5)


def test_drivers_and_the_nla_are_in_what_is_read(extension, skeleton) -> None:
    """A strip of the NLA swings the head sideways, a driver turns a hand: both are there, at any part of a frame."""
    bones = skeleton.pose.bones
    head, hand = bones["head"], bones["left_wrist"]
    head.rotation_mode = hand.rotation_mode = "XYZ"
    for frame, angle in ((1, 0.0), (11, 1.0)):
        head.rotation_euler = (0.0, 0.0, angle)
        head.keyframe_insert("rotation_euler", index=2, frame=frame)
    for curve in extension.addon("compat").curves_of(skeleton):
        for point in curve.keyframe_points:
            point.interpolation = "LINEAR"
    data = skeleton.animation_data
    data.nla_tracks.new().strips.new("swing", 21, data.action)
    data.action = None
    driver = hand.driver_add("rotation_euler", 0).driver
    driver.type, driver.expression = "SCRIPTED", "0.1 * frame"
    rotations = extension.core("motion.rotations")
    found = extension.addon("rigs.transfer").take(bpy.context.scene, skeleton, [21, 23.5, 26, 31], 30.0)
    for name, angles in (("head", [0.0, 0.25, 0.5, 1.0]), ("left_wrist", [2.1, 2.35, 2.6, 3.1])):
        turned = rotations.quat_angle(found.rotations[:, found.skeleton.index(name)], np.array([1.0, 0.0, 0.0, 0.0]))
        np.testing.assert_allclose(turned, angles, atol=1e-3)


def test_sampling_leaves_the_scene_on_its_frame(extension, skeleton) -> None:
    bpy.context.scene.frame_set(17)
    extension.addon("rigs.sample").pose_matrices(bpy.context.scene, skeleton, range(3))
    assert bpy.context.scene.frame_current == 17
