"""Whole files of others onto the canonical skeleton: naming schemes, T-poses in front, rests of all kinds, axes."""

from __future__ import annotations

import numpy as np
import pytest

from motionmix_core.errors import DataError
from motionmix_core.formats.foreign import read_motion_file
from motionmix_core.formats.humanoid import split_side
from motionmix_core.formats.motion_npz import save_motion
from motionmix_core.formats.source import SourceMotion
from motionmix_core.motion.motion import Motion, concatenate
from motionmix_core.motion.rotations import quat_angle, quat_between
from motionmix_core.motion.skeleton import JOINT_NAMES, Skeleton, leg_length
from tests import motions
from tests.formats.foreign_files import bvh_text, cmu_source, rested, source_of

# canonical part -> name, `{}` being the side; both sides are spelled out by names_of
SCHEMES = {
    "Mixamo": ("mixamorig:{}", "Left", "Right", {
        "pelvis": "Hips", "spine1": "Spine", "spine2": "Spine1", "spine3": "Spine2", "neck": "Neck", "head": "Head",
        "hip": "{}UpLeg", "knee": "{}Leg", "ankle": "{}Foot", "foot": "{}ToeBase", "collar": "{}Shoulder",
        "shoulder": "{}Arm", "elbow": "{}ForeArm", "wrist": "{}Hand"}),
    "Unreal": ("{}", "l", "r", {
        "pelvis": "pelvis", "spine1": "spine_01", "spine2": "spine_02", "spine3": "spine_03", "neck": "neck_01",
        "head": "head", "hip": "thigh_{}", "knee": "calf_{}", "ankle": "foot_{}", "foot": "ball_{}",
        "collar": "clavicle_{}", "shoulder": "upperarm_{}", "elbow": "lowerarm_{}", "wrist": "hand_{}"}),
    "Daz": ("{}", "l", "r", {
        "pelvis": "hip", "spine1": "abdomen", "spine2": "waist", "spine3": "chest", "neck": "neck", "head": "head",
        "hip": "{}Thigh", "knee": "{}Shin", "ankle": "{}Foot", "foot": "{}Toe", "collar": "{}Collar",
        "shoulder": "{}Shldr", "elbow": "{}ForeArm", "wrist": "{}Hand"}),
    "SMPL": ("{}", "L", "R", {
        "pelvis": "Pelvis", "spine1": "Spine1", "spine2": "Spine2", "spine3": "Spine3", "neck": "Neck", "head": "Head",
        "hip": "{}_Hip", "knee": "{}_Knee", "ankle": "{}_Ankle", "foot": "{}_Foot", "collar": "{}_Collar",
        "shoulder": "{}_Shoulder", "elbow": "{}_Elbow", "wrist": "{}_Wrist"}),
    "3ds Max": ("Bip01_{}", "L", "R", {
        "pelvis": "Pelvis", "spine1": "Spine", "spine2": "Spine1", "spine3": "Spine2", "neck": "Neck", "head": "Head",
        "hip": "{}_Thigh", "knee": "{}_Calf", "ankle": "{}_Foot", "foot": "{}_Toe0", "collar": "{}_Clavicle",
        "shoulder": "{}_UpperArm", "elbow": "{}_Forearm", "wrist": "{}_Hand"}),
    "Bandai": ("{}", "L", "R", {
        "pelvis": "Hips", "spine1": "Spine", "spine2": "Spine2", "spine3": "Chest", "neck": "Neck", "head": "Head",
        "hip": "UpperLeg_{}", "knee": "LowerLeg_{}", "ankle": "Foot_{}", "foot": "Toes_{}", "collar": "Shoulder_{}",
        "shoulder": "UpperArm_{}", "elbow": "LowerArm_{}", "wrist": "Hand_{}"}),
    "Biovision": ("{}", "Left", "Right", {
        "pelvis": "Hips", "spine1": "Chest", "spine2": "Chest2", "spine3": "Chest3", "neck": "Neck", "head": "Head",
        "hip": "{}Hip", "knee": "{}Knee", "ankle": "{}Ankle", "foot": "{}Toe", "collar": "{}Collar",
        "shoulder": "{}Shoulder", "elbow": "{}Elbow", "wrist": "{}Wrist"}),
}  # fmt: skip


def names_of(scheme: str) -> dict[str, str]:
    prefix, left, right, table = SCHEMES[scheme]
    names = {}
    for part, name in table.items():
        if "{}" in name:
            for side, word in (("left", left), ("right", right)):
                names[f"{side}_{part}"] = prefix.format(name.format(word))
        else:
            names[part] = prefix.format(name)
    return names


def assert_same_motion(ours: Motion, theirs: Motion, metres: float = 1e-4, degrees: float = 0.02) -> None:
    assert ours.num_frames == theirs.num_frames
    assert np.abs(ours.positions() - theirs.positions()).max() < metres
    assert np.degrees(quat_angle(ours.global_rotations(), theirs.global_rotations()).max()) < degrees


@pytest.mark.parametrize("scheme", SCHEMES)
def test_known_naming_schemes_come_over_exactly(rng, tmp_path, scheme):
    motion = motions.random_motion(rng)
    path = tmp_path / f"{scheme}.bvh"
    path.write_text(bvh_text(rested(motion, {}, names_of(scheme)), ["ZYX", "XYZ"]))
    assert_same_motion(read_motion_file(path).motion, motion)


def test_sides_are_read_from_every_place_in_a_name():
    left = ("LeftArm", "left_arm", "arm.L", "Arm_l", "lArm", "L_Arm", "l-arm", "armLeft", "rig:LeftArm", "DEF-arm.L")
    assert [split_side(name) for name in left] == [("left", "arm")] * len(left)
    for name, expected in {"leg": ("", "leg"), "Root": ("", "root"), "Lowerback": ("", "lowerback"),
                           "rThigh": ("right", "thigh"), "LowerLeg_R": ("right", "lowerleg")}.items():  # fmt: skip
        assert split_side(name) == expected


def test_something_that_is_no_person_names_what_it_lacks(tmp_path):
    skeleton = Skeleton(("root", "tail", "tail2"), (-1, 0, 1), np.array([[0, 0, 0], [0, 1, 0], [0, 1, 0.0]]))
    source = SourceMotion(skeleton, np.zeros((4, 3)), np.tile([1.0, 0, 0, 0], (4, 3, 1)), 30.0)
    path = tmp_path / "cat.bvh"
    path.write_text(bvh_text(source))
    with pytest.raises(DataError, match=r"cat\.bvh: no humanoid.*left_hip.*right_wrist"):
        read_motion_file(path)


def test_a_t_pose_in_front_is_cut_off_and_used(rng, tmp_path):
    """cgspeed's CMU files: the rest pose has spread legs, and frame 0 is a T-pose that isn't part of the trial."""
    motion = motions.walk()
    with_t_pose = concatenate([motions.rest(1), motion])
    path = tmp_path / "02_01.bvh"
    path.write_text(bvh_text(cmu_source(with_t_pose), ["ZYX"], 1 / 0.0564444))
    read = read_motion_file(path)
    assert read.scheme == "CMU"
    assert_same_motion(read.motion, motion, degrees=0.1)


def test_a_ramp_after_the_t_pose_goes_too(tmp_path):
    """cgspeed's Daz files blend from the T-pose into the motion over 10 frames at 120 fps."""
    motion = motions.walk(seconds=2.0, fps=120.0)
    ramp = Motion(motion.skeleton, *_blend(motions.rest(1, 120.0), motion, 10), 120.0)
    path = tmp_path / "daz.bvh"
    path.write_text(bvh_text(rested(concatenate([ramp, motion]), {}, names_of("Daz"))))
    read = read_motion_file(path)
    assert abs(read.motion.num_frames - motion.num_frames) <= 1
    first = read.motion.positions()[0] - read.motion.root_positions[0]
    assert np.abs(first - (motion.positions()[0] - motion.root_positions[0])).max() < 0.02


def _blend(a: Motion, b: Motion, frames: int) -> tuple[np.ndarray, np.ndarray]:
    t = np.arange(frames)[:, None] / frames
    root = a.root_positions[0] * (1 - t) + b.root_positions[0] * t
    rotations = a.rotations[0] * (1 - t[..., None]) + b.rotations[0] * t[..., None]
    return root, rotations / np.linalg.norm(rotations, axis=-1, keepdims=True)


def test_a_motion_that_starts_in_a_t_pose_keeps_it(tmp_path):
    motion = motions.turn_in_place()
    path = tmp_path / "turn.bvh"
    path.write_text(bvh_text(source_of(motion)))
    assert_same_motion(read_motion_file(path).motion, motion)


def test_bones_that_all_lie_along_x_at_rest(tmp_path):
    """Bandai's files: no rest pose to go by, so the standing frames say what upright is."""
    motion = concatenate([motions.rest(5), motions.walk()])
    along_x = {
        name: quat_between(motions.SKELETON.offsets[child], np.array([1.0, 0, 0]))
        for name, child in ((name, _first_child(name)) for name in JOINT_NAMES) if child is not None
    }  # fmt: skip
    path = tmp_path / "x.bvh"
    path.write_text(bvh_text(rested(motion, along_x, names_of("Bandai"))))
    assert_same_motion(read_motion_file(path).motion, motion, metres=2e-3, degrees=0.5)


def _first_child(name: str) -> int | None:
    parents = motions.SKELETON.parents
    return next((child for child, parent in enumerate(parents) if parent == JOINT_NAMES.index(name)), None)


def test_z_up_files_are_stood_up(rng, tmp_path):
    motion = motions.random_motion(rng)
    lie = np.array([np.sqrt(0.5), np.sqrt(0.5), 0.0, 0.0])
    path = tmp_path / "zup.bvh"
    path.write_text(bvh_text(rested(motion, {}, names_of("Mixamo")).turned(lie)))
    read = read_motion_file(path)
    assert any("Z up" in note for note in read.notes)
    assert_same_motion(read.motion, motion)


def test_units_do_not_matter(rng, tmp_path):
    motion = motions.random_motion(rng)
    for number, units in enumerate((1.0, 100.0, 1000.0, 39.37, 17.7)):
        path = tmp_path / f"{number}.bvh"
        path.write_text(bvh_text(source_of(motion), units_per_metre=units))
        assert_same_motion(read_motion_file(path).motion, motion, metres=1e-3)


def test_frames_are_picked_when_there_are_far_more_than_wanted(tmp_path):
    motion = motions.walk(seconds=2.0, fps=120.0)
    path = tmp_path / "fast.bvh"
    path.write_text(bvh_text(source_of(motion)))
    read = read_motion_file(path, fps=30.0)
    assert read.motion.fps == 30.0
    picked = Motion(motion.skeleton, motion.root_positions[::4], motion.rotations[::4], 30.0)
    assert_same_motion(read.motion, picked)
    halved = read_motion_file(path, fps=30.0, rate_factor=0.5)
    assert halved.motion.seconds == pytest.approx(4.0, abs=0.05)


def test_a_small_body_is_scaled_by_its_legs(tmp_path):
    motion = motions.walk()
    small = source_of(motion).scaled(0.8)
    path = tmp_path / "child.bvh"
    path.write_text(bvh_text(small))
    carried = read_motion_file(path).motion
    assert leg_length(carried.skeleton) == leg_length(motion.skeleton)
    assert_same_motion(carried, motion)


def test_our_own_npz_files_come_back(rng, tmp_path):
    motion = motions.random_motion(rng)
    save_motion(tmp_path / "a.npz", motion)
    read = read_motion_file(tmp_path / "a.npz")
    assert read.kind == "motionmix"
    assert_same_motion(read.motion, motion)


def test_other_kinds_of_files_are_refused(tmp_path):
    path = tmp_path / "walk.fbx"
    path.write_bytes(b"Kaydara")
    with pytest.raises(DataError, match=r"walk\.fbx.*\.bvh and \.npz"):
        read_motion_file(path)


def test_a_lone_array_with_an_archives_name_is_named(tmp_path):
    np.save(tmp_path / "a.npy", np.zeros(3))
    (tmp_path / "a.npy").rename(tmp_path / "a.npz")
    with pytest.raises(DataError, match="a.npz"):
        read_motion_file(tmp_path / "a.npz")
