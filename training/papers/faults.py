"""Capture faults (motionmix_core.mixed_data.corruption) on the papers' clips: through a motion and back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from motionmix_core.errors import RequestError
from motionmix_core.formats.amass import smpl_skeleton
from motionmix_core.mixed_data.corruption import CaptureFaults, Corruption
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import axis_angle_to_quat, quat_to_axis_angle
from motionmix_core.representation import humanml3d
from motionmix_core.representation.guo_layout import HUMANML3D, GuoLayout


def corrupted_poses(
    noise: Corruption, clip_id: str, poses: NDArray[np.float32], root: NDArray[np.float32], fps: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """SMPL poses (T, 24, 3) axis-angle and path (T, 3) with white noise on the raw numbers, or with capture faults."""
    if isinstance(noise, CaptureFaults):
        return faulty_poses(noise, clip_id, poses, root, fps)
    worse_poses, worse_root = noise.apply(clip_id, poses, root)
    return worse_poses, worse_root


def faulty_poses(
    faults: CaptureFaults, clip_id: str, poses: NDArray[np.float32], root: NDArray[np.float32], fps: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """SMPL poses (T, 24, 3) axis-angle and path (T, 3) with the clip's faults; the hands stay as they are."""
    skeleton = smpl_skeleton()
    joints = skeleton.num_joints
    motion = Motion(skeleton, root, axis_angle_to_quat(poses[:, :joints].astype(np.float64)), fps)
    worse = faults.apply(clip_id, motion)
    out = poses.copy()
    out[:, :joints] = quat_to_axis_angle(worse.rotations)
    return out, worse.root_positions.astype(np.float32)


def faulty_features(
    faults: CaptureFaults, clip_id: str, features: NDArray[np.float32], layout: GuoLayout
) -> NDArray[np.float32]:
    """HumanML3D features (T, 263), not normalised, with the clip's faults; as many frames, on a body of the same bones.

    Twist isn't in the features, so twist flips show nowhere in them. Raises RequestError for KIT-ML.
    """
    if layout is not HUMANML3D:
        raise RequestError("capture faults need HumanML3D's joints, which KIT-ML doesn't have: use white noise there")
    positions = humanml3d.recover_positions(features, layout)
    motion = humanml3d.decode(features)
    held = replace(
        motion,  # features are a frame shorter than motion: the last pose is held, so that none is lost
        root_positions=np.concatenate([motion.root_positions, motion.root_positions[-1:]]),
        rotations=np.concatenate([motion.rotations, motion.rotations[-1:]]),
    )
    worse = faults.apply(clip_id, held).positions()
    same_body = humanml3d.with_bone_lengths(worse, humanml3d.bone_lengths(positions[0], layout), layout)
    return humanml3d.extract(same_body, layout).astype(np.float32)
