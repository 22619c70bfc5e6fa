"""How a rig's body stands in armature space: which way is up, left and forward, found from its bones.

The *character frame* has core space's axes (Y up, +Z forward, left = +X) in armature units, with armature space's
origin. Up is the armature axis nearest to the way from the feet to the head, because rigs are authored upright along
an axis while backs and legs lean; left is from the right joints to the left ones.
"""

from __future__ import annotations

import numpy as np

from ..errors import RigError
from .rig import BoneMapping, RigDescription

_SNAP = np.cos(np.radians(8.0))  # a body this near to an armature axis faces along that axis


def polar_rotation(matrix: np.ndarray) -> np.ndarray:
    """Nearest rotation to (..., 3, 3) matrices, for rest matrices with scale in them."""
    u, _, v = np.linalg.svd(matrix)
    sign = np.where(np.linalg.det(u @ v) < 0, -1.0, 1.0)
    u = u * np.stack([np.ones_like(sign), np.ones_like(sign), sign], axis=-1)[..., None, :]
    return np.asarray(u @ v)


def rest_rotations(rig: RigDescription) -> np.ndarray:
    """(B, 3, 3) rest rotations in armature space. RigError names bones without length or direction."""
    matrices = rig.rest[:, :3, :3]
    volume = np.linalg.det(matrices)
    bad = [name for name, v in zip(rig.bones, volume, strict=True) if not v > 1e-12]
    if bad:
        raise RigError(
            f"Bones of “{rig.name}” have no length or are mirrored: {', '.join(bad[:4])}. "
            "Give them a length in Edit Mode, then try again."
        )
    return polar_rotation(matrices)


def check_transform(rig: RigDescription) -> None:
    """RigError when the object's transform can't carry a body: a zero or negative scale."""
    scales = np.linalg.norm(rig.world[:3, :3], axis=0)
    if np.any(scales < 1e-8):
        raise RigError(f"The armature “{rig.name}” has a scale of zero. Clear its scale (Alt S), then try again.")
    if np.linalg.det(rig.world[:3, :3]) < 0:
        raise RigError(
            f"The armature “{rig.name}” has a negative scale, which mirrors the body. "
            "Apply its scale (Ctrl A), then try again."
        )


def slot_heads(rig: RigDescription, mapping: BoneMapping, heads: np.ndarray | None = None) -> dict[str, np.ndarray]:
    """Slot -> (3,) head of its (first) bone, armature space, at rest or in the given pose (B, 3)."""
    heads = rig.heads if heads is None else heads
    return {slot: heads[rig.index(names[0])] for slot, names in mapping.bones.items()}


def character_axes(heads: dict[str, np.ndarray], name: str = "") -> np.ndarray:
    """(3, 3) rows left, up, forward in armature space: the rotation to the character frame from armature space.

    heads: slot -> (3,) joint positions. RigError when the joints don't span a body.
    """
    feet = 0.5 * (heads["left_ankle"] + heads["right_ankle"])
    hips = 0.5 * (heads["left_hip"] + heads["right_hip"])
    top = heads.get("head", 0.5 * (heads["left_shoulder"] + heads["right_shoulder"]))
    rise = _unit(hips - feet) + 0.3 * _unit(top - hips)
    axis = int(np.argmax(np.abs(rise)))
    up = np.zeros(3)
    up[axis] = np.sign(rise[axis])
    left = np.zeros(3)
    for part in ("hip", "shoulder", "knee", "ankle"):
        left += _unit(heads[f"left_{part}"] - heads[f"right_{part}"])
    left = left - up * (left @ up)
    if np.linalg.norm(rise) < 0.3 or np.linalg.norm(left) < 0.3:
        raise RigError(f"The joints of “{name}” don't stand like a body: no up or no left can be told.")
    left = _unit(left)
    axis = int(np.argmax(np.abs(left)))
    if abs(left[axis]) > _SNAP:
        left = np.eye(3)[axis] * np.sign(left[axis])
    return np.stack((left, up, np.cross(left, up)))


def _unit(v: np.ndarray) -> np.ndarray:
    return v / max(float(np.linalg.norm(v)), 1e-12)
