"""BVH out: what a reader finds in the file is the motion."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from motionmix_core.errors import DataError
from motionmix_core.formats.bvh_read import read_bvh
from motionmix_core.formats.bvh_write import bvh_text, continuous_euler, write_bvh
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import axis_angle_to_quat, euler_to_quat, quat_angle, quat_to_euler
from motionmix_core.motion.skeleton import Skeleton, canonical_skeleton


@pytest.fixture
def motion(rng: np.random.Generator) -> Motion:
    skeleton = canonical_skeleton()
    turns = np.cumsum(rng.normal(0, 0.2, (50, skeleton.num_joints, 3)), axis=0)
    return Motion(skeleton, np.cumsum(rng.normal(0, 0.03, (50, 3)), axis=0), axis_angle_to_quat(turns), 30.0)


@pytest.mark.parametrize("unit", ["m", "cm"])
def test_a_reader_finds_the_same_motion(tmp_path: Path, motion: Motion, unit: str) -> None:
    path = tmp_path / "walk.bvh"
    write_bvh(path, motion, unit)  # type: ignore[arg-type]  # one of two
    source = read_bvh(path)
    assert source.fps == pytest.approx(30.0, abs=1e-4)
    assert source.num_frames == 50
    names = [source.skeleton.names.index(name) for name in motion.skeleton.names]
    positions, world = source.world()
    np.testing.assert_allclose(positions[:, names], motion.positions(), atol=1e-5)
    assert quat_angle(world[:, names], motion.global_rotations()).max() < 1e-6
    lengths = np.linalg.norm(source.skeleton.offsets[names][1:], axis=1)
    np.testing.assert_allclose(lengths, np.linalg.norm(motion.skeleton.offsets[1:], axis=1), atol=1e-6)


def test_the_file_says_metres_unless_told(motion: Motion) -> None:
    metres, centimetres = bvh_text(motion), bvh_text(motion, 100.0)
    assert "OFFSET 0.090000 -0.050300 0.020700" in metres
    assert "OFFSET 9.000000 -5.030000 2.070000" in centimetres


def test_every_chain_ends_somewhere(motion: Motion) -> None:
    lines = [line.strip() for line in bvh_text(motion).splitlines()]
    ends = [lines[i + 2] for i, line in enumerate(lines) if line == "End Site"]
    assert len(ends) == 5  # head, two hands, two feet
    assert all(np.linalg.norm([float(word) for word in end.split()[1:]]) > 0.01 for end in ends)
    nameless = Skeleton(("a", "b"), (-1, 0), np.array([[0, 0, 0], [0, 1.0, 0]]))
    text = bvh_text(Motion(nameless, np.zeros((1, 3)), np.tile([1.0, 0, 0, 0], (1, 2, 1)), 30.0))
    assert "OFFSET 0.000000 0.050000 0.000000" in text


def test_curves_do_not_jump(rng: np.random.Generator) -> None:
    """A body that spins three times about the vertical, and an arm that swings over the pole of the Euler angles."""
    spin = np.stack((np.zeros(200), np.zeros(200), np.linspace(0, 6 * np.pi, 200)), -1)
    swing = np.stack((np.full(200, 0.3), np.linspace(-3, 3, 200), np.full(200, 0.2)), -1)
    quats = np.stack([euler_to_quat(angles, "ZXY") for angles in (spin, swing)], axis=1)
    raw = quat_to_euler(quats, "ZXY")
    smooth = continuous_euler(raw)
    assert np.abs(np.diff(raw, axis=0)).max() > 1.5
    assert np.abs(np.diff(smooth, axis=0)).max() < 0.2
    assert quat_angle(euler_to_quat(smooth, "ZXY"), quats).max() < 1e-6


def test_the_same_motion_gives_the_same_bytes(tmp_path: Path, motion: Motion) -> None:
    for name in ("a.bvh", "b.bvh"):
        write_bvh(tmp_path / name, motion)
    assert (tmp_path / "a.bvh").read_bytes() == (tmp_path / "b.bvh").read_bytes()
    assert b"\r" not in (tmp_path / "a.bvh").read_bytes()
    assert b"-0.000000" not in (tmp_path / "a.bvh").read_bytes()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path, motion: Motion) -> None:
    with pytest.raises(DataError, match="missing"):
        write_bvh(tmp_path / "missing" / "walk.bvh", motion)
