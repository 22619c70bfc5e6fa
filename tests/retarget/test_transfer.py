"""Motion onto rigs and back: exact, whatever the bones' axes, the rest pose, the object's transform or the spine."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motionmix_core.errors import RigError
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import axis_angle_to_quat, quat_angle, quat_mul, quat_to_matrix
from motionmix_core.retarget import RetargetOptions, RigDescription, detect_mapping, from_rig, to_rig
from motionmix_core.retarget.rig import RigPoses
from tests.motions import SKELETON, jump, random_motion, rest, turn_in_place, walk
from tests.retarget.naming import NAMINGS
from tests.retarget.rigs import (
    CORE_FROM_BLENDER,
    NINE,
    REST_POSES,
    build_rig,
    core_heads,
    evaluate,
    joint_places,
    turn_x,
)


def clips() -> list[Motion]:
    """Motions of all kinds, with twist in every joint."""
    rng = np.random.default_rng(11)
    return [walk(1.5), jump(), turn_in_place(1.0), random_motion(rng, 1.0), random_motion(rng, 0.7, amplitude=1.0)]


def place_error(rig: RigDescription, motion: Motion, poses: RigPoses) -> float:
    """Mean distance of the rig's joints from the motion's, metres."""
    mapping = detect_mapping(rig)
    places = joint_places(rig, mapping.bones, evaluate(rig, poses))
    wanted = motion.positions()
    return float(np.mean([np.linalg.norm(p - wanted[:, SKELETON.index(j)], axis=-1).mean() for j, p in places.items()]))


@pytest.mark.parametrize("rest_pose", [None, *REST_POSES])
@pytest.mark.parametrize("convention", NINE)
def test_joints_arrive_where_they_should(convention: str, rest_pose: str | None) -> None:
    rig = build_rig(convention, rest=rest_pose)
    mapping = detect_mapping(rig)
    errors = [place_error(rig, motion, to_rig(motion, rig, mapping)) for motion in clips()]
    # two bones for a spine of three can't follow every bend; all others are exact
    assert np.mean(errors[:3]) <= 1e-3
    if len(mapping.bones["spine"]) >= 3:
        assert max(errors) <= 1e-3


@pytest.mark.parametrize("naming", NAMINGS)
def test_there_and_back_is_the_same_motion(naming: str) -> None:
    rig = build_rig(naming, rest="A")
    mapping = detect_mapping(rig)
    known = [SKELETON.index(slot) for slot in mapping.bones if slot in SKELETON.names]
    full_spine = len(mapping.bones["spine"]) >= 3
    joints = [*known, *(SKELETON.index(name) for name in ("spine1", "spine2", "spine3") if full_spine)]
    for motion in clips():
        back = from_rig(rig, mapping, evaluate(rig, to_rig(motion, rig, mapping)), motion.fps)
        np.testing.assert_allclose(back.root_positions, motion.root_positions, atol=2e-3)
        world = np.degrees(quat_angle(back.global_rotations(), motion.global_rotations()))
        assert world[:, joints].max() <= 0.5


@pytest.mark.parametrize("naming", NAMINGS)
def test_there_and_back_with_what_the_rig_cannot_show_is_the_whole_motion(naming: str) -> None:
    """Toes that a rig lacks and the third bend of a spine of two bones are kept beside the poses."""
    rig = build_rig(naming, rest="A")
    mapping = detect_mapping(rig)
    for motion in clips():
        poses = to_rig(motion, rig, mapping, RetargetOptions(placement="world"))
        back = from_rig(
            rig, mapping, evaluate(rig, poses), motion.fps, RetargetOptions(placement="world"), untold=poses.untold
        )
        assert np.degrees(quat_angle(back.rotations, motion.rotations)).max() <= 0.01
        np.testing.assert_allclose(back.root_positions, motion.root_positions, atol=1e-4)
    complete = len(mapping.bones["spine"]) >= 3 and {"left_foot", "neck"} <= set(mapping.bones)
    assert (poses.untold is None) == complete


def test_what_a_rig_cannot_show_is_forgotten_where_the_pose_was_changed() -> None:
    rig = build_rig("daz_bvh")
    mapping = detect_mapping(rig)
    motion = random_motion(np.random.default_rng(2), 1.0, amplitude=0.4)
    poses = to_rig(motion, rig, mapping)
    assert poses.untold is not None
    assert set(poses.untold.joints) == {"spine1", "spine2", "left_foot", "right_foot"}
    foot = poses.rotations["lFoot"].copy()
    foot[10:] = quat_mul(foot[10:], axis_angle_to_quat(np.array([0.2, 0.0, 0.0])))
    changed = replace(poses, rotations={**poses.rotations, "lFoot": foot})
    back = from_rig(rig, mapping, evaluate(rig, changed), motion.fps, untold=poses.untold)
    off = np.degrees(quat_angle(back.rotations, motion.rotations))
    left, right = SKELETON.index("left_foot"), SKELETON.index("right_foot")
    assert off[:10, left].max() < 0.01
    assert off[:, right].max() < 0.01
    np.testing.assert_allclose(np.abs(back.rotations[10:, left, 0]), 1.0, atol=1e-6)  # in line with the foot


@pytest.mark.parametrize("naming", ["auto_rig_pro", "mmd_japanese", "daz_bvh"])
def test_a_short_spine_gives_back_the_bend_it_can_hold(naming: str) -> None:
    rig = build_rig(naming)
    mapping = detect_mapping(rig)
    motion = rest(30)
    rotations = motion.rotations.copy()
    bend = axis_angle_to_quat(np.linspace(0, 0.25, 30)[:, None] * np.array([1.0, 0.3, 0.2]))
    for joint in ("spine1", "spine2", "spine3"):  # a back bent evenly
        rotations[:, SKELETON.index(joint)] = bend
    motion = replace(motion, rotations=rotations)
    back = from_rig(rig, mapping, evaluate(rig, to_rig(motion, rig, mapping)), motion.fps)
    assert np.degrees(quat_angle(back.rotations, motion.rotations)).max() <= 3.0
    assert np.degrees(quat_angle(back.rotations, motion.rotations)).mean() <= 0.5


@pytest.mark.parametrize("convention", NINE)
def test_the_objects_transform_does_not_change_the_keys(convention: str) -> None:
    rig = build_rig(convention)
    mapping = detect_mapping(rig)
    moved = np.eye(4)
    moved[:3, :3] = 2.5 * quat_to_matrix(axis_angle_to_quat(np.array([0.3, 1.1, -0.4])))
    moved[:3, 3] = (4.0, -1.0, 2.0)
    motion = clips()[3]
    plain, turned = to_rig(motion, rig, mapping), to_rig(motion, replace(rig, world=moved @ rig.world), mapping)
    for bone, rotation in plain.rotations.items():
        np.testing.assert_allclose(turned.rotations[bone], rotation, atol=1e-9)
    for bone, place in plain.locations.items():
        np.testing.assert_allclose(turned.locations[bone], place, atol=1e-9)


def test_an_uneven_scale_does_not_change_the_keys() -> None:
    rig = build_rig("vroid")
    mapping = detect_mapping(rig)
    motion = clips()[3]
    uneven = to_rig(motion, replace(rig, world=np.diag([1.0, 1.3, 0.8, 1.0]) @ rig.world), mapping)
    for bone, rotation in to_rig(motion, rig, mapping).rotations.items():
        np.testing.assert_allclose(uneven.rotations[bone], rotation, atol=1e-9)


def test_the_rest_pose_is_the_canonical_t_pose_of_a_t_posed_rig() -> None:
    for convention in ("mixamo", "vroid", "smpl", "cmu_bvh"):
        rig = build_rig(convention)
        poses = to_rig(rest(3), rig, detect_mapping(rig))
        for rotation in poses.rotations.values():
            np.testing.assert_allclose(rotation, np.tile([1.0, 0, 0, 0], (3, 1)), atol=1e-6)
        for place in poses.locations.values():
            np.testing.assert_allclose(place, 0.0, atol=1e-6)


def test_motion_starts_where_the_rig_stands_and_looks() -> None:
    """A rig drawn facing +X beside its origin: the walk goes that way, from there."""
    rig = build_rig("unreal4")
    quarter = np.array(
        [[0.0, -1, 0, 30], [1, 0, 0, 70], [0, 0, 1, 0], [0, 0, 0, 1]]
    )  # turned about Z, moved; object axes
    rig = replace(rig, rest=quarter @ rig.rest, tails=rig.tails @ quarter[:3, :3].T + quarter[:3, 3])
    motion = walk(2.0)
    heads = core_heads(rig, evaluate(rig, to_rig(motion, rig, detect_mapping(rig))))
    way = heads["pelvis"][-1] - heads["pelvis"][0]
    ahead = rig.world[:3, :3] @ quarter[:3, :3] @ [0.0, -1.0, 0.0]
    np.testing.assert_allclose(way, ahead * np.linalg.norm(way) / np.linalg.norm(ahead), atol=0.02)
    start = rig.world[:3, :3] @ quarter[:3, 3] + rig.world[:3, 3]
    np.testing.assert_allclose(heads["pelvis"][0, [0, 2]], start[[0, 2]], atol=0.05)


def test_world_placement_is_absolute() -> None:
    rig = build_rig("rigify_metarig")
    moved = np.eye(4)
    c, s = np.cos(0.7), np.sin(0.7)
    moved[:3, :3] = [[c, 0, s], [0, 1, 0], [-s, 0, c]]
    moved[:3, 3] = (3.0, 0.0, -2.0)
    rig = replace(rig, world=moved @ rig.world)
    motion, options = walk(1.0), RetargetOptions(placement="world")
    mapping = detect_mapping(rig)
    poses = to_rig(motion, rig, mapping, options)
    assert place_error(rig, motion, poses) < 1e-3
    back = from_rig(rig, mapping, evaluate(rig, poses), motion.fps, options)
    np.testing.assert_allclose(back.positions(), motion.positions(), atol=2e-3)


@pytest.mark.parametrize("legs", [0.7, 1.4])
def test_travel_follows_the_length_of_the_legs(legs: float) -> None:
    rig = build_rig("mixamo", legs=legs)
    motion = walk(2.0)
    hips = core_heads(rig, evaluate(rig, to_rig(motion, rig, detect_mapping(rig))))["mixamorig:Hips"]
    travel = np.ptp(motion.root_positions[:, 2])
    assert np.ptp(hips[:, 2]) == pytest.approx(legs * travel, rel=1e-3)


@pytest.mark.parametrize("convention", ["unreal", "vroid"])
def test_travel_on_the_root_bone_moves_the_body_alike(convention: str) -> None:
    rig = build_rig(convention)
    mapping = detect_mapping(rig)
    motion = turn_in_place(1.0).transformed(0.4, (0.0, 0.0, 0.0))
    motion = replace(motion, root_positions=motion.root_positions + np.linspace(0, 1, motion.num_frames)[:, None])
    by_hips, by_root = (evaluate(rig, to_rig(motion, rig, mapping, RetargetOptions(root=r))) for r in ("hips", "root"))
    body = [rig.index(bone) for slot, bones in mapping.bones.items() if slot != "root" for bone in bones]
    np.testing.assert_allclose(by_root[:, body], by_hips[:, body], atol=1e-6 * np.abs(by_hips[..., 3]).max() + 1e-9)
    root = mapping.bones["root"][0]
    ground = core_heads(rig, by_root)[root]
    np.testing.assert_allclose(ground[:, 1], ground[0, 1], atol=1e-6)
    np.testing.assert_allclose(ground[-1, [0, 2]] - ground[0, [0, 2]], [1.0, 1.0], atol=0.02)


def test_in_place_holds_the_body_over_its_spot_but_lets_it_bob() -> None:
    rig = build_rig("mixamo")
    motion = walk(2.0)
    bob = motion.root_positions + np.array([0, 0.03, 0]) * np.sin(np.arange(motion.num_frames) / 3)[:, None]
    motion = replace(motion, root_positions=bob)
    poses = to_rig(motion, rig, detect_mapping(rig), RetargetOptions(root="in_place"))
    hips = core_heads(rig, evaluate(rig, poses))["mixamorig:Hips"]
    assert np.ptp(hips[:, [0, 2]], axis=0).max() < 1e-6
    assert np.ptp(hips[:, 1]) == pytest.approx(np.ptp(bob[:, 1]), rel=1e-3)


def test_a_t_pose_given_by_hand_counts_as_the_t_pose() -> None:
    """Someone poses an oddly drawn rig into a T-pose: that pose then stands for the canonical rest."""
    rig = build_rig("rigify_metarig", rest="bent_elbows")
    mapping = detect_mapping(rig)
    given = evaluate(rig, to_rig(rest(1), rig, mapping))[0]
    options = RetargetOptions(reference=given)
    motion = clips()[3]
    poses = to_rig(motion, rig, mapping, options)
    assert place_error(rig, motion, poses) < 1e-3
    back = from_rig(rig, mapping, evaluate(rig, poses), motion.fps, options)
    assert np.degrees(quat_angle(back.rotations, motion.rotations)).max() < 0.5


@pytest.mark.parametrize("convention", ["mixamo", "unreal", "rigify_metarig"])
def test_other_proportions_keep_every_limb_direction(convention: str) -> None:
    motion = clips()[3]
    wanted = motion.positions()
    for legs, arms in ((0.7, 1.4), (1.4, 0.7)):
        rig = build_rig(convention, legs=legs, arms=arms)
        mapping = detect_mapping(rig)
        places = joint_places(rig, mapping.bones, evaluate(rig, to_rig(motion, rig, mapping)))
        for side in ("left", "right"):
            for a, b in (("shoulder", "elbow"), ("elbow", "wrist"), ("hip", "knee"), ("knee", "ankle")):
                seen = places[f"{side}_{b}"] - places[f"{side}_{a}"]
                asked = wanted[:, SKELETON.index(f"{side}_{b}")] - wanted[:, SKELETON.index(f"{side}_{a}")]
                cosine = np.sum(seen * asked, -1) / np.linalg.norm(seen, axis=-1) / np.linalg.norm(asked, axis=-1)
                assert np.degrees(np.arccos(np.clip(cosine, -1, 1))).max() <= 1.0


def test_fingers_twist_and_face_are_left_alone() -> None:
    rig = build_rig("unreal")
    poses = to_rig(walk(1.0), rig, detect_mapping(rig))
    assert not {bone for bone in poses.rotations if "twist" in bone or "index" in bone or "ik_" in bone}


def test_a_rig_from_the_shared_tables_keeps_its_own_stance() -> None:
    """Feet that are drawn flat on the ground stay flat: a T-pose leaves them as they are but for their heading."""
    rig = build_rig("rigify_metarig", rest="A")
    foot = rig.index("foot.L")
    steeper = rig.rest.copy()
    steeper[rig.index("toe.L"), 2, 3] -= 0.02  # another instep
    rig = replace(rig, rest=steeper)
    matrices = evaluate(rig, to_rig(rest(1), rig, detect_mapping(rig)))
    up = rig.world[:3, :3] @ matrices[0, foot, :3, :3] @ np.linalg.inv(rig.rest[foot, :3, :3]) @ [0, 0, 1.0]
    np.testing.assert_allclose(up, [0, 1, 0], atol=1e-6)


def bad_rigs() -> list[tuple[str, RigDescription]]:
    rig = build_rig("rigify_metarig")
    flat = rig.rest.copy()
    flat[3, :3, :3] = 0.0
    mirror, nothing = rig.world.copy(), rig.world.copy()
    mirror[0] *= -1
    nothing[:3, :3] = 0.0
    return [
        ("no length", replace(rig, rest=flat)),
        ("negative scale", replace(rig, world=mirror)),
        ("scale of zero", replace(rig, world=nothing)),
    ]


@pytest.mark.parametrize(("words", "rig"), bad_rigs(), ids=[words for words, _ in bad_rigs()])
def test_a_rig_that_cannot_carry_a_body_is_refused_with_a_reason(words: str, rig: RigDescription) -> None:
    mapping = detect_mapping(build_rig("rigify_metarig"))
    with pytest.raises(RigError, match=words) as caught:
        to_rig(walk(0.5), rig, mapping)
    assert "Rig" in str(caught.value)


def test_nan_no_bones_and_loops_are_refused() -> None:
    rig = build_rig("rigify_metarig")
    broken = rig.rest.copy()
    broken[0, 0, 0] = np.nan
    with pytest.raises(RigError, match="aren't numbers"):
        replace(rig, rest=broken)
    with pytest.raises(RigError, match="no bones"):
        RigDescription("Empty", (), (), np.zeros((0, 4, 4)))
    with pytest.raises(RigError, match="loop"):
        RigDescription("Ring", ("a", "b"), (1, 0), np.tile(np.eye(4), (2, 1, 1)))
    poses = np.tile(rig.rest, (4, 1, 1, 1))
    poses[2, rig.index("shin.L")] = np.nan
    with pytest.raises(RigError, match=r"shin\.L.*frame 2"):
        from_rig(rig, detect_mapping(rig), poses, 30.0)


def test_an_incomplete_or_doubled_mapping_is_refused() -> None:
    rig = build_rig("rigify_metarig")
    mapping = detect_mapping(rig)
    with pytest.raises(RigError, match="left_hip"):
        to_rig(walk(0.5), rig, mapping.with_bone("left_hip", ""))
    with pytest.raises(RigError, match="set both as"):
        to_rig(walk(0.5), rig, mapping.with_bone("left_hip", "thigh.R"))
    with pytest.raises(RigError, match="no bone “nowhere”"):
        to_rig(walk(0.5), rig, mapping.with_bone("left_hip", "nowhere"))
    with pytest.raises(RigError, match="no root bone"):
        to_rig(walk(0.5), rig, mapping, RetargetOptions(root="root"))


def test_owned_and_locked_bones_are_told() -> None:
    rig = build_rig("rigify_metarig")
    owned = np.array([bone == "shin.L" for bone in rig.bones])
    rig = replace(rig, owned=owned, locked_rotation=np.repeat(owned[:, None], 3, axis=1))
    warnings = to_rig(walk(0.5), rig, detect_mapping(rig)).warnings
    assert len(warnings) == 2
    assert all("shin.L" in line for line in warnings)


def test_axes_of_the_armature_do_not_matter() -> None:
    """The same body drawn Z up, Y up and X up."""
    motion = clips()[3]
    for turn in (np.eye(4), turn_x(90), turn_x(-90) @ CORE_FROM_BLENDER, np.roll(np.eye(4)[:, :3], 1, axis=0)):
        basis = np.eye(4)
        basis[: len(turn), : turn.shape[1]] = turn
        if abs(np.linalg.det(basis[:3, :3]) - 1) > 1e-9:
            basis = np.eye(4)
            basis[:3, :3] = np.roll(np.eye(3), 1, axis=0)
        rig = build_rig("mpfb")
        rig = replace(
            rig, rest=basis @ rig.rest, tails=rig.tails @ basis[:3, :3].T, world=rig.world @ np.linalg.inv(basis)
        )
        assert place_error(rig, motion, to_rig(motion, rig, detect_mapping(rig))) < 1e-3
