"""The MotionMix armature: the canonical skeleton as Blender bones.

For animators who have no rig at hand, and for tests that want to be exact.
"""

from __future__ import annotations

from collections.abc import Sequence

import bpy
import numpy as np
from mathutils import Vector

from ..core import Skeleton, canonical_skeleton, rest_height
from ..present import pose_bones, present
from .axes import points_to_blender

NAME = "MotionMix Skeleton"
# Where the bone of a joint with several children points to.
_MAIN_CHILD = {"pelvis": "spine1", "spine3": "neck"}
# Each bone's Z axis looks this way (Blender's axes), so that rolls are alike on both sides of the body.
_FRONT = Vector((0.0, -1.0, 0.0))
_UP = Vector((0.0, 0.0, 1.0))


def bone_ends(skeleton: Skeleton) -> tuple[np.ndarray, np.ndarray]:
    """Heads and tails (J, 3) of the bones in the armature's space, metres, Blender's axes, soles on z = 0."""
    heads = skeleton.rest_positions() + np.array([0.0, rest_height(skeleton), 0.0])
    tails = np.empty_like(heads)
    for joint, name in enumerate(skeleton.names):
        children = [child for child, parent in enumerate(skeleton.parents) if parent == joint]
        if name in skeleton.end_offsets:
            tails[joint] = heads[joint] + skeleton.end_offsets[name]
        else:
            main = skeleton.index(_MAIN_CHILD[name]) if name in _MAIN_CHILD else children[0]
            tails[joint] = heads[main]
    return points_to_blender(heads), points_to_blender(tails)


def add_armature(context: bpy.types.Context, location: Sequence[float] | Vector = (0.0, 0.0, 0.0)) -> bpy.types.Object:
    """Add the armature to the scene, select it and make it active. It stands in its T-pose on `location`, facing -Y.

    Every bone has the name of its joint, its head at the joint, and rotates as a quaternion.
    """
    skeleton = canonical_skeleton()
    heads, tails = bone_ends(skeleton)
    data = bpy.data.armatures.new(NAME)
    obj = bpy.data.objects.new(NAME, data)
    present(context.collection).objects.link(obj)
    for other in context.selected_objects:
        other.select_set(False)
    obj.select_set(True)
    present(context.view_layer).objects.active = obj
    bpy.ops.object.mode_set(mode="EDIT")
    try:
        for joint, name in enumerate(skeleton.names):
            bone = data.edit_bones.new(name)
            bone.head, bone.tail = heads[joint], tails[joint]
            bone.align_roll(_UP if abs(tails[joint][0] - heads[joint][0]) > bone.length / 2 else _FRONT)
            parent = skeleton.parents[joint]
            if parent >= 0:
                bone.parent = data.edit_bones[skeleton.names[parent]]
                bone.use_connect = bool(np.allclose(heads[joint], tails[parent], atol=1e-6))
    finally:
        bpy.ops.object.mode_set(mode="OBJECT")
    for pose_bone in pose_bones(obj):
        pose_bone.rotation_mode = "QUATERNION"
    obj.location = location
    return obj
