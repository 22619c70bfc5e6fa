"""Carrying foreign bodies onto the canonical skeleton: what the body does must not change."""

from __future__ import annotations

import numpy as np
import pytest

from motionmix_core.errors import DataError
from motionmix_core.formats.canonicalise import canonicalise, fit_body
from motionmix_core.formats.humanoid import CMU, HumanoidMapping, detect_humanoid
from motionmix_core.formats.source import SourceMotion
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import axis_angle_to_quat, quat_angle, quat_yaw
from motionmix_core.motion.skeleton import JOINT_NAMES, Skeleton
from tests import motions
from tests.formats.foreign_files import cmu_source, rested, source_of

SELF = HumanoidMapping({name: name for name in JOINT_NAMES})


def largest_errors(a: Motion, b: Motion) -> tuple[float, float]:
    """Largest distance of a joint in metres, largest angle between world rotations in degrees."""
    angle = quat_angle(a.global_rotations(), b.global_rotations())
    return float(np.abs(a.positions() - b.positions()).max()), float(np.degrees(angle.max()))


def assert_same(a: Motion, b: Motion, metres: float = 1e-6, degrees: float = 1e-3) -> None:
    distance, angle = largest_errors(a, b)
    assert distance < metres
    assert angle < degrees


def leg_and_arm_rest(arms_down: float, legs_apart: float) -> dict[str, np.ndarray]:
    """Rest bones of a body whose arms hang by so many radians and whose legs are spread."""
    rest = {}
    for side, sign in (("left", 1.0), ("right", -1.0)):
        for name, angle in (("shoulder", -arms_down), ("elbow", -arms_down), ("wrist", -arms_down), ("hip", legs_apart),
                            ("knee", legs_apart), ("ankle", legs_apart), ("foot", legs_apart)):  # fmt: skip
            rest[f"{side}_{name}"] = motions.about("z", sign * angle)
    return rest


def test_the_canonical_body_comes_through_unchanged(rng):
    motion = motions.random_motion(rng)
    assert_same(canonicalise(source_of(motion), SELF), motion)


@pytest.mark.parametrize(("arms_down", "legs_apart"), [(0.0, 0.0), (0.8, 0.0), (0.4, 0.35), (1.2, 0.3)])
def test_a_rest_pose_with_hanging_arms_and_spread_legs_changes_nothing(rng, arms_down, legs_apart):
    motion = motions.random_motion(rng)
    source = rested(motion, leg_and_arm_rest(arms_down, legs_apart))
    assert_same(canonicalise(source, SELF), motion)


@pytest.mark.parametrize("heading", [0.5, np.pi / 2, np.pi, -2.0])
def test_a_rest_pose_that_faces_elsewhere_changes_nothing(rng, heading):
    motion = motions.random_motion(rng)
    source = rested(motion, dict.fromkeys(JOINT_NAMES, quat_yaw(heading)))
    assert_same(canonicalise(source, SELF), motion)


def test_a_taller_person_walks_the_same_walk_and_feet_stay_planted():
    motion = motions.walk()
    source = source_of(motion)
    tall = SourceMotion(
        Skeleton(motion.skeleton.names, motion.skeleton.parents, motion.skeleton.offsets * 1.13),
        source.root_positions * 1.13, source.rotations, source.fps,
    )  # fmt: skip
    assert_same(canonicalise(tall, SELF), motion)


def test_the_cmu_skeleton_is_taken_apart_and_put_together_again(rng):
    motion = motions.random_motion(rng, amplitude=0.4)
    carried = canonicalise(cmu_source(motion, size=0.9), CMU)
    # two neck bones stand for our one, so its bend is shared out; all else is exact
    assert_same(carried, motion, metres=1e-6, degrees=0.05)


def test_cmu_bodies_of_other_proportions_stay_within_15_mm(rng):
    motion = motions.walk()
    source = cmu_source(motion)
    errors = []
    for _ in range(8):
        # each bone on its own, left and right too: about what is left of CMU's spread when size is taken out
        lengths = rng.normal(1.0, 0.035, size=(source.skeleton.num_joints, 1))
        skeleton = Skeleton(source.skeleton.names, source.skeleton.parents, source.skeleton.offsets * lengths)
        person = SourceMotion(skeleton, source.root_positions, source.rotations, source.fps)
        fit = fit_body(skeleton, CMU)
        ours = canonicalise(person, fit).positions()[:, 1:]
        theirs = fit.scale * person.world()[0][:, [fit.sources[name] for name in JOINT_NAMES[1:]]]
        errors.append(np.linalg.norm(ours - theirs, axis=-1).mean())
    assert np.mean(errors) < 0.015


def test_missing_joints_are_filled_in(rng):
    motion = motions.random_motion(rng, amplitude=0.3)
    missing = {"spine2", "neck", "left_collar", "right_collar", "left_foot", "right_foot"}
    mapping = HumanoidMapping({name: name for name in JOINT_NAMES if name not in missing})
    carried = canonicalise(source_of(motion), mapping)
    kept = [JOINT_NAMES.index(name) for name in JOINT_NAMES if name not in missing]
    angle = quat_angle(carried.global_rotations()[:, kept], motion.global_rotations()[:, kept])
    assert np.degrees(angle.max()) < 1e-3
    legs = [JOINT_NAMES.index(f"{side}_{part}") for side in ("left", "right") for part in ("hip", "knee", "ankle")]
    assert np.abs(carried.positions()[:, legs] - motion.positions()[:, legs]).max() < 1e-6
    neck = quat_angle(carried.global_rotations()[:, 12], motion.global_rotations()[:, 12])
    assert np.degrees(neck.max()) < 60  # between chest and head, wherever the true one was


def test_twist_bones_do_no_harm(rng):
    motion = motions.random_motion(rng, amplitude=0.3)
    names, parents = list(motion.skeleton.names), list(motion.skeleton.parents)
    offsets, rotations = motion.skeleton.offsets.copy(), motion.rotations.copy()
    knee = names.index("left_knee")
    names += ["left_hip_twist"]
    parents += [parents[knee]]
    offsets = np.concatenate((offsets, offsets[knee : knee + 1] / 2))
    still = np.tile([1.0, 0, 0, 0], (motion.num_frames, 1, 1))
    rotations = np.concatenate((rotations, still), axis=1)
    source = SourceMotion(Skeleton(tuple(names), tuple(parents), offsets), motion.root_positions, rotations, motion.fps)
    assert_same(canonicalise(source, SELF), motion)


def test_left_stays_left_and_forward_stays_forward():
    motion = motions.walk()
    carried = canonicalise(cmu_source(motion), CMU)
    positions = carried.positions()
    left, right = (JOINT_NAMES.index(f"{side}_hip") for side in ("left", "right"))
    assert (positions[:, left, 0] > positions[:, right, 0]).all()
    assert positions[-1, 0, 2] - positions[0, 0, 2] > 3
    toes = positions[0, JOINT_NAMES.index("left_foot")] - positions[0, JOINT_NAMES.index("left_ankle")]
    assert toes[2] > 0.1


def test_legs_without_length_and_missing_limbs_are_named(rng):
    motion = motions.random_motion(rng)
    flat = Skeleton(motion.skeleton.names, motion.skeleton.parents, motion.skeleton.offsets * 0)
    with pytest.raises(DataError, match="no length"):
        fit_body(flat, SELF)
    armless = HumanoidMapping({name: name for name in JOINT_NAMES if "elbow" not in name})
    with pytest.raises(DataError, match="left_elbow, right_elbow"):
        fit_body(motion.skeleton, armless)


def test_a_twisted_wrist_keeps_its_twist():
    motion = motions.rest(30)
    rotations = motion.rotations.copy()
    twist = np.linspace(0, 1.5, 30)
    rotations[:, JOINT_NAMES.index("left_wrist")] = axis_angle_to_quat(np.stack([twist, 0 * twist, 0 * twist], -1))
    motion = Motion(motion.skeleton, motion.root_positions, rotations, motion.fps)
    carried = canonicalise(rested(motion, leg_and_arm_rest(0.9, 0.3)), SELF)
    local = carried.rotations[:, JOINT_NAMES.index("left_wrist")]
    np.testing.assert_allclose(quat_angle(local, np.array([1.0, 0, 0, 0])), twist, atol=1e-6)


def test_the_detected_mapping_of_our_own_names_is_the_identity():
    mapping = detect_humanoid(motions.SKELETON)
    assert dict(mapping.joints) == {name: name for name in JOINT_NAMES}


def test_yaw_of_the_world_only_turns_the_result(rng):
    motion = motions.random_motion(rng)
    turned = canonicalise(cmu_source(motion.transformed(1.1, (1, 0, 2))), CMU)
    straight = canonicalise(cmu_source(motion), CMU).transformed(1.1, (1, 0, 2))
    assert_same(turned, straight, metres=1e-6, degrees=0.05)
