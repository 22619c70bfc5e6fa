"""What of a scene must be the same after something went wrong."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np


def state(obj: Any) -> dict[str, Any]:
    """Actions in the file, what the object plays, how its bones stand, the frame range and the current frame."""
    scene = bpy.context.scene
    data = obj.animation_data if obj is not None else None
    bones = obj.pose.bones if obj is not None and obj.type == "ARMATURE" else ()
    return {
        "actions": sorted(action.name for action in bpy.data.actions),
        "animation data": data is not None,
        "action": data.action.name if data is not None and data.action is not None else None,
        "slot": getattr(data, "action_slot_handle", None),
        "pose": {bone.name: np.array(bone.matrix_basis).round(6).tolist() for bone in bones},
        "frames": (scene.frame_start, scene.frame_end, scene.frame_current),
        "objects": sorted(found.name for found in bpy.data.objects),
        "active": getattr(bpy.context.view_layer.objects.active, "name", None),
    }
