"""The command line's BVH in the real Blender: upright, in metres, every joint where it was, frame for frame."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest

from motionmix_core.formats.bvh_write import write_bvh
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import axis_angle_to_quat
from motionmix_core.motion.skeleton import canonical_skeleton, rest_height


@pytest.mark.parametrize(("unit", "import_scale"), [("m", 1.0), ("cm", 0.01)])
def test_blender_imports_our_bvh(tmp_path: Path, rng: np.random.Generator, unit: str, import_scale: float) -> None:
    skeleton = canonical_skeleton()
    turns = np.cumsum(rng.normal(0, 0.1, (12, skeleton.num_joints, 3)), axis=0)
    root = np.stack((np.linspace(0, 1, 12), np.full(12, rest_height(skeleton)), np.linspace(0, 2, 12)), axis=1)
    motion = Motion(skeleton, root, axis_angle_to_quat(turns), 30.0)
    path = tmp_path / "walk.bvh"
    write_bvh(path, motion, unit)  # type: ignore[arg-type]  # one of two

    bpy.ops.import_anim.bvh(filepath=str(path), global_scale=import_scale, update_scene_fps=True)

    armature = bpy.context.object
    assert bpy.context.scene.render.fps == 30
    expected = motion.positions()
    for frame in range(motion.num_frames):
        bpy.context.scene.frame_set(frame + 1)
        for joint, name in enumerate(skeleton.names):
            x, y, z = armature.matrix_world @ armature.pose.bones[name].head
            np.testing.assert_allclose((x, z, -y), expected[frame, joint], atol=2e-5)
