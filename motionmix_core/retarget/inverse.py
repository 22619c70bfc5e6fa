"""Evaluated poses of any humanoid rig -> motion of the canonical skeleton: the forward direction's own inverse."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..errors import RigError
from ..motion.kinematics import global_to_local, positions_from_global
from ..motion.motion import Motion
from ..motion.rotations import matrix_to_quat, quat_mul
from ..motion.skeleton import Skeleton, canonical_skeleton
from .calibration import Calibration, calibrate, standing_hips
from .forward import frame_from_world
from .joint_turns import joint_turns
from .plan import make_plan
from .rig import BoneMapping, RetargetOptions, RigDescription, Untold
from .spaces import polar_rotation
from .untold import with_untold

_NO_OPTIONS = RetargetOptions()


def from_rig(
    rig: RigDescription,
    mapping: BoneMapping,
    pose_matrices: np.ndarray,
    fps: float,
    options: RetargetOptions = _NO_OPTIONS,
    skeleton: Skeleton | None = None,
    frames: Sequence[float] | None = None,
    untold: Untold | None = None,
) -> Motion:
    """Read a motion off a rig.

    pose_matrices: (T, B, 4, 4) Blender's pose_bone.matrix (evaluated, armature space), bones as in rig.bones.
    options: reference and placement as they were given to to_rig. frames: what the T poses are called in messages.
    untold: of these frames, what to_rig said that the rig doesn't show; used where the pose is still the written one.
    Raises RigError for NaN or arrays that don't fit.
    """
    skeleton = skeleton or canonical_skeleton()
    matrices = np.asarray(pose_matrices, dtype=np.float64)
    if matrices.ndim != 4 or matrices.shape[1:] != (len(rig.bones), 4, 4) or len(matrices) == 0:
        raise RigError(f"The poses of “{rig.name}” don't fit its {len(rig.bones)} bones.")
    mapping = mapping.for_reading()
    calibration = calibrate(rig, mapping, options.reference, skeleton)
    plan = make_plan(rig, mapping, calibration, skeleton)
    read = sorted(plan.driven)
    finite = np.isfinite(matrices[:, read]).all(axis=(2, 3))
    if not finite.all():
        frame, place = np.argwhere(~finite)[0]
        named = f"frame {frames[frame]:g}" if frames is not None else f"sampled frame {frame}"
        raise RigError(
            f"The pose of “{rig.bones[read[place]]}” of “{rig.name}” isn't a number at {named}. "
            "Look at its keys in the Graph Editor and delete the broken ones."
        )
    axes = calibration.axes
    turned = axes @ polar_rotation(matrices[:, read, :3, :3])
    world = dict(zip(read, np.moveaxis(matrix_to_quat(turned), 1, 0), strict=True))
    turns = joint_turns(world, plan, calibration, skeleton)
    if untold is not None:
        turns = with_untold(turns, untold, skeleton)
    middle = 0.5 * (matrices[:, plan.hips[0], :3, 3] + matrices[:, plan.hips[1], :3, 3]) @ axes.T
    turns, hips = _canonical(turns, middle, rig, calibration, options, skeleton)
    zero = positions_from_global(skeleton, turns, np.zeros((len(matrices), 3)))
    sides = [skeleton.index("left_hip"), skeleton.index("right_hip")]
    return Motion(skeleton, hips - zero[:, sides].mean(axis=1), global_to_local(turns, skeleton.parents), fps)


def _canonical(
    turns: np.ndarray,
    middle: np.ndarray,
    rig: RigDescription,
    calibration: Calibration,
    options: RetargetOptions,
    skeleton: Skeleton,
) -> tuple[np.ndarray, np.ndarray]:
    """Turns and middle of the hips from the character frame to the motion's space, metres."""
    hips = standing_hips(skeleton) + (middle - calibration.stance) / calibration.scale
    if options.placement == "rig":
        return turns, hips
    linear, origin = frame_from_world(rig, calibration)
    system = np.stack((linear[0], (0.0, 1.0, 0.0), linear[2]))  # heights are known; where along the ground isn't
    known = np.stack((middle[:, 0] - origin[0], hips[:, 1], middle[:, 2] - origin[2]))
    hips = np.linalg.lstsq(system, known, rcond=None)[0].T
    return quat_mul(matrix_to_quat(polar_rotation(linear).T), turns), hips
