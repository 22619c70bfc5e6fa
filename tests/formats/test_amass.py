"""SMPL-family npz files: what turns, what is scaled, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from motionmix_core.errors import DataError
from motionmix_core.formats.amass import read_amass, smpl_skeleton
from motionmix_core.formats.foreign import read_motion_file
from motionmix_core.motion.kinematics import joint_positions
from motionmix_core.motion.rotations import quat_angle, quat_between
from motionmix_core.motion.skeleton import JOINT_NAMES, leg_length
from tests import motions
from tests.formats.foreign_files import smpl_table

TORSO_AND_ARMS = [k for k, name in enumerate(JOINT_NAMES)
                  if not any(part in name for part in ("hip", "knee", "ankle", "foot"))]  # fmt: skip


@pytest.mark.parametrize("joints", [22, 24, 52, 55])
def test_rotations_go_over_as_they_are(rng, tmp_path, joints):
    motion = motions.random_motion(rng, amplitude=0.3)
    np.savez(tmp_path / "a_poses.npz", **smpl_table(motion, joints))
    read = read_motion_file(tmp_path / "a_poses.npz").motion
    angle = quat_angle(read.global_rotations()[:, TORSO_AND_ARMS], motion.global_rotations()[:, TORSO_AND_ARMS])
    assert np.degrees(angle.max()) < 1e-3
    assert read.fps == 30


def test_legs_point_where_smpl_legs_point(rng, tmp_path):
    motion = motions.random_motion(rng, amplitude=0.3)
    np.savez(tmp_path / "a.npz", **smpl_table(motion))
    ours = read_motion_file(tmp_path / "a.npz").motion.positions()
    theirs = joint_positions(smpl_skeleton(), motion.rotations, motion.root_positions)
    for a, b in (("left_hip", "left_knee"), ("left_knee", "left_ankle"), ("right_hip", "right_knee"),
                 ("right_knee", "right_ankle")):  # fmt: skip
        i, j = JOINT_NAMES.index(a), JOINT_NAMES.index(b)
        apart = quat_angle(quat_between(ours[:, j] - ours[:, i], theirs[:, j] - theirs[:, i]), np.array([1.0, 0, 0, 0]))
        assert np.degrees(apart.max()) < 0.01


def test_the_way_walked_is_scaled_by_leg_length(tmp_path):
    motion = motions.walk()
    np.savez(tmp_path / "a.npz", **smpl_table(motion))
    read = read_motion_file(tmp_path / "a.npz").motion
    ratio = leg_length(motion.skeleton) / leg_length(smpl_skeleton())
    way = read.root_positions[-1] - read.root_positions[0]
    assert way[2] == pytest.approx(ratio * (motion.root_positions[-1, 2] - motion.root_positions[0, 2]), rel=1e-3)
    assert abs(way[0]) < 1e-6


def test_y_up_and_z_up_files_give_the_same(rng, tmp_path):
    motion = motions.walk()
    np.savez(tmp_path / "z.npz", **smpl_table(motion))
    y_up = smpl_table(motion, z_up=False)
    y_up["fps"] = y_up.pop("mocap_framerate")
    y_up["trans"] = motion.root_positions - [-0.0018, -0.2233, 0.0282]
    np.savez(tmp_path / "y.npz", **y_up)
    a, b = (read_motion_file(tmp_path / name).motion for name in ("z.npz", "y.npz"))
    np.testing.assert_allclose(a.positions(), b.positions(), atol=1e-6)


def test_smplx_files_with_their_own_keys(tmp_path):
    motion = motions.walk()
    table = smpl_table(motion, 55)
    poses = table.pop("poses")
    table |= {"root_orient": poses[:, :3], "pose_body": poses[:, 3:66]}
    table["mocap_frame_rate"] = table.pop("mocap_framerate")
    np.savez(tmp_path / "stageii.npz", **table)
    np.savez(tmp_path / "poses.npz", **smpl_table(motion, 55))
    a, b = (read_motion_file(tmp_path / name).motion for name in ("stageii.npz", "poses.npz"))
    np.testing.assert_allclose(a.positions(), b.positions(), atol=1e-6)


def test_a_missing_frame_rate_is_said(tmp_path):
    table = smpl_table(motions.walk())
    del table["mocap_framerate"]
    np.savez(tmp_path / "a.npz", **table)
    read = read_motion_file(tmp_path / "a.npz")
    assert read.motion.fps == 60
    assert any("frame rate" in note for note in read.notes)


def broken_tables() -> dict[str, tuple[dict[str, np.ndarray], str]]:
    good = smpl_table(motions.walk(seconds=0.5))
    nan = good["poses"].copy()
    nan[3, 5] = np.nan
    return {
        "no poses": ({"betas": good["betas"]}, "no `poses`"),
        "no path": ({"poses": good["poses"]}, "no `trans`"),
        "too few joints": ({**good, "poses": good["poses"][:, :60]}, "66 or more"),
        "lengths differ": ({**good, "trans": good["trans"][:-1]}, "15 poses"),
        "NaN": ({**good, "poses": nan}, "NaN"),
        "frame rate": ({**good, "mocap_framerate": np.array(0.0)}, "frame rate"),
        "no frames": ({**good, "poses": good["poses"][:0], "trans": good["trans"][:0]}, "0 poses"),
    }


@pytest.mark.parametrize("what", broken_tables())
def test_broken_files_are_named_with_what_is_wrong(tmp_path, what):
    table, expected = broken_tables()[what]
    np.savez(tmp_path / "bad.npz", **table)
    with pytest.raises(DataError, match=rf"bad\.npz: .*{expected}"):
        read_amass(tmp_path / "bad.npz")


def test_a_truncated_file_and_a_pickle_are_refused(tmp_path):
    np.savez(tmp_path / "a.npz", **smpl_table(motions.walk()))
    whole = (tmp_path / "a.npz").read_bytes()
    (tmp_path / "half.npz").write_bytes(whole[: len(whole) // 2])
    np.savez(tmp_path / "pickle.npz", poses=np.array([{"a": 1}], dtype=object), trans=np.zeros((1, 3)))
    for name in ("half.npz", "pickle.npz"):
        with pytest.raises(DataError, match=name):
            read_amass(tmp_path / name)
