"""Contacts that the motion itself doesn't hold: the pose stays, what really stands is held, no foot is twisted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motionmix_core.motion.contacts import foot_contacts
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import quat_mul
from motionmix_core.motion.skeleton import FOOT_JOINTS
from motionmix_core.retarget import RetargetOptions, detect_mapping, to_rig
from motionmix_core.retarget.planting import runs
from tests.motions import SKELETON, about, jump, smooth_noise, walk
from tests.retarget.rigs import build_rig, evaluate, joint_places, turned
from tests.retarget.test_rig_feet import pivoting

FLAT = {"ankle": 0.056, "foot": 0.025}  # heights over the ground when the sole is flat, on the canonical foot


def spreading() -> tuple[Motion, np.ndarray]:
    """Both feet are called planted all the time while one of them slides 15 cm outwards and back."""
    motion = pivoting()
    frames = motion.num_frames
    rotations = motion.rotations.copy()
    hip = SKELETON.index("left_hip")
    swing = about("z", 0.2 * np.sin(np.linspace(0, np.pi, frames)) ** 2)
    rotations[:, hip] = quat_mul(swing, rotations[:, hip])
    return replace(motion, rotations=rotations), np.ones((frames, 4), dtype=bool)


def flickering() -> tuple[Motion, np.ndarray]:
    """A swaying walk whose labels come and go at random, in swings as in steps."""
    steady = walk(3.0)
    rng = np.random.default_rng(4)
    sway = smooth_noise(rng, steady.num_frames, 30.0, (3,)) * (0.02, 0.015, 0.02)
    contacts = foot_contacts(steady.positions(), 30.0)
    flips = np.repeat(rng.random((steady.num_frames // 3, 4)) < 0.15, 3, axis=0)
    return replace(steady, root_positions=steady.root_positions + sway), contacts ^ flips


def landing() -> tuple[Motion, np.ndarray]:
    """A jump on legs that bend while they stand, and feet that are called planted 0.1 s too early and too long."""
    motion = jump(0.3)
    contacts = foot_contacts(motion.positions(), motion.fps)
    longer = contacts.copy()
    for shift in range(1, 4):
        longer[shift:] |= contacts[:-shift]
        longer[:-shift] |= contacts[shift:]
    rng = np.random.default_rng(8)
    rotations = motion.rotations.copy()
    bend = 0.35 + 0.2 * np.tanh(smooth_noise(rng, motion.num_frames, motion.fps, (2,), 3.0)) * (1.0, 0.2)
    for side, more in zip(("left", "right"), (0.0, 0.04), strict=True):
        for part, share in (("hip", -1.0), ("knee", 2.0), ("ankle", -1.2)):
            rotations[:, SKELETON.index(f"{side}_{part}")] = about("x", share * (bend[:, 0] + more * bend[:, 1]))
    bent = replace(motion, rotations=rotations)
    sunk = bent.positions()[..., 1].min(axis=1) - motion.positions()[..., 1].min(axis=1)
    return replace(bent, root_positions=bent.root_positions - sunk[:, None] * (0.0, 1.0, 0.0)), longer


MADE = {"spreading": spreading, "flickering": flickering, "landing": landing}


@pytest.mark.parametrize("name", MADE)
@pytest.mark.parametrize("legs", [0.7, 0.85, 1.2, 1.4])
@pytest.mark.parametrize("convention", ["mixamo", "unreal"])
def test_limbs_keep_their_directions_and_feet_arent_twisted(convention: str, legs: float, name: str) -> None:
    motion, contacts = MADE[name]()
    rig = build_rig(convention, legs=legs)
    mapping = detect_mapping(rig)
    free = joint_places(rig, mapping.bones, evaluate(rig, to_rig(motion, rig, mapping)))
    poses = to_rig(motion, rig, mapping, RetargetOptions(foot_lock=True, contacts=contacts))
    places = joint_places(rig, mapping.bones, evaluate(rig, poses))
    assert turned(places, free, ("hip", "knee"), ("knee", "ankle")).max() <= 1.0
    assert turned(places, free, ("ankle", "foot")).max() <= 15.0
    assert poses.planted is not None
    for joint, mask in zip(FOOT_JOINTS, poses.planted.T, strict=True):
        for a, b in runs(mask):
            assert np.linalg.norm(places[joint][a:b] - places[joint][a], axis=-1).max() <= 0.01
            assert places[joint][a:b, 1].min() >= FLAT[joint.split("_")[1]] - 0.005


@pytest.mark.parametrize("legs", [0.7, 1.4])
def test_of_two_feet_that_cant_both_be_held_the_one_that_stands_is(legs: float) -> None:
    motion, contacts = spreading()
    rig = build_rig("mixamo", legs=legs)
    mapping = detect_mapping(rig)
    free = joint_places(rig, mapping.bones, evaluate(rig, to_rig(motion, rig, mapping)))
    # wherever the body goes, a centimetre of creep for each foot and a degree for each limb in two frames isn't enough
    leg = sum(
        np.linalg.norm(free[f"left_{a}"][0] - free[f"left_{b}"][0]) for a, b in (("hip", "knee"), ("knee", "ankle"))
    )
    apart = free["left_ankle"] - free["right_ankle"]
    assert np.linalg.norm(apart - apart[0], axis=-1).max() > 2 * 0.01 + 4 * leg * np.radians(1.0)
    planted = to_rig(motion, rig, mapping, RetargetOptions(foot_lock=True, contacts=contacts)).planted
    assert planted is not None
    assert planted[:, 2:].all()
    assert 0.1 <= planted[:, :2].mean() <= 0.9


@pytest.mark.parametrize("legs", [0.7, 1.4])
def test_a_foot_in_the_air_isnt_planted_whatever_the_labels_say(legs: float) -> None:
    motion, contacts = landing()
    rig = build_rig("mixamo", legs=legs)
    planted = to_rig(motion, rig, detect_mapping(rig), RetargetOptions(foot_lock=True, contacts=contacts)).planted
    assert planted is not None
    heights = motion.positions()[:, [SKELETON.index(joint) for joint in FOOT_JOINTS], 1]
    flying = heights[:, 1] > 0.08
    assert contacts[flying].any()
    assert not planted[flying].any()
    assert planted[~flying].all()
