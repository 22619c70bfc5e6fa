"""Checks on the real packs, run only where they are: sizes of errors, floors, sides, the way faced."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from motionmix_core.formats.canonicalise import canonicalise, fit_body
from motionmix_core.formats.cc0_pack import Cc0Pack
from motionmix_core.formats.cmu_pack import CmuPack
from motionmix_core.formats.foreign import read_motion_file
from motionmix_core.formats.humanoid import CMU, UNREAL
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import quat_angle, quat_apply
from motionmix_core.motion.skeleton import JOINT_NAMES, Skeleton
from tests.formats.foreign_files import bvh_text

EVERY = 6  # clips: a sample over all subjects that takes seconds


@pytest.fixture(scope="module")
def pack(shared_data: Path) -> CmuPack:
    return CmuPack.open(shared_data / "cmu")


@pytest.fixture(scope="module")
def sample(pack) -> list[tuple[dict, Motion, float]]:
    """(index line, canonical motion, mean joint error in metres) of every sixth clip."""
    chosen = []
    for line in pack.clips()[::EVERY]:
        source = pack.load(line)
        fit = fit_body(source.skeleton, CMU)
        motion = canonicalise(source, fit)
        theirs = source.world()[0][:, [fit.sources[name] for name in JOINT_NAMES]] * fit.scale
        hips = quat_apply(source.world()[1][:, 0], np.array([0.0, -0.05, 0.02]))
        theirs[:, 0] += hips  # our pelvis is a point rigid to CMU's hips
        error = np.linalg.norm(motion.positions() - theirs, axis=-1).mean()
        chosen.append((line, motion, float(error)))
    return chosen


def test_mean_joint_error_is_at_most_15_mm(sample):
    frames = np.array([motion.num_frames for _, motion, _ in sample])
    errors = np.array([error for _, _, error in sample])
    assert np.average(errors, weights=frames) < 0.015
    assert errors.mean() < 0.015
    assert errors.max() < 0.045  # subject 12, whose thighs are 10 cm shorter than the shins


def test_bodies_are_upright_walk_forwards_and_have_left_on_the_left(sample):
    walked = 0
    for line, motion, _ in sample:
        positions = motion.positions()
        facing = quat_apply(motion.global_rotations()[:, 0], np.array([0.0, 0.0, 1.0]))
        left = positions[:, JOINT_NAMES.index("left_hip")] - positions[:, JOINT_NAMES.index("right_hip")]
        up = positions[:, JOINT_NAMES.index("neck")] - positions[:, 0]
        assert (np.sum(np.cross(up, facing) * left, axis=-1) > 0).all()
        way = positions[-1, 0] - positions[0, 0]
        if line["cmu_description"] in ("walk", "Walking", "run", "run/jog") and np.hypot(way[0], way[2]) > 1:
            walked += 1
            heading = facing[:, (0, 2)].mean(0)
            assert heading @ way[[0, 2]] > 0.7 * np.linalg.norm(way[[0, 2]]) * np.linalg.norm(heading)
    assert walked > 5


def test_the_head_is_held_level_on_the_whole(sample):
    walks = [motion for line, motion, _ in sample if line["cmu_description"].startswith("walk")]
    head = [motion.global_rotations()[:, JOINT_NAMES.index("head")] for motion in walks]
    forward = [quat_apply(rotations, np.array([0.0, 0.0, 1.0]))[:, 1].mean() for rotations in head]
    assert abs(np.degrees(np.arcsin(np.median(forward)))) < 12


def hand_made(shared_data: Path) -> Iterator[tuple[str, Motion, np.ndarray]]:
    for folder in sorted(shared_data.glob("*_cc*")):
        pack = Cc0Pack.open(folder)
        fit = fit_body(pack.skeleton, UNREAL)
        for line in pack.clips()[::5]:
            source = pack.load(line)
            theirs = source.world()[0][:, [fit.sources[name] for name in JOINT_NAMES]] * fit.scale
            yield line["clip"], canonicalise(source, fit), theirs


def test_limbs_of_hand_made_animation_point_where_they_did(shared_data):
    count = 0
    for _, motion, theirs in hand_made(shared_data):
        ours = motion.positions()
        for side in ("left", "right"):
            for a, b in (("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"), ("elbow", "wrist")):
                i, j = JOINT_NAMES.index(f"{side}_{a}"), JOINT_NAMES.index(f"{side}_{b}")
                u, v = ours[:, j] - ours[:, i], theirs[:, j] - theirs[:, i]
                cosine = np.sum(u * v, -1) / np.linalg.norm(u, axis=-1) / np.linalg.norm(v, axis=-1)
                assert cosine.min() > 0.9999
        ankles = [JOINT_NAMES.index("left_ankle"), JOINT_NAMES.index("right_ankle")]
        assert np.linalg.norm(ours[:, ankles] - theirs[:, ankles], axis=-1).mean() < 0.03
        count += 1
    assert count > 20


def test_the_packs_motion_written_as_cgspeed_writes_it_reads_back(pack, tmp_path):
    """MotionBuilder BVH of cgspeed: T-pose first, CMU units, and the bones of thorax and wrist lost in conversion."""
    line = next(line for line in pack.clips() if line["clip"] == "cmu/13_11")
    source = pack.load(line)
    expected = canonicalise(source, CMU)
    names = source.skeleton.names
    offsets = source.skeleton.offsets.copy()
    for name in ("Neck", "LeftShoulder", "RightShoulder", "LeftFingerBase", "LThumb", "RightFingerBase", "RThumb"):
        offsets[names.index(name)] = 0.0
    t_pose = np.array([CMU.t_pose.get(name, (1.0, 0, 0, 0)) for name in names])
    lossy = Skeleton(names, source.skeleton.parents, offsets)
    rotations = np.concatenate((t_pose[None], source.rotations))
    root = np.concatenate((source.root_positions[:1], source.root_positions))
    path = tmp_path / "13_11.bvh"
    path.write_text(bvh_text(type(source)(lossy, root, rotations, 30.0), ["ZYX"], 0.45 / 0.0254))
    read = read_motion_file(path)
    assert read.scheme == "CMU"
    assert read.motion.num_frames == expected.num_frames
    assert np.abs(read.motion.positions() - expected.positions()).max() < 0.02
    limbs = [JOINT_NAMES.index(f"{side}_{part}") for side in ("left", "right")
             for part in ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")]  # fmt: skip
    angle = quat_angle(read.motion.global_rotations()[:, limbs], expected.global_rotations()[:, limbs])
    assert np.degrees(angle.max()) < 1.0
