"""Real bone tables and real mocap, where they lie beside the repository."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from motionmix_core.formats.canonicalise import canonicalise
from motionmix_core.formats.cmu_pack import CmuPack
from motionmix_core.formats.humanoid import CMU
from motionmix_core.motion.contacts import foot_contacts
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import quat_angle
from motionmix_core.motion.skeleton import FOOT_JOINTS
from motionmix_core.retarget import RetargetOptions, RigDescription, detect_mapping, from_rig, to_rig
from motionmix_core.retarget.foot_lock import lock_feet
from motionmix_core.retarget.planting import runs, tidy_contacts
from tests.motions import SKELETON
from tests.retarget.rigs import CORE_FROM_BLENDER, NINE, build_rig, evaluate, joint_places, turned

FLAT = {"ankle": 0.056, "foot": 0.025}  # heights over the ground when the sole is flat, on the canonical foot
TABLES = {"mpfb_default": "mpfb", "mpfb_mixamo": "mixamo", "mpfb_game_engine": "unreal", "mpfb_cmu_mb": "cmu_bvh"}


def read_table(path: Path) -> RigDescription:
    """A table of heads, tails and rolls as an armature, with Blender's rule for a bone's axes."""
    bones = json.loads(path.read_text(encoding="utf-8"))["bones"]
    names = [bone["name"] for bone in bones]
    heads, tails = (np.array([bone[end] for bone in bones], dtype=float) for end in ("head", "tail"))
    rest = np.tile(np.eye(4), (len(bones), 1, 1))
    for index, bone in enumerate(bones):
        x, y, z = (tails[index] - heads[index]) / np.linalg.norm(tails[index] - heads[index])
        axis = np.array([x, y, z])
        if 1 + y < 1e-6:
            turn = np.diag([-1.0, -1.0, 1.0])
        else:
            turn = np.array([[1 - x * x / (1 + y), x, -x * z / (1 + y)], [-x, y, -z],
                             [-x * z / (1 + y), z, 1 - z * z / (1 + y)]])  # fmt: skip
        cross = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
        roll = float(bone["roll"])
        rest[index, :3, :3] = (np.eye(3) + np.sin(roll) * cross + (1 - np.cos(roll)) * cross @ cross) @ turn
        rest[index, :3, 3] = heads[index]
    parents = tuple(names.index(bone["parent"]) if bone["parent"] else -1 for bone in bones)
    return RigDescription(path.stem, tuple(names), parents, rest, CORE_FROM_BLENDER, tails)


@pytest.fixture(scope="module")
def real_clips(shared_data: Path) -> list[Motion]:
    """Some seconds each of training clips that differ: walking, dancing, climbing, lying down."""
    pack = CmuPack.open(shared_data / "cmu")
    whole = [line for line in pack.clips() if not line.get("broken_spans_s") and line["frames"] > 60]
    lines = [line for line in whole if line["split"] == "train"][7::30]
    motions = [canonicalise(pack.load(line), CMU) for line in lines]
    assert len(motions) >= 8
    return [motion.crop(0, min(motion.num_frames, 240)).canonicalised() for motion in motions]


@pytest.mark.parametrize("table", TABLES)
def test_real_tables_are_detected_and_give_every_motion_back(
    table: str, real_clips: list[Motion], shared_data: Path
) -> None:
    rig = read_table(shared_data.parent / "rigs" / f"{table}.json")
    mapping = detect_mapping(rig)
    assert mapping.scheme == TABLES[table]
    assert mapping.usable
    errors, roots = [], []
    for motion in real_clips:
        back = from_rig(rig, mapping, evaluate(rig, to_rig(motion, rig, mapping)), motion.fps)
        errors.append(np.degrees(quat_angle(back.rotations, motion.rotations)).mean())
        roots.append(np.linalg.norm(back.root_positions - motion.root_positions, axis=-1).mean())
    assert np.mean(errors) <= 0.5
    assert np.mean(roots) <= 2e-3


@pytest.mark.parametrize("table", TABLES)
def test_feet_stand_on_real_tables(table: str, real_clips: list[Motion], shared_data: Path) -> None:
    rig = read_table(shared_data.parent / "rigs" / f"{table}.json")
    mapping = detect_mapping(rig)
    resting = joint_places(rig, mapping.bones, rig.rest[None])
    for motion in real_clips:
        poses = to_rig(motion, rig, mapping, RetargetOptions(foot_lock=True))
        places = joint_places(rig, mapping.bones, evaluate(rig, poses))
        assert poses.planted is not None
        for joint, mask in zip(FOOT_JOINTS, poses.planted.T, strict=True):
            for a, b in runs(mask):
                assert np.linalg.norm(places[joint][a:b] - places[joint][a], axis=-1).max() <= 0.01
                assert places[joint][a:b, 1].min() >= resting[joint][0, 1] - 0.01


@pytest.mark.parametrize("legs", [0.7, 0.85, 1.2, 1.4])
def test_legs_of_real_clips_keep_their_directions_under_foot_lock(legs: float, real_clips: list[Motion]) -> None:
    """Within a degree in every frame; feet that stand on the motion's own body are all held, of captured ones most."""
    rig = build_rig("smpl", legs=legs)
    mapping = detect_mapping(rig)
    asked, held = 0, 0
    for captured in real_clips:
        contacts = foot_contacts(captured.positions(), captured.fps)
        for motion in (lock_feet(captured, contacts), captured):
            poses = to_rig(motion, rig, mapping, RetargetOptions(foot_lock=True, contacts=contacts))
            places = joint_places(rig, mapping.bones, evaluate(rig, poses))
            wanted = dict(zip(SKELETON.names, motion.positions().swapaxes(0, 1), strict=True))
            assert turned(places, wanted, ("hip", "knee"), ("knee", "ankle")).max() <= 1.05
            assert poses.planted is not None
            tidy = tidy_contacts(contacts, motion.fps)
            assert motion is captured or (poses.planted == tidy).all()
            for joint, mask in zip(FOOT_JOINTS, poses.planted.T, strict=True):
                for a, b in runs(mask):
                    assert np.linalg.norm(places[joint][a:b] - places[joint][a], axis=-1).max() <= 0.01
                    assert places[joint][a:b, 1].min() >= FLAT[joint.split("_")[1]] - 0.005
        asked, held = asked + tidy.sum(), held + poses.planted.sum()
    assert held >= 0.85 * asked


@pytest.mark.parametrize("convention", NINE)
def test_real_clips_on_the_nine_conventions(convention: str, real_clips: list[Motion]) -> None:
    rig = build_rig(convention)
    mapping = detect_mapping(rig)
    places_off, turned, roots = [], [], []
    for motion in real_clips:
        matrices = evaluate(rig, to_rig(motion, rig, mapping))
        wanted = motion.positions()
        for joint, places in joint_places(rig, mapping.bones, matrices).items():
            places_off.append(np.linalg.norm(places - wanted[:, SKELETON.index(joint)], axis=-1).mean())
        back = from_rig(rig, mapping, matrices, motion.fps)
        turned.append(np.degrees(quat_angle(back.rotations, motion.rotations)).mean())
        roots.append(np.linalg.norm(back.root_positions - motion.root_positions, axis=-1).mean())
    assert np.mean(places_off) <= 1e-3
    assert np.mean(turned) <= 0.5
    assert np.mean(roots) <= 2e-3
