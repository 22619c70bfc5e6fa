"""Our own motion files: exact, repeatable, and broken ones named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from motionmix_core.errors import DataError
from motionmix_core.formats.motion_npz import load_motion, save_motion
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import axis_angle_to_quat
from motionmix_core.motion.skeleton import canonical_skeleton


@pytest.fixture
def motion(rng: np.random.Generator) -> Motion:
    skeleton = canonical_skeleton()
    rotations = axis_angle_to_quat(rng.normal(0, 1, (20, skeleton.num_joints, 3)))
    return Motion(skeleton, rng.normal(0, 1, (20, 3)), rotations, 24.0)


def test_a_motion_comes_back_as_it_was(tmp_path: Path, motion: Motion) -> None:
    save_motion(tmp_path / "a.npz", motion)
    back = load_motion(tmp_path / "a.npz")
    np.testing.assert_array_equal(back.root_positions, motion.root_positions)
    np.testing.assert_allclose(back.rotations, motion.rotations, atol=1e-15)
    assert back.fps == 24.0
    assert back.skeleton == motion.skeleton
    assert set(back.skeleton.end_offsets) == set(motion.skeleton.end_offsets)


def test_the_same_motion_gives_the_same_bytes(tmp_path: Path, motion: Motion) -> None:
    for name in ("a.npz", "b.npz"):
        save_motion(tmp_path / name, motion)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_files_that_are_not_motions_are_named(tmp_path: Path, motion: Motion) -> None:
    save_motion(tmp_path / "whole.npz", motion)
    (tmp_path / "short.npz").write_bytes((tmp_path / "whole.npz").read_bytes()[:3000])
    (tmp_path / "text.npz").write_text("no archive")
    np.savez(tmp_path / "other.npz", a=np.zeros(3))
    np.savez(tmp_path / "pickle.npz", format=np.array([{}], dtype=object))
    for name in ("missing.npz", "short.npz", "text.npz", "other.npz", "pickle.npz"):
        with pytest.raises(DataError, match=name):
            load_motion(tmp_path / name)
