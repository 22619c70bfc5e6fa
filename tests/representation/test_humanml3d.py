"""HumanML3D's and KIT-ML's features: what each column says of motions known by formula, and recovery."""

from itertools import pairwise

import numpy as np
import pytest

from motionmix_core.errors import DataError
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import axis_angle_to_quat, quat_apply, quat_yaw
from motionmix_core.representation import humanml3d
from motionmix_core.representation.guo_layout import HUMANML3D, KIT
from tests.motions import SKELETON, jump, random_motion, rest, turn_in_place, walk

BLOCKS = HUMANML3D.blocks


def horizontal_turn(positions, yaw):
    return quat_apply(quat_yaw(yaw), positions)


@pytest.fixture(scope="module")
def kit_positions():
    """A KIT-ML body in millimetres that walks along +X with swinging limbs, 30 frames."""
    rng = np.random.default_rng(3)
    lengths = rng.uniform(60, 300, KIT.num_joints)
    frames = 30
    positions = np.zeros((frames, KIT.num_joints, 3))
    positions[:, 0] = np.stack([np.linspace(0, 900, frames), np.full(frames, 560.0), np.zeros(frames)], axis=-1)
    sway = np.sin(np.linspace(0, 6, frames))
    for chain in KIT.chains:
        for parent, joint in pairwise(chain):
            # the published rest pose faces away from its first heading: turned, the body faces +Z
            swing = axis_angle_to_quat(np.outer(0.3 * sway, rng.normal(size=3)))
            bone = quat_apply(quat_yaw(np.pi), KIT.rest_directions[joint] * lengths[joint])
            positions[:, joint] = positions[:, parent] + quat_apply(swing, bone)
    positions[..., 1] -= positions[..., 1].min()
    return positions


def test_layouts_are_the_published_ones():
    assert (HUMANML3D.features, KIT.features) == (263, 251)
    hml = {"root_yaw": (0, 1), "root_velocity": (1, 3), "root_height": (3, 4), "positions": (4, 67),
           "rotations": (67, 193), "velocities": (193, 259), "contacts": (259, 263)}  # fmt: skip
    kit = {"positions": (4, 64), "rotations": (64, 184), "velocities": (184, 247), "contacts": (247, 251)}
    assert {name: (s.start, s.stop) for name, s in HUMANML3D.blocks.items()} == hml
    assert {name: (KIT.blocks[name].start, KIT.blocks[name].stop) for name in kit} == kit
    assert HUMANML3D.parents == SKELETON.parents


@pytest.mark.parametrize("faults", [True, False])
def test_recovery_gives_back_the_joint_positions(rng, faults):
    for motion in (walk(2.0, fps=20), random_motion(rng, seconds=2.0, fps=20)):
        positions = humanml3d.placed(motion.positions())
        features = humanml3d.extract(positions, published_faults=faults)
        assert features.shape == (len(positions) - 1, 263)
        assert features.dtype == np.float32
        assert np.abs(humanml3d.recover_positions(features) - positions[:-1]).max() < 1e-4


def test_kit_recovery_in_millimetres(kit_positions):
    positions = humanml3d.placed(kit_positions, KIT)
    features = humanml3d.extract(kit_positions, KIT)
    assert features.shape == (29, 251)
    assert np.abs(humanml3d.recover_positions(features, KIT) - positions[:-1]).max() < 0.01


def test_rotation_columns_rebuild_the_positions_by_kinematics(rng):
    positions = humanml3d.placed(random_motion(rng, seconds=2.0, fps=20).positions())
    features = humanml3d.extract(positions)
    lengths = humanml3d.bone_lengths(positions[0])
    again = humanml3d.recover_positions_from_rotations(features, lengths)
    assert np.abs(again - positions[:-1]).max() < 1e-4


def test_root_columns_of_a_straight_walk():
    features = humanml3d.encode(walk(2.0, fps=20, speed=1.2))
    # the heading sways with the arms a little; over whole steps the walk goes straight
    assert np.abs(features[:, 0]).max() < 1e-3
    assert features[:, BLOCKS["root_velocity"]] == pytest.approx(np.tile([0, 1.2 / 20], (len(features), 1)), abs=2e-3)
    height = walk(0.5).positions()[:, 0, 1]
    assert features[5, BLOCKS["root_height"].start] == pytest.approx(height[0], abs=0.05)


def test_yaw_velocity_is_half_the_angle_and_is_measured_against_the_step_to_the_next_frame():
    frames, rate = 200, 0.02  # radians a frame
    body = rest(frames, fps=20)
    rotations = body.rotations.copy()
    rotations[:, 0] = quat_yaw(rate * np.arange(frames))
    # away from the ends, where the smoothing repeats the last frame
    inside = slice(90, 110)
    spin = Motion(SKELETON, body.root_positions, rotations, 20.0)
    features = humanml3d.extract(spin.positions(), published_faults=False)
    # the feature takes the body into its heading frame: it turns the other way round than the body
    assert features[inside, 0] == pytest.approx(-rate / 2, rel=1e-4)
    turned = humanml3d.recover_root(features).headings
    assert 2 * np.arctan2(turned[100, 2], turned[100, 0]) == pytest.approx(-rate * 100, abs=0.02)


def test_the_sign_lost_when_turning_round_is_a_published_fault():
    spin = turn_in_place(seconds=10, fps=20, angle=2 * np.pi).positions()
    placed = humanml3d.placed(spin)
    right = humanml3d.recover_positions(humanml3d.extract(spin, published_faults=False))
    assert np.abs(right - placed[:-1]).max() < 1e-4
    published = humanml3d.extract(spin)
    flips = np.flatnonzero(np.sign(published[50:-50, 0]) != np.sign(published[100, 0]))
    assert len(flips) == 1
    assert np.abs(humanml3d.recover_positions(published) - placed[:-1]).max() > 0.01


def test_swapped_hips_pull_the_heading_against_the_shoulders():
    positions = rest(2, fps=20).positions().copy()
    hips = [SKELETON.index("left_hip"), SKELETON.index("right_hip")]
    positions[:, hips] = horizontal_turn(positions[:, hips], 0.5)
    right, swapped = (
        np.arctan2(*humanml3d.facing_directions(positions, swapped_hips=flag)[0, [0, 2]]) for flag in (False, True)
    )
    # hips turned to the left: the right heading follows them, the published one goes the other way
    assert right > 0.1
    assert swapped < -0.1
    # a body wider at its hips than at its shoulders would face backwards
    positions[:, hips] = rest(2).positions()[:, hips] * [4.0, 1.0, 1.0]
    assert humanml3d.facing_directions(positions, swapped_hips=True)[0, 2] < 0
    assert humanml3d.facing_directions(positions, swapped_hips=False)[0, 2] > 0


def test_the_switch_changes_only_what_depends_on_the_heading(rng):
    positions = random_motion(rng, seconds=2.0, fps=20).positions()
    published, right = (humanml3d.extract(positions, published_faults=flag) for flag in (True, False))
    assert not np.allclose(published[:, BLOCKS["positions"]], right[:, BLOCKS["positions"]], atol=1e-3)
    same = [BLOCKS["root_height"].start, *range(*BLOCKS["contacts"].indices(263))]
    assert np.array_equal(published[:, same], right[:, same])


def test_contacts_by_squared_displacement(kit_positions):
    for layout, start in ((HUMANML3D, rest(2).positions()), (KIT, kit_positions[:1].repeat(2, axis=0))):
        threshold = np.sqrt({"HumanML3D": 0.002, "KIT-ML": 0.05}[layout.name])
        for factor, planted in ((0.99, 1.0), (1.01, 0.0)):
            moved = start.copy()
            left_toes = {"HumanML3D": 10, "KIT-ML": 20}[layout.name]
            moved[1, left_toes] += threshold * factor * np.array([0.6, 0.0, 0.8])
            contacts = humanml3d.extract(moved, layout)[0, layout.blocks["contacts"]]
            assert contacts.tolist() == [1.0, planted, 1.0, 1.0]


def test_feet_leave_the_ground_in_a_jump():
    features = humanml3d.extract(jump(height=0.4, fps=20).positions())
    contacts = features[:, BLOCKS["contacts"]]
    assert contacts[0].all() and contacts[-1].all()
    assert not contacts[12].any()


def test_all_clips_start_on_the_floor_over_the_origin_facing_z(rng):
    motion = random_motion(rng, seconds=1.0, fps=20).transformed(2.0, (3.0, 0.7, -5.0))
    placed = humanml3d.placed(motion.positions())
    assert placed[..., 1].min() == pytest.approx(0, abs=1e-9)
    assert placed[0, 0, [0, 2]] == pytest.approx([0, 0], abs=1e-9)
    facing = humanml3d.facing_directions(placed[:1])[0]
    assert np.arctan2(facing[0], facing[2]) == pytest.approx(0, abs=1e-6)
    assert np.allclose(humanml3d.extract(motion.positions()), humanml3d.extract(placed), atol=1e-5)


def test_other_bone_lengths_keep_directions_and_scale_the_path():
    positions = walk(1.0, fps=20).positions()
    lengths = humanml3d.bone_lengths(positions[0])
    same = humanml3d.with_bone_lengths(positions, lengths)
    assert np.abs(same - positions).max() < 1e-6
    double = humanml3d.with_bone_lengths(positions, 2 * lengths)
    assert np.abs(double - 2 * positions).max() < 1e-6


def test_a_motion_goes_there_and_comes_back():
    motion = walk(2.0, fps=20)
    again = humanml3d.decode(humanml3d.encode(motion))
    expected = humanml3d.placed(motion.positions())[:-1]
    assert again.fps == 20
    assert np.abs(again.positions() - expected).max() < 1e-3


# First, last, mean and standard deviation of each block, by stepping through the published procedure on its own.
PUBLISHED = {
    "walk": {
        "root_yaw": (0, 0, 0, 0), "root_velocity": (0, 0.06, 0.03, 0.03), "root_height": (0.8671, 0.8671, 0.8671, 0),
        "positions": (0.09, -0.157613, 0.284582, 0.489307), "rotations": (0.85584, -0.295106, 0.233347, 0.528093),
        "velocities": (0, 0.081296, 0.019962, 0.035467), "contacts": (1, 1, 0.594937, 0.490904),
    },
    "turn": {
        "root_yaw": (-0.063362, -0.004598, -0.018755, 0.009651), "root_velocity": (0, 0, 0, 0),
        "positions": (0.09, 0.047259, 0.312851, 0.561128), "rotations": (0.85584, 0, 0.208692, 0.538313),
        "velocities": (0, 0.00049, -1.6e-05, 0.00653), "contacts": (1, 1, 1, 0),
    },
}  # fmt: skip


@pytest.mark.parametrize("name", ["walk", "turn"])
def test_numbers_of_the_published_procedure(name):
    motion = {"walk": walk(4, fps=20), "turn": turn_in_place(8, fps=20, angle=6.2)}[name]
    features = humanml3d.extract(motion.positions())
    for block, expected in PUBLISHED[name].items():
        values = features[:, BLOCKS[block]].astype(np.float64)
        found = (values.flat[0], values.flat[-1], values.mean(), values.std())
        assert found == pytest.approx(expected, abs=2e-6), block


def test_bad_input_is_named():
    with pytest.raises(DataError, match=r"\(frames, 22, 3\)"):
        humanml3d.extract(np.zeros((5, 21, 3)))
    with pytest.raises(DataError, match="two frames"):
        humanml3d.extract(np.zeros((1, 22, 3)))
    with pytest.raises(DataError, match="NaN"):
        humanml3d.extract(np.full((5, 22, 3), np.nan))
    with pytest.raises(DataError, match="263"):
        humanml3d.recover_positions(np.zeros((5, 251)))
