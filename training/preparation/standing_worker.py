"""A person who stands and works with the right hand: the body that carries a path of the hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motionmix_core.motion.kinematics import global_to_local, positions_from_global
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import axis_angle_to_quat, quat_mul
from motionmix_core.motion.skeleton import Skeleton, rest_height

from .limbs import SIDES, from_rest, place_arm, pronated, slow, two_bones


@dataclass(frozen=True)
class WorkerPath:
    """hand: (T, 3) metres of the right wrist from the point between the shoulders of the upright body.

    fingers, palm: (3,) directions of the hand's length and of its palm. bend: radians that the back leans forward.
    """

    hand: np.ndarray
    fingers: np.ndarray
    palm: np.ndarray
    bend: float


def standing_worker(skeleton: Skeleton, path: WorkerPath, rng: np.random.Generator, fps: float) -> Motion:
    """(T frames at fps) both feet planted, weight shifting, the back and collar following the hand."""
    frames = len(path.hand)
    times = np.arange(frames) / fps
    world = np.tile(np.array([1.0, 0, 0, 0]), (frames, skeleton.num_joints, 1))
    sway = slow(rng, times, 3) * (0.018, 0.004, 0.012)
    stance = rng.uniform(0.02, 0.06)  # feet a little apart, knees a little soft
    root = sway + np.array([0, rest_height(skeleton) - 0.012 - 0.3 * stance, 0])
    lean, bend = slow(rng, times, 1)[:, 0] * 0.03, path.bend
    # the back follows the hand: towards its side, and up or down with it
    turn = 0.35 * (path.hand[:, 0] - path.hand[:, 0].mean()) + 0.04
    for name, share in (("pelvis", 0.25), ("spine1", 0.55), ("spine2", 0.8), ("spine3", 1.0)):
        bow = axis_angle_to_quat(np.stack([bend * share + 0 * lean, turn * share, lean * share], -1))
        world[:, skeleton.index(name)] = bow
    look = np.stack([0.35 - 0.5 * path.hand[:, 1], 0.4 * turn, 0 * turn], -1)  # the eyes are on the hand
    for name, share in (("neck", 0.5), ("head", 1.0)):
        facing = quat_mul(world[:, skeleton.index("spine3")], axis_angle_to_quat(look * share * 0.6))
        world[:, skeleton.index(name)] = facing
    for side in SIDES:
        world[:, skeleton.index(f"{side}_collar")] = world[:, skeleton.index("spine3")]
    _legs(skeleton, world, root, stance)
    _hanging_arm(skeleton, world, "left", slow(rng, times, 2))
    _working_arm(skeleton, world, root, path)
    return Motion(skeleton, root, global_to_local(world, skeleton.parents), fps)


def _legs(skeleton: Skeleton, world: np.ndarray, root: np.ndarray, stance: float) -> None:
    positions = positions_from_global(skeleton, world, root)
    rest = skeleton.rest_positions()
    forward = np.broadcast_to([0.0, 0.0, 1.0], root.shape)
    across = np.array([1.0, 0.0, 0.0])
    for side, sign in SIDES.items():
        hip, knee, ankle = (skeleton.index(f"{side}_{part}") for part in ("hip", "knee", "ankle"))
        goal = np.broadcast_to(rest[ankle] + np.array([sign * stance, rest_height(skeleton), 0]), root.shape)
        lengths = (float(np.linalg.norm(skeleton.offsets[knee])), float(np.linalg.norm(skeleton.offsets[ankle])))
        down = np.array([0.0, -1.0, 0.0])
        for joint, bone in zip((hip, knee), two_bones(positions[:, hip], goal, lengths, forward), strict=True):
            world[:, joint] = from_rest(bone, np.broadcast_to(across, bone.shape), down, across)


def _hanging_arm(skeleton: Skeleton, world: np.ndarray, side: str, sway: np.ndarray) -> None:
    sign = SIDES[side]
    upper = np.stack([sign * 0.16 + 0.02 * sway[:, 0], -1 + 0 * sway[:, 0], 0.03 + 0.05 * sway[:, 1]], -1)
    lower = upper + np.array([-0.05 * sign, 0.0, 0.22])
    place_arm(skeleton, world, side, *(v / np.linalg.norm(v, axis=-1, keepdims=True) for v in (upper, lower)))
    elbow, wrist = (skeleton.index(f"{side}_{part}") for part in ("elbow", "wrist"))
    world[:, wrist] = world[:, elbow]


def _working_arm(skeleton: Skeleton, world: np.ndarray, root: np.ndarray, path: WorkerPath) -> None:
    side, sign = "right", SIDES["right"]
    shoulder, elbow, wrist = (skeleton.index(f"right_{part}") for part in ("shoulder", "elbow", "wrist"))
    # the shoulder girdle lifts with the hand
    lift = np.clip(path.hand[:, 1] + 0.1, 0, 0.5) * -sign * 0.5
    collar = skeleton.index("right_collar")
    lifted = axis_angle_to_quat(np.stack([0 * lift, 0 * lift, -lift], -1))
    world[:, collar] = quat_mul(world[:, collar], lifted)
    between = skeleton.rest_positions()[[skeleton.index("left_shoulder"), shoulder]].mean(0)
    goal = path.hand + between + np.array([0, rest_height(skeleton), 0])
    start = positions_from_global(skeleton, world, root)[:, shoulder]
    pole = np.broadcast_to([sign * 0.75, -1.0, -0.25], goal.shape)
    lengths = tuple(float(np.linalg.norm(skeleton.offsets[joint])) for joint in (elbow, wrist))
    upper, lower = two_bones(start, goal, (lengths[0], lengths[1]), pole)
    place_arm(skeleton, world, side, upper, lower)
    hand = from_rest(
        np.broadcast_to(path.fingers / np.linalg.norm(path.fingers), goal.shape),
        np.broadcast_to(path.palm, goal.shape), np.array([sign, 0.0, 0.0]), np.array([0.0, -1.0, 0.0]),
    )  # fmt: skip
    world[:, elbow] = pronated(world[:, elbow], hand, sign)
    world[:, wrist] = hand


