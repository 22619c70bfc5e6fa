"""Reading the poses that an armature really takes: after constraints, drivers and the NLA."""

from __future__ import annotations

from collections.abc import Sequence

import bpy
import numpy as np

from ..present import armature, evaluated_object, pose_bones


def pose_matrices(
    scene: bpy.types.Scene,
    obj: bpy.types.Object,
    frames: Sequence[float],
    view_layer: bpy.types.ViewLayer | None = None,
) -> np.ndarray:
    """(T, B, 4, 4) pose matrices of all bones at the scene frames (whole or in between), in the armature's own space
    and Blender's axes.

    B follows ``obj.data.bones``. The scene is put back on the frame where it was.
    """
    before, before_subframe = scene.frame_current, scene.frame_subframe
    names = [bone.name for bone in armature(obj).bones]
    matrices = np.empty((len(frames), len(names), 4, 4))
    try:
        for index, frame in enumerate(frames):
            whole = int(np.floor(frame))
            scene.frame_set(whole, subframe=float(frame - whole))
            bones = pose_bones(evaluated_object(obj, view_layer))
            for number, name in enumerate(names):
                matrices[index, number] = bones[name].matrix
    finally:
        scene.frame_set(before, subframe=before_subframe)
    return matrices


def world_matrices(scene: bpy.types.Scene, obj: bpy.types.Object, frames: Sequence[float]) -> np.ndarray:
    """(T, 4, 4) world matrices of the object at the scene frames, in Blender's axes. The scene's frame is put back."""
    before, before_subframe = scene.frame_current, scene.frame_subframe
    matrices = np.empty((len(frames), 4, 4))
    try:
        for index, frame in enumerate(frames):
            whole = int(np.floor(frame))
            scene.frame_set(whole, subframe=float(frame - whole))
            matrices[index] = evaluated_object(obj).matrix_world
    finally:
        scene.frame_set(before, subframe=before_subframe)
    return matrices
