"""A T-pose given by hand, for rigs whose rest pose says too little: kept on the armature's object as plain numbers.

The animator poses the rig as the T-pose (arms out, legs straight, looking ahead) and says so once. Only bones that
stand differently from their rest pose are stored.
"""

from __future__ import annotations

import json

import bpy
import numpy as np

from ..core import RigDescription, RigError
from ..present import armature, evaluated_object, pose_bones
from . import settings

_DIGITS = 6


def capture(obj: bpy.types.Object) -> int:
    """Take the pose that the armature shows now as its T-pose. Returns the number of bones that differ from rest."""
    poses = pose_bones(evaluated_object(obj))
    stored: dict[str, list[float]] = {}
    for bone in armature(obj).bones:
        matrix = np.array(poses[bone.name].matrix, dtype=np.float64)
        if not np.isfinite(matrix).all():
            raise RigError(f"The pose of “{bone.name}” of “{obj.name}” isn't a number; look at its keys.")
        if not np.allclose(matrix, np.array(bone.matrix_local), atol=1e-5 * max(1.0, float(np.abs(matrix).max()))):
            stored[bone.name] = [round(value, _DIGITS) for value in matrix[:3].ravel().tolist()]
    settings.of(obj).reference = json.dumps(stored)
    return len(stored)


def forget(obj: bpy.types.Object) -> None:
    """Back to the T-pose that is found from the rest pose."""
    settings.of(obj).reference = ""


def reference_of(obj: bpy.types.Object, rig: RigDescription) -> np.ndarray | None:
    """(B, 4, 4) the T-pose given by hand, armature space; None without one. Bones that aren't stored stand at rest."""
    text = settings.of(obj).reference
    if not text:
        return None
    try:
        stored = {
            str(name): np.array(values, dtype=np.float64).reshape(3, 4) for name, values in json.loads(text).items()
        }
    except (ValueError, AttributeError) as error:
        raise RigError(f"The T-pose kept on “{obj.name}” can't be read. Clear it in the Rig panel.") from error
    matrices = rig.rest.copy()
    for name, matrix in stored.items():
        if name in rig.indices:
            matrices[rig.index(name), :3] = matrix
    return matrices
