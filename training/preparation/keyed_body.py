"""A body led through keyed poses: hips, back, head and shoulders by angles, feet and hands by inverse kinematics.

The head goes a little ahead of the keys and the hands a little behind them, as people move.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.ndimage import gaussian_filter1d

from motionmix_core.motion.kinematics import global_to_local, positions_from_global
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import axis_angle_to_quat, quat_apply, quat_mul, quat_yaw
from motionmix_core.motion.skeleton import Skeleton, rest_height

from .key_poses import Curves, Pose
from .keyed_arms import around_the_shoulder, place_keyed_arm
from .limbs import SIDES, from_rest, slow, two_bones

HEAD_AHEAD, HANDS_BEHIND = 0.05, 0.03  # seconds
STEP_HEIGHT = 0.09  # metres that a foot is lifted for each metre a second it travels
STRAIGHT = 0.992  # of a leg's length that it is stretched to at most
SOFT_KNEES = 0.012  # metres that the hips stay under what straight legs would allow
BACK = {"spine1": 0.3, "spine2": 0.65, "spine3": 1.0}  # share of its bend that a joint has
NECK = 0.45  # of the head's turn


def keyed_body(
    skeleton: Skeleton, keys: Sequence[tuple[float, Pose]], frames: int, fps: float, rng: np.random.Generator
) -> Motion:
    """(T frames) through the poses at their seconds (rising).

    rng: draws how far apart the feet stand and the slow sway of a body that is never quite still.
    """
    times = np.arange(frames) / fps
    poses = [pose for _, pose in keys]
    curves = Curves(tuple(second for second, _ in keys), times, fps)
    stance = rng.uniform(0.015, 0.05)
    sway = slow(rng, times, 3)
    world = np.tile(np.array([1.0, 0, 0, 0]), (frames, skeleton.num_joints, 1))
    _trunk(skeleton, world, poses, curves, rng)
    root = curves([pose.hips for pose in poses]) + sway * (0.012, 0.0, 0.009)
    root[:, 1] += rest_height(skeleton) - SOFT_KNEES
    root = _legs(skeleton, world, root, poses, curves, stance)
    for side in SIDES:
        moments = around_the_shoulder([(second, getattr(pose, f"{side}_hand")) for second, pose in keys])
        hands = replace(curves, seconds=tuple(second for second, _ in moments), later=HANDS_BEHIND)
        place_keyed_arm(skeleton, world, root, side, [hand for _, hand in moments], hands, slow(rng, times, 3))
    return Motion(skeleton, root, global_to_local(world, skeleton.parents), fps)


def _turned(degrees: np.ndarray) -> np.ndarray:
    """(T, 4) of degrees (T, 3) forward, to the left about the vertical, sideways to the left."""
    forward, turn, side = np.radians(degrees).T
    zero = np.zeros_like(forward)
    bow = axis_angle_to_quat(np.stack([forward, zero, zero], -1))
    return quat_mul(quat_yaw(turn), quat_mul(bow, axis_angle_to_quat(np.stack([zero, zero, -side], -1))))


def _trunk(
    skeleton: Skeleton, world: np.ndarray, poses: Sequence[Pose], curves: Curves, rng: np.random.Generator
) -> None:
    """Sets pelvis, back, neck, head and collars of the world rotations."""
    times = curves.times
    pelvis = _turned(curves([pose.lean for pose in poses]))
    world[:, skeleton.index("pelvis")] = pelvis
    back = curves([pose.back for pose in poses]) + slow(rng, times, 3) * (0.6, 1.2, 0.8)
    for name, share in BACK.items():
        world[:, skeleton.index(name)] = quat_mul(pelvis, _turned(back * share))
    chest = world[:, skeleton.index("spine3")]
    head = curves([pose.head for pose in poses], -HEAD_AHEAD) + slow(rng, times, 3) * (1.2, 2.0, 0.8)
    world[:, skeleton.index("neck")] = quat_mul(chest, _turned(head * NECK))
    world[:, skeleton.index("head")] = quat_mul(chest, _turned(head))
    shrug = np.radians(curves([pose.shoulders for pose in poses]))
    for number, (side, sign) in enumerate(SIDES.items()):
        roll = sign * shrug[:, number]
        lifted = axis_angle_to_quat(np.stack([0 * roll, 0 * roll, roll], -1))
        world[:, skeleton.index(f"{side}_collar")] = quat_mul(chest, lifted)


def _legs(
    skeleton: Skeleton, world: np.ndarray, root: np.ndarray, poses: Sequence[Pose], curves: Curves, stance: float
) -> np.ndarray:
    """Sets hips, knees, ankles and toes of the world rotations; returns the root, lowered to where feet are reached."""
    knees = curves([pose.knees for pose in poses])
    bowed = np.radians(curves([pose.lean for pose in poses])[:, 0])
    goals, poles = {}, {}
    for number, (side, sign) in enumerate(SIDES.items()):
        foot = curves([getattr(pose, f"{side}_foot") for pose in poses])
        goals[side], toes_out = _ankle(skeleton, world, side, foot + np.array([stance, 0, 0, 0, 0]), curves.fps)
        forward = np.stack([sign * knees[:, number], -np.sin(bowed), np.cos(bowed)], -1)  # the pelvis' own
        poles[side] = quat_apply(toes_out, forward)
    lengths = {side: _bones(skeleton, side) for side in SIDES}
    positions = positions_from_global(skeleton, world, root)
    too_high = np.zeros(len(root))
    for side, goal in goals.items():
        away = positions[:, skeleton.index(f"{side}_hip")] - goal
        highest = (STRAIGHT * sum(lengths[side])) ** 2 - (away[:, (0, 2)] ** 2).sum(-1)
        too_high = np.maximum(too_high, away[:, 1] - np.sqrt(np.maximum(highest, 0.01)))
    root = root - np.stack([0 * too_high, too_high, 0 * too_high], -1)
    positions = positions_from_global(skeleton, world, root)
    for side, goal in goals.items():
        hip, knee = skeleton.index(f"{side}_hip"), skeleton.index(f"{side}_knee")
        upper, lower = two_bones(positions[:, hip], goal, lengths[side], poles[side])
        for joint, bone in ((hip, upper), (knee, lower)):
            hinge = np.cross(upper, lower)
            world[:, joint] = from_rest(bone, hinge, np.array([0.0, -1.0, 0.0]), np.array([1.0, 0.0, 0.0]))
    return root


def _ankle(
    skeleton: Skeleton, world: np.ndarray, side: str, foot: np.ndarray, fps: float
) -> tuple[np.ndarray, np.ndarray]:
    """Sets ankle and toes of the world rotations; returns the ankle's place (T, 3) and how the toes are turned (T, 4).

    foot: (T, 5) as in Pose. A foot that travels is lifted; a lifted heel turns about the ball.
    """
    sign = SIDES[side]
    rest = skeleton.rest_positions()
    ankle, ball = skeleton.index(f"{side}_ankle"), skeleton.index(f"{side}_foot")
    place = rest[ball] + (0, rest_height(skeleton), 0) + foot[:, :3] * (sign, 1, 1)
    speed = np.linalg.norm(np.gradient(place[:, (0, 2)], axis=0), axis=-1) * fps
    place[:, 1] += STEP_HEIGHT * gaussian_filter1d(np.maximum(speed - 0.05, 0), 0.05 * fps)
    toes_out = quat_yaw(sign * np.radians(foot[:, 4]))
    heel = np.radians(foot[:, 3])
    turned = quat_mul(toes_out, axis_angle_to_quat(np.stack([heel, 0 * heel, 0 * heel], -1)))
    world[:, ankle], world[:, ball] = turned, toes_out
    return place + quat_apply(turned, np.broadcast_to(rest[ankle] - rest[ball], place.shape)), toes_out


def _bones(skeleton: Skeleton, side: str) -> tuple[float, float]:
    """Lengths of thigh and shin."""
    knee, ankle = (skeleton.offsets[skeleton.index(f"{side}_{part}")] for part in ("knee", "ankle"))
    return float(np.linalg.norm(knee)), float(np.linalg.norm(ankle))
