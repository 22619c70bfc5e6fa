"""The action data's 25 x 6 numbers and EDGE's 151: conventions, exact inverses, contacts, the range normaliser."""

import numpy as np
import pytest

from motionmix_core.errors import DataError
from motionmix_core.formats.amass import smpl_skeleton
from motionmix_core.motion.rotations import axis_angle_to_quat, quat_angle, quat_to_matrix
from motionmix_core.representation import edge, rot6d
from tests.motions import jump, random_motion, rest, walk


@pytest.fixture
def smpl_pose(rng):
    return axis_angle_to_quat(rng.normal(size=(12, 24, 3))), rng.normal(size=(12, 3))


def test_six_numbers_are_two_rows_not_columns():
    quarter = quat_to_matrix(axis_angle_to_quat(np.array([0.0, 0.0, np.pi / 2])))  # x goes to y
    assert rot6d.matrix_to_row_6d(quarter) == pytest.approx([0, -1, 0, 1, 0, 0], abs=1e-12)
    assert rot6d.row_6d_to_matrix(np.array([0.0, -2, 0, 1, 0.5, 0])) == pytest.approx(quarter, abs=1e-12)


def test_25x6_layout_and_inverse(smpl_pose):
    rotations, root = smpl_pose
    features = rot6d.encode(rotations, root)
    assert features.shape == (12, 150)
    table = features.reshape(12, 25, 6)
    assert table[3, 7] == pytest.approx(quat_to_matrix(rotations[3, 7])[:2].ravel(), abs=1e-6)
    assert not table[0, 24].any() and not table[:, 24, 3:].any()
    assert table[5, 24, :3] == pytest.approx(root[5] - root[0], abs=1e-6)
    again, path = rot6d.decode(table)
    assert quat_angle(again, rotations).max() < 1e-6
    assert np.abs(path - (root - root[0])).max() < 1e-6


def test_25x6_of_our_own_motion_comes_back(rng):
    motion = random_motion(rng, seconds=0.5)
    again = rot6d.decode_motion(rot6d.encode_motion(motion), motion.fps)
    moved = motion.transformed(translation=-motion.root_positions[0])
    assert np.abs(again.positions() - moved.positions()).max() < 1e-5


def test_edge_is_z_up_and_its_inverse_is_exact(smpl_pose):
    rotations, root = smpl_pose
    features = edge.encode(rotations, root, smpl_skeleton())
    assert features.shape == (12, 151)
    # Y up (x, y, z) -> Z up (x, -z, y)
    assert features[:, edge.ROOT] == pytest.approx(root[:, [0, 2, 1]] * [1, -1, 1], abs=1e-6)
    child = features[:, edge.ROTATIONS].reshape(12, 24, 6)[:, 5]
    assert child == pytest.approx(quat_to_matrix(rotations[:, 5])[:, :2].reshape(12, 6), abs=1e-6)
    again, path, contacts = edge.decode(features)
    assert quat_angle(again, rotations).max() < 1e-6
    assert np.abs(path - root).max() < 1e-6
    assert contacts.shape == (12, 4)


def test_edge_contacts_in_the_order_of_its_joints():
    steps = np.zeros((3, 24, 3))
    steps[1, 8, 0] = 0.0101  # the right ankle moves, then comes back
    steps[1, 10, 0] = 0.0099  # the left foot moves less than the threshold
    assert edge.foot_contacts(steps).tolist() == [
        [True, False, True, True], [True, False, True, True], [True, True, True, True],
    ]  # fmt: skip


def test_edge_contacts_of_a_jump():
    motion = jump(height=0.4)
    features = edge.encode(rot6d.with_hands(motion.rotations), motion.root_positions, motion.skeleton)
    contacts = features[:, edge.CONTACTS]
    assert contacts[:10].all() and contacts[-10:].all()
    assert not contacts[motion.num_frames // 2 + 3].any()


def test_range_normaliser_scales_to_one_and_clips(rng):
    features = rng.normal(size=(4, 50, 151))
    features[..., 2] = 1.0  # a column that never changes
    normaliser = edge.RangeNormaliser.fit(features)
    scaled = normaliser.normalise(features)
    varying = np.delete(np.arange(151), 2)
    assert scaled[..., varying].min(axis=(0, 1)) == pytest.approx(-1, abs=1e-6)
    assert scaled[..., varying].max(axis=(0, 1)) == pytest.approx(1, abs=1e-6)
    assert (scaled[..., 2] == -1).all()
    assert normaliser.denormalise(scaled) == pytest.approx(features, abs=1e-5)
    beyond = normaliser.normalise(features * 100)
    assert np.abs(beyond).max() == 1
    assert normaliser.denormalise(np.full(151, 7.0)) == pytest.approx(normaliser.high)


def test_other_shapes_are_refused():
    body = rest(2)
    with pytest.raises(DataError, match="24, 4"):
        rot6d.encode(body.rotations, body.root_positions)
    with pytest.raises(DataError, match="150"):
        rot6d.decode(np.zeros((3, 151)))
    with pytest.raises(DataError, match="24, 4"):
        edge.encode(walk(0.1).rotations, walk(0.1).root_positions, smpl_skeleton())
    with pytest.raises(DataError, match="151"):
        edge.decode(np.zeros((3, 150)))
