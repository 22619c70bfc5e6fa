"""The optional SMPL body: what is missing is said, and a body of our own in SMPL's file layout moves as it should.

SMPL's own body needs licensed files, so it isn't here.
"""

import pickle
import sys

import numpy as np
import pytest

from motionmix_core.errors import DataError, ModelError
from motionmix_core.formats.smpl_body import smpl_body
from motionmix_core.motion.rotations import axis_angle_to_quat, quat_to_matrix

PARENTS = (-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21)
VERTICES = 6890


def body_file(folder, rest: np.ndarray) -> None:
    """SMPL's file layout with 24 vertices at the joints' rest places (24, 3), each bound to its joint."""
    template, weights = np.zeros((VERTICES, 3), np.float32), np.zeros((VERTICES, 24), np.float32)
    template[:24], weights[np.arange(VERTICES), np.minimum(np.arange(VERTICES), 23)] = rest, 1
    table = {
        "f": np.zeros((1, 3), np.uint32),
        "v_template": template,
        "shapedirs": np.zeros((VERTICES, 3, 10), np.float32),
        "posedirs": np.zeros((VERTICES, 3, 207), np.float32),
        "J_regressor": np.eye(24, VERTICES, dtype=np.float32),
        "weights": weights,
        "kintree_table": np.array([[4294967295, *PARENTS[1:]], range(24)], np.uint32),
    }
    (folder / "smpl").mkdir()
    (folder / "smpl" / "SMPL_NEUTRAL.pkl").write_bytes(pickle.dumps(table))


def test_joints_and_mesh_follow_the_poses(tmp_path, rng):
    pytest.importorskip("smplx", reason="smplx isn't installed (the extra smpl)")
    rest, poses, path = rng.normal(size=(24, 3)), 0.5 * rng.normal(size=(3, 24, 3)), rng.normal(size=(3, 3))
    body_file(tmp_path, rest)
    body = smpl_body(poses, path, tmp_path)
    turns = quat_to_matrix(axis_angle_to_quat(poses))
    world, places = [turns[:, 0]], [rest[0] + path]
    for joint in range(1, 24):
        above = PARENTS[joint]
        places.append(places[above] + world[above] @ (rest[joint] - rest[above]))
        world.append(world[above] @ turns[:, joint])
    assert body.joints == pytest.approx(np.stack(places, axis=1), abs=1e-4)
    assert body.vertices[:, :24] == pytest.approx(np.stack(places, axis=1), abs=1e-4)
    (tmp_path / "smpl" / "SMPL_NEUTRAL.pkl").write_bytes(b"not a body")
    with pytest.raises(DataError, match="can't be used"):
        smpl_body(poses, path, tmp_path)


def test_without_smplx_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "smplx", None)
    with pytest.raises(ModelError, match=r"motionmix-core\[smpl\]"):
        smpl_body(np.zeros((2, 24, 3)), np.zeros((2, 3)), tmp_path)


def test_without_the_body_model_it_says_where_to_get_it(tmp_path):
    pytest.importorskip("smplx", reason="smplx isn't installed")
    with pytest.raises(DataError, match=r"smpl\.is\.tue\.mpg\.de"):
        smpl_body(np.zeros((2, 24, 3)), np.zeros((2, 3)), tmp_path)


def test_other_shapes_and_bodies_are_refused(tmp_path):
    with pytest.raises(DataError, match=r"\(frames, 24, 3\)"):
        smpl_body(np.zeros((2, 22, 3)), np.zeros((2, 3)), tmp_path)
    with pytest.raises(DataError, match="'child'"):
        smpl_body(np.zeros((2, 24, 3)), np.zeros((2, 3)), tmp_path, gender="child")
