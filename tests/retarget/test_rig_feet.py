"""Planted feet on rigs with other legs than the motion's: they stand still, on the ground, and nothing pops."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motionmix_core.errors import RigError
from motionmix_core.motion.contacts import foot_contacts
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import quat_angle, quat_mul, quat_yaw
from motionmix_core.motion.skeleton import FOOT_JOINTS
from motionmix_core.retarget import RetargetOptions, detect_mapping, to_rig
from motionmix_core.retarget.foot_lock import lock_feet
from motionmix_core.retarget.planting import runs
from tests.motions import SKELETON, about, rest, smooth_noise, walk
from tests.retarget.rigs import build_rig, evaluate, joint_places, turned

FEET = [SKELETON.index(name) for name in FOOT_JOINTS]
FLAT = {"ankle": 0.056, "foot": 0.025}  # heights over the ground when the sole is flat, on the canonical foot
PROPORTIONS = [(0.7, 1.0), (0.85, 1.4), (1.0, 0.7), (1.2, 1.0), (1.4, 1.4)]


def strolls() -> dict[str, Motion]:
    """A walk, and one whose hips sway and whose steps are shorter, so that its feet slide already."""
    steady = walk(3.0)
    sway = smooth_noise(np.random.default_rng(2), steady.num_frames, 30.0, (3,)) * (0.02, 0.015, 0.02)
    return {"walk": steady, "sloppy": replace(steady, root_positions=steady.root_positions * (1, 1, 0.9) + sway)}


CONTACTS = foot_contacts(walk(3.0).positions(), 30.0)


@pytest.mark.parametrize("name", ["walk", "sloppy"])
@pytest.mark.parametrize(("legs", "arms"), PROPORTIONS)
@pytest.mark.parametrize("convention", ["mixamo", "unreal", "rigify_metarig", "vroid", "mpfb"])
def test_planted_feet_stand(convention: str, legs: float, arms: float, name: str) -> None:
    rig = build_rig(convention, legs=legs, arms=arms)
    mapping = detect_mapping(rig)
    poses = to_rig(strolls()[name], rig, mapping, RetargetOptions(foot_lock=True, contacts=CONTACTS))
    places = joint_places(rig, mapping.bones, evaluate(rig, poses))
    for joint, mask in zip(FOOT_JOINTS, CONTACTS.T, strict=True):
        for a, b in runs(mask):
            assert np.linalg.norm(places[joint][a:b] - places[joint][a], axis=-1).max() <= 0.01
        assert (places[joint][mask, 1] - FLAT[joint.split("_")[1]]).min() >= -0.005


@pytest.mark.parametrize("legs", [0.7, 1.4])
def test_locking_adds_no_pops(legs: float) -> None:
    rig = build_rig("unreal", legs=legs)
    mapping = detect_mapping(rig)
    motion = strolls()["sloppy"]
    free = to_rig(motion, rig, mapping)
    locked = to_rig(motion, rig, mapping, RetargetOptions(foot_lock=True, contacts=CONTACTS))
    for bone in free.rotations:
        before = quat_angle(free.rotations[bone][1:], free.rotations[bone][:-1]).max()
        after = quat_angle(locked.rotations[bone][1:], locked.rotations[bone][:-1]).max()
        assert np.degrees(after) <= np.degrees(before) + 6.0, bone
    places = [joint_places(rig, mapping.bones, evaluate(rig, poses)) for poses in (free, locked)]
    for joint in ("left_ankle", "left_knee", "head"):
        before, after = (np.linalg.norm(np.diff(p[joint], 2, axis=0), axis=-1).max() * 900 for p in places)
        assert after <= before + 12.0 * max(legs, 1.0)  # metres a second squared


def swinging_hips() -> Motion:
    """A walk whose hips turn and sway over feet that stand perfectly still."""
    steady = walk(3.0)
    rng = np.random.default_rng(5)
    rotations = steady.rotations.copy()
    rotations[:, 0] = quat_yaw(0.3 * smooth_noise(rng, steady.num_frames, 30.0, (1,), 1.0)[:, 0])
    sway = smooth_noise(rng, steady.num_frames, 30.0, (3,)) * (0.02, 0.01, 0.02)
    return lock_feet(replace(steady, rotations=rotations, root_positions=steady.root_positions + sway), CONTACTS)


def pivoting() -> Motion:
    """Both feet on the spot for four seconds, heels and all, while the hips sway, bob and twist over bent knees."""
    still = rest(120)
    rng = np.random.default_rng(9)
    rotations = still.rotations.copy()
    for side in ("left", "right"):
        for part, angle in (("hip", -0.35), ("knee", 0.7), ("ankle", -0.35)):
            rotations[:, SKELETON.index(f"{side}_{part}")] = about("x", np.full(120, angle))
    rotations[:, 0] = quat_yaw(0.3 * smooth_noise(rng, 120, 30.0, (1,), 0.7)[:, 0])
    bent = replace(still, rotations=rotations)
    low = bent.positions()[:, FEET, 1].min() - FLAT["foot"]
    sway = smooth_noise(rng, 120, 30.0, (3,), 0.7) * (0.03, 0.015, 0.03)
    return lock_feet(replace(bent, root_positions=bent.root_positions - [0, low, 0] + sway), np.ones((120, 4), bool))


def tiptoeing() -> Motion:
    """A walk whose heels leave the ground while the toes still stand, as heels do."""
    steady = walk(3.0)
    rotations = steady.rotations.copy()
    for side, column in (("left", 0), ("right", 2)):
        lift = np.zeros(steady.num_frames)
        for start, stop in runs(CONTACTS[:, column]):
            middle = (start + stop) // 2
            lift[middle:stop] = 0.5 * np.linspace(0, 1, stop - middle) ** 2
        kernel = np.hanning(9)[1:-1] / np.hanning(9).sum()
        pitch = np.convolve(np.pad(lift, 3, mode="edge"), kernel, mode="valid")
        ankle, toe = SKELETON.index(f"{side}_ankle"), SKELETON.index(f"{side}_foot")
        rotations[:, ankle] = quat_mul(rotations[:, ankle], about("x", pitch))
        rotations[:, toe] = quat_mul(about("x", -pitch), rotations[:, toe])
    return lock_feet(replace(steady, rotations=rotations), heel_contacts())


def heel_contacts() -> np.ndarray:
    """The walk's contacts, with heels that stand for the first half of each step only."""
    contacts = CONTACTS.copy()
    for column in (0, 2):
        for start, stop in runs(CONTACTS[:, column]):
            contacts[(start + stop) // 2 : stop, column] = False
    return contacts


STANDING = {
    "swinging hips": (swinging_hips, lambda: CONTACTS),
    "pivoting": (pivoting, lambda: np.ones((120, 4), bool)),
    "tiptoeing": (tiptoeing, heel_contacts),
}


@pytest.mark.parametrize("name", STANDING)
@pytest.mark.parametrize(("legs", "arms"), [(0.7, 1.4), (0.85, 1.0), (1.2, 0.7), (1.4, 1.0)])
@pytest.mark.parametrize("convention", ["mixamo", "unreal", "mpfb"])
def test_limbs_keep_their_directions_within_a_degree(convention: str, legs: float, arms: float, name: str) -> None:
    """Hips as wide and feet as long as before on other legs: what can't be had at once is shared."""
    rig = build_rig(convention, legs=legs, arms=arms)
    mapping = detect_mapping(rig)
    make, given = STANDING[name]
    motion, contacts = make(), given()
    wanted = dict(zip(SKELETON.names, motion.positions().swapaxes(0, 1), strict=True))
    poses = to_rig(motion, rig, mapping, RetargetOptions(foot_lock=True, contacts=contacts))
    places = joint_places(rig, mapping.bones, evaluate(rig, poses))
    assert turned(places, wanted, ("hip", "knee"), ("knee", "ankle")).max() <= 1.0
    assert turned(places, wanted, ("shoulder", "elbow"), ("elbow", "wrist")).max() <= 1e-3
    assert poses.planted is not None
    assert (poses.planted >= contacts).all(), "feet that stand by themselves are all held"
    for joint, mask in zip(FOOT_JOINTS, contacts.T, strict=True):
        for a, b in runs(mask):
            assert np.linalg.norm(places[joint][a:b] - places[joint][a], axis=-1).max() <= 0.01, joint
        assert places[joint][mask, 1].min() >= FLAT[joint.split("_")[1]] - 0.005, joint


@pytest.mark.parametrize("legs", [0.7, 1.4])
def test_the_body_stays_near_its_path(legs: float) -> None:
    rig = build_rig("vroid", legs=legs)
    mapping = detect_mapping(rig)
    motion = swinging_hips()
    free = to_rig(motion, rig, mapping)
    locked = to_rig(motion, rig, mapping, RetargetOptions(foot_lock=True, contacts=CONTACTS))
    hips = [joint_places(rig, mapping.bones, evaluate(rig, poses))["left_hip"] for poses in (free, locked)]
    shift = hips[1] - hips[0]
    assert 0.0 < np.linalg.norm(shift, axis=-1).max() < 0.03
    assert np.linalg.norm(np.diff(shift, 2, axis=0), axis=-1).max() * 900 < 2.0  # metres a second squared


def test_only_legs_and_the_bodys_place_change() -> None:
    rig = build_rig("mixamo", legs=1.3)
    mapping = detect_mapping(rig)
    motion = strolls()["walk"]
    free = to_rig(motion, rig, mapping)
    locked = to_rig(motion, rig, mapping, RetargetOptions(foot_lock=True, contacts=CONTACTS))
    for bone in free.rotations:
        if not any(part in bone for part in ("UpLeg", "Leg", "Foot", "Toe")):
            np.testing.assert_allclose(locked.rotations[bone], free.rotations[bone], atol=1e-9)


def test_a_foot_without_a_toe_bone_is_locked_by_its_ankle() -> None:
    rig = build_rig("daz_bvh", legs=1.2)
    mapping = detect_mapping(rig)
    poses = to_rig(strolls()["sloppy"], rig, mapping, RetargetOptions(foot_lock=True, contacts=CONTACTS))
    ankle = joint_places(rig, mapping.bones, evaluate(rig, poses))["left_ankle"]
    for a, b in runs(CONTACTS[:, 0]):
        assert np.linalg.norm(ankle[a:b] - ankle[a], axis=-1).max() <= 0.01


def test_a_rig_with_its_origin_in_the_middle_stands_on_its_own_soles() -> None:
    rig = build_rig("rigify_metarig")
    rest = rig.rest.copy()
    rest[:, 2, 3] -= 0.9
    rig = replace(rig, rest=rest, tails=rig.tails - [0, 0, 0.9])
    mapping = detect_mapping(rig)
    poses = to_rig(strolls()["walk"], rig, mapping, RetargetOptions(foot_lock=True, contacts=CONTACTS))
    toe = joint_places(rig, mapping.bones, evaluate(rig, poses))["left_foot"]
    np.testing.assert_allclose(toe[CONTACTS[:, 1], 1], 0.025 - 0.9, atol=0.005)


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_a_few_frames_are_enough(frames: int) -> None:
    rig = build_rig("mixamo", legs=0.7)
    mapping = detect_mapping(rig)
    motion = strolls()["sloppy"].crop(40, 40 + frames)
    contacts = np.ones((frames, 4), dtype=bool)
    poses = to_rig(motion, rig, mapping, RetargetOptions(foot_lock=True, contacts=contacts))
    places = joint_places(rig, mapping.bones, evaluate(rig, poses))
    assert poses.planted is not None
    assert poses.planted.any()
    for joint, mask in zip(FOOT_JOINTS, poses.planted.T, strict=True):
        assert np.isfinite(places[joint]).all()
        for a, b in runs(mask):
            assert np.linalg.norm(places[joint][a:b] - places[joint][a], axis=-1).max() <= 0.01


def test_contacts_for_other_frames_are_refused() -> None:
    rig = build_rig("mixamo")
    with pytest.raises(RigError, match="Foot contacts"):
        to_rig(walk(1.0), rig, detect_mapping(rig), RetargetOptions(foot_lock=True, contacts=CONTACTS))
