"""AMASS and other SMPL-family motion in npz files: SMPL, SMPL-H and SMPL-X, shapes ignored.

The canonical skeleton has SMPL's joints in SMPL's order and world-parallel rest axes, as SMPL has, so the first 22
rotations go over as they are but for the legs: SMPL's template stands with its thighs 5 degrees apart and its ankles
behind its knees, the canonical T-pose has them vertical.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from ..errors import DataError
from ..motion.rotations import axis_angle_to_quat, quat_apply, quat_mul
from ..motion.skeleton import JOINT_NAMES, PARENTS, Skeleton, canonical_skeleton
from .humanoid import HumanoidMapping
from .reference import Z_UP_TO_Y_UP
from .source import SourceMotion

# The leg bones of the neutral template, to the millimetre (published with every SMPL robot model); left side.
_LEG = {"knee": (0.034, -0.375, -0.0045), "ankle": (-0.014, -0.398, -0.044), "foot": (0.026, -0.056, 0.119)}
PELVIS_OFFSET = np.array([-0.0018, -0.2233, 0.0282])  # the pelvis in the template; `trans` moves the template's origin
MAPPING = HumanoidMapping({name: name for name in JOINT_NAMES}, name="SMPL")
RATE_KEYS = ("mocap_framerate", "mocap_frame_rate", "fps", "framerate", "frame_rate")
DEFAULT_FPS = 60.0
POSE_KEYS, PATH_KEYS = ("poses", "smpl_poses", "pose", "full_pose"), ("trans", "smpl_trans", "transl")


def smpl_skeleton() -> Skeleton:
    """The canonical body with SMPL's legs; for other bones only directions matter, and those are alike."""
    offsets = canonical_skeleton().offsets.copy()
    for part, offset in _LEG.items():
        offsets[JOINT_NAMES.index(f"left_{part}")] = offset
        offsets[JOINT_NAMES.index(f"right_{part}")] = np.array(offset) * (-1, 1, 1)
    return Skeleton(JOINT_NAMES, PARENTS, offsets)


def read_amass(path: str | Path, unstated_fps: float | None = None) -> SourceMotion:
    """An SMPL-family npz -> SourceMotion of the 22 body joints, Y up, metres.

    AMASS files are Z up; files of others are turned if their bodies stand along Z. unstated_fps is the rate of a file
    that states none; None guesses it, with a note. Raises DataError with the file's name if it's broken or holds no
    SMPL motion.
    """
    path = Path(path)
    try:
        with np.load(path, allow_pickle=False) as arrays:
            # only what is needed is decompressed: files carry markers and shapes too
            wanted = {*POSE_KEYS, *PATH_KEYS, *RATE_KEYS, "root_orient", "pose_body"}
            table = {key: arrays[key] for key in arrays.files if key in wanted}
    except FileNotFoundError:
        raise DataError(f"there is no file {path}") from None
    except (OSError, ValueError, TypeError, EOFError, zipfile.BadZipFile) as error:  # TypeError: a lone array
        raise DataError(f"{path} is broken or no npz file: {error}") from error
    try:
        return smpl_motion(table, unstated_fps)
    except DataError as error:
        raise DataError(f"{path}: {error}") from error


def smpl_motion(table: dict[str, np.ndarray], unstated_fps: float | None = None) -> SourceMotion:
    """Arrays of an SMPL-family file by their usual keys -> SourceMotion. Raises DataError without a file name."""
    poses = _poses(table)
    trans = next((table[key] for key in PATH_KEYS if key in table), None)
    if trans is None:
        raise DataError("no SMPL motion (it has no `trans`)")
    trans = np.asarray(trans, dtype=np.float64)
    if trans.shape != (len(poses), 3) or len(poses) == 0:
        raise DataError(f"{len(poses)} poses but a path of the shape {trans.shape}")
    if not (np.isfinite(poses).all() and np.isfinite(trans).all()):
        raise DataError("contains NaN or infinite values")
    rate = next((table[key] for key in RATE_KEYS if key in table), unstated_fps)
    notes: tuple[str, ...] = () if rate is not None else (f"no frame rate given, taken as {DEFAULT_FPS:g}",)
    fps = float(np.asarray(rate).reshape(-1)[0]) if rate is not None else DEFAULT_FPS
    if not 1 <= fps <= 1000:
        raise DataError(f"a frame rate of {fps} makes no sense")
    rotations = axis_angle_to_quat(poses.reshape(len(poses), 22, 3))
    root = trans + PELVIS_OFFSET
    up = quat_apply(rotations[:, 0], np.array([0.0, 1.0, 0.0])).mean(axis=0)
    amass_file = any(key.startswith("mocap_") and key in table for key in RATE_KEYS)
    if up[2] > abs(up[1]) or (amass_file and abs(up[1]) < 0.7):
        # only the world turns: the body's own axes have Y up in every SMPL file
        rotations[:, 0] = quat_mul(Z_UP_TO_Y_UP, rotations[:, 0])
        root = quat_apply(Z_UP_TO_Y_UP, root)
        notes = (*notes, "turned from Z up to Y up")
    return SourceMotion(smpl_skeleton(), root, rotations, fps, notes=notes)


def _poses(table: dict[str, np.ndarray]) -> np.ndarray:
    """(T, 66): root and body rotations as axis-angle."""
    poses = next((table[key] for key in POSE_KEYS if key in table), None)
    if poses is None and {"root_orient", "pose_body"} <= set(table):
        parts = [np.asarray(table[key]) for key in ("root_orient", "pose_body")]
        if any(part.ndim != 2 for part in parts) or len(parts[0]) != len(parts[1]):
            raise DataError("root_orient and pose_body don't fit together")
        poses = np.concatenate(parts, axis=1)
    if poses is None:
        raise DataError("no SMPL motion (it has no `poses`)")
    poses = np.asarray(poses)
    if poses.ndim == 3 and poses.shape[2] == 3:
        poses = poses.reshape(len(poses), -1)
    if poses.ndim != 2 or poses.shape[1] < 66 or not np.issubdtype(poses.dtype, np.floating):
        raise DataError(f"poses of the shape {poses.shape} aren't SMPL's (frames, 66 or more)")
    return poses[:, :66].astype(np.float64)
