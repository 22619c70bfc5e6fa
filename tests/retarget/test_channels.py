"""Rotation modes and key reduction: the same rotations, continuous, and never farther off than the bound."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from motionmix_core.errors import RigError
from motionmix_core.motion.rotations import axis_angle_to_quat, quat_angle, quat_slerp
from motionmix_core.retarget import detect_mapping, to_rig
from motionmix_core.retarget.channels import pose_channels, rotation_error, rotation_values, rotations_of
from motionmix_core.retarget.key_reduction import fewer_keys, slopes_of
from tests.motions import about, smooth_noise, walk
from tests.retarget.rigs import build_rig

EULERS = ("XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX")


def turning(rng: np.random.Generator, frames: int = 200, size: float = 2.5) -> np.ndarray:
    """(T, 4) a rotation that wanders far, past half turns."""
    return axis_angle_to_quat(smooth_noise(rng, frames, 30.0, (3,)) * size)


@pytest.mark.parametrize("mode", ["QUATERNION", "AXIS_ANGLE", *EULERS])
def test_components_give_the_rotation_back_and_never_jump(mode: str, rng: np.random.Generator) -> None:
    q = turning(rng)
    values = rotation_values(q, mode)
    assert quat_angle(rotations_of(values, mode), q).max() < 1e-6
    if mode in ("QUATERNION", "AXIS_ANGLE"):
        return
    # between frames the curve, interpolated, stays near the rotation between them (a jump by a turn would spin)
    between = rotations_of(0.5 * (values[1:] + values[:-1]), mode)
    step = quat_angle(q[1:], q[:-1])
    assert np.median(quat_angle(between, quat_slerp(q[:-1], q[1:], np.full(len(q) - 1, 0.5))) / step) < 0.5


@pytest.mark.parametrize("mode", EULERS)
def test_euler_angles_run_on_through_full_turns(mode: str) -> None:
    turns = np.linspace(0, 4 * np.pi, 100)
    for axis in "xyz":
        if mode[1].lower() == axis:
            continue  # the middle angle can't run on: at a quarter turn the other two take over
        values = rotation_values(about(axis, turns), mode)
        np.testing.assert_allclose(values[:, "xyz".index(axis)], turns, atol=1e-6)


@pytest.mark.parametrize("mode", EULERS)
def test_gimbal_lock_keeps_the_rotation(mode: str) -> None:
    middle = mode[1].lower()
    q = about(middle, np.linspace(0, np.pi, 61))  # passes exactly through the locked quarter turn
    values = rotation_values(q, mode)
    assert quat_angle(rotations_of(values, mode), q).max() < 1e-6
    assert np.abs(np.diff(values, axis=0)).max() < np.radians(4)


def test_axis_angle_of_no_rotation_keeps_an_axis() -> None:
    q = np.concatenate((about("x", np.linspace(-1, 1, 41)), np.tile([1.0, 0, 0, 0], (3, 1))))
    values = rotation_values(q, "AXIS_ANGLE")
    np.testing.assert_allclose(np.linalg.norm(values[:, 1:], axis=1), 1.0)
    np.testing.assert_allclose(np.abs(values[:, 1]), 1.0, atol=1e-9)
    np.testing.assert_allclose(np.diff(values[:41, 0] * values[:41, 1]), 0.05, atol=1e-9)


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(RigError, match="rotation mode"):
        rotation_values(np.array([[1.0, 0, 0, 0]]), "XXZ")


def bezier(keys: np.ndarray, values: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    """One component at every frame, by de Casteljau: handles reach over a third of the way along the slopes."""
    found = np.empty(keys[-1] + 1)
    for start, end in pairwise(keys):
        reach = (end - start) / 3
        for frame in range(start, end + 1):
            points = [
                values[start],
                values[start] + reach * slopes[start],
                values[end] - reach * slopes[end],
                values[end],
            ]
            while len(points) > 1:
                points = [a + (b - a) * (frame - start) / (end - start) for a, b in pairwise(points)]
            found[frame] = points[0]
    return found


@pytest.mark.parametrize("mode", ["QUATERNION", "ZXY", "AXIS_ANGLE"])
@pytest.mark.parametrize("degrees", [0.1, 1.0, 5.0])
def test_fewer_keys_stay_within_the_bound(mode: str, degrees: float, rng: np.random.Generator) -> None:
    q = turning(rng, size=0.5)
    values = rotation_values(q, mode)
    keys = fewer_keys(values, rotation_error(q, mode), np.radians(degrees))
    between = np.stack([bezier(keys, values[:, c], slopes_of(values)[:, c]) for c in range(values.shape[1])], axis=1)
    assert np.degrees(quat_angle(rotations_of(between, mode), q).max()) <= degrees + 1e-9
    assert keys[0] == 0
    assert keys[-1] == len(q) - 1


def test_larger_bounds_need_fewer_keys(rng: np.random.Generator) -> None:
    q = turning(rng, size=0.5)
    counts = [len(fewer_keys(q, rotation_error(q, "QUATERNION"), np.radians(d))) for d in (0.0, 0.5, 2.0, 8.0)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > 5 * counts[-1]


def test_a_still_bone_needs_two_keys_and_one_frame_needs_one() -> None:
    still = np.tile([1.0, 0, 0, 0], (50, 1))
    np.testing.assert_array_equal(fewer_keys(still, rotation_error(still, "QUATERNION"), 0.01), [0, 49])
    np.testing.assert_array_equal(fewer_keys(still[:1], rotation_error(still[:1], "QUATERNION"), 0.01), [0])


def test_poses_become_channels_of_each_bones_mode() -> None:
    rig = build_rig("mixamo")
    modes = tuple("XYZ" if "Left" in bone else "QUATERNION" for bone in rig.bones)
    rig = type(rig)(rig.name, rig.bones, rig.parents, rig.rest, rig.world, rig.tails, modes)
    poses = to_rig(walk(), rig, detect_mapping(rig))
    full, few = pose_channels(poses, rig), pose_channels(poses, rig, degrees=0.5)
    kinds = {channel.bone: channel.channel for channel in full if channel.channel != "location"}
    assert kinds["mixamorig:LeftLeg"] == "rotation_euler"
    assert kinds["mixamorig:RightLeg"] == "rotation_quaternion"
    assert [channel.bone for channel in full if channel.channel == "location"] == ["mixamorig:Hips"]
    assert sum(len(channel.frames) for channel in few) < 0.6 * sum(len(channel.frames) for channel in full)
