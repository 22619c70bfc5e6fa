"""Reading the poses that an armature really takes: after constraints, drivers and the NLA."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import bpy
import numpy as np

from ..present import armature, evaluated_object, pose_bones
from . import unkeyed

Look = Callable[[bpy.types.Object], np.ndarray]
"""What is noted of an armature as it is evaluated at one frame."""


def seen_at(
    scene: bpy.types.Scene,
    obj: bpy.types.Object,
    frames: Sequence[float],
    look: Look,
    enough: Callable[[int], bool] = lambda row: False,
    view_layer: bpy.types.ViewLayer | None = None,
) -> list[np.ndarray]:
    """What is seen at each of the scene frames (whole or in between).

    The scene is put back on the frame where it was, the bones into the pose that they had, keyed or not.

    enough: asked before each frame, with the number of those that are read, whether to leave the others.
    """
    before, before_subframe = scene.frame_current, scene.frame_subframe
    rows: list[np.ndarray] = []
    with unkeyed.kept(obj, view_layer):
        try:
            for frame in frames:
                if enough(len(rows)):
                    break
                whole = int(np.floor(frame))
                scene.frame_set(whole, subframe=float(frame - whole))
                rows.append(look(evaluated_object(obj, view_layer)))
        finally:
            scene.frame_set(before, subframe=before_subframe)
    return rows


def matrices_of(obj: bpy.types.Object) -> Look:
    """A look at the pose matrices (B, 4, 4) of all bones, in the order of ``obj.data.bones``."""
    names = [bone.name for bone in armature(obj).bones]

    def look(evaluated: bpy.types.Object) -> np.ndarray:
        bones = pose_bones(evaluated)
        matrices = np.empty((len(names), 4, 4))
        for number, name in enumerate(names):
            matrices[number] = bones[name].matrix
        return matrices

    return look


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
    look = matrices_of(obj)
    rows = seen_at(scene, obj, frames, look, view_layer=view_layer)
    return np.stack(rows) if rows else np.empty((0, len(armature(obj).bones), 4, 4))
