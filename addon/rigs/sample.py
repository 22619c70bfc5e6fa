"""Reading the poses that an armature really takes: after constraints, drivers and the NLA."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import bpy
import numpy as np
from mathutils import Matrix

from ..present import armature, evaluated_object, pose_bones
from . import unkeyed

Look = Callable[[bpy.types.Object], np.ndarray]
"""What is noted of an armature as it is evaluated at one frame."""
_STILL = 1e-6


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
    """A look at the pose matrices (B + 1, 4, 4) of all bones, in the order of ``obj.data.bones``, and of the object.

    The object's is where its own keys put it, before parents and constraints.
    """
    names = [bone.name for bone in armature(obj).bones]

    def look(evaluated: bpy.types.Object) -> np.ndarray:
        bones = pose_bones(evaluated)
        matrices = np.empty((len(names) + 1, 4, 4))
        for number, name in enumerate(names):
            matrices[number] = bones[name].matrix
        matrices[-1] = evaluated.matrix_basis
        return matrices

    return look


def travel_of(seen: np.ndarray) -> np.ndarray:
    """(T, 4, 4) how the object's own keys have moved and turned it since the first frame, in its own space then.

    seen: (T, B + 1, 4, 4) as `matrices_of` gives them. Exactly the identity where nothing moves the object. Its scale
    doesn't count.
    """
    own = seen[:, -1]
    still = np.tile(np.eye(4), (len(own), 1, 1))
    if np.abs(own - own[0]).max() < _STILL or abs(np.linalg.det(own[0, :3, :3])) < _STILL**3:
        return still
    for row, matrix in enumerate(np.linalg.inv(own[0]) @ own):
        place, turn, _ = Matrix(matrix.tolist()).decompose()
        still[row] = Matrix.LocRotScale(place, turn, None)
    return still


def pose_matrices(
    scene: bpy.types.Scene,
    obj: bpy.types.Object,
    frames: Sequence[float],
    view_layer: bpy.types.ViewLayer | None = None,
) -> np.ndarray:
    """(T, B, 4, 4) pose matrices of all bones at the scene frames (whole or in between), in Blender's axes and the
    armature's own space as it stands at the first of them: travel that is keyed on the object is in them.

    B follows ``obj.data.bones``. The scene is put back on the frame where it was.
    """
    look = matrices_of(obj)
    rows = seen_at(scene, obj, frames, look, view_layer=view_layer)
    if not rows:
        return np.empty((0, len(armature(obj).bones), 4, 4))
    seen = np.stack(rows)
    return travelled(seen, travel_of(seen))


def travelled(seen: np.ndarray, travel: np.ndarray) -> np.ndarray:
    """(T, B, 4, 4) the bones' matrices alone, of an object that is moved by (T, 4, 4) or stands at a (4, 4)."""
    bones = seen[:, :-1]
    if (travel == np.eye(4)).all():
        return bones
    return np.asarray((travel if travel.ndim == 2 else travel[:, None]) @ bones)
