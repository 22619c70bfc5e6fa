"""A person who stands and works with the right hand: the body that carries a path of the hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motionmix_core.motion.kinematics import global_to_local, positions_from_global
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.rotations import axis_angle_to_quat, matrix_to_quat, quat_mul, quat_to_matrix
from motionmix_core.motion.skeleton import Skeleton, rest_height

_SIDES = {"left": 1.0, "right": -1.0}


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
    sway = _slow(rng, times, 3) * (0.018, 0.004, 0.012)
    stance = rng.uniform(0.02, 0.06)  # feet a little apart, knees a little soft
    root = sway + np.array([0, rest_height(skeleton) - 0.012 - 0.3 * stance, 0])
    lean, bend = _slow(rng, times, 1)[:, 0] * 0.03, path.bend
    # the back follows the hand: towards its side, and up or down with it
    turn = 0.35 * (path.hand[:, 0] - path.hand[:, 0].mean()) + 0.04
    for name, share in (("pelvis", 0.25), ("spine1", 0.55), ("spine2", 0.8), ("spine3", 1.0)):
        bow = axis_angle_to_quat(np.stack([bend * share + 0 * lean, turn * share, lean * share], -1))
        world[:, skeleton.index(name)] = bow
    look = np.stack([0.35 - 0.5 * path.hand[:, 1], 0.4 * turn, 0 * turn], -1)  # the eyes are on the hand
    for name, share in (("neck", 0.5), ("head", 1.0)):
        facing = quat_mul(world[:, skeleton.index("spine3")], axis_angle_to_quat(look * share * 0.6))
        world[:, skeleton.index(name)] = facing
    for side in _SIDES:
        world[:, skeleton.index(f"{side}_collar")] = world[:, skeleton.index("spine3")]
    _legs(skeleton, world, root, stance)
    _hanging_arm(skeleton, world, "left", _slow(rng, times, 2))
    _working_arm(skeleton, world, root, path)
    return Motion(skeleton, root, global_to_local(world, skeleton.parents), fps)


def two_bones(
    start: np.ndarray, goal: np.ndarray, lengths: tuple[float, float], pole: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Unit directions (T, 3) of the two bones of a limb from `start` to `goal` (T, 3), bent towards `pole` (T, 3).

    A goal out of reach is approached as far as the limb goes.
    """
    line = goal - start
    distance = np.linalg.norm(line, axis=-1, keepdims=True)
    line = line / distance
    first, second = lengths
    distance = np.clip(distance, abs(first - second) + 1e-3, (first + second) * 0.995)
    aside = pole - (pole * line).sum(-1, keepdims=True) * line
    aside /= np.linalg.norm(aside, axis=-1, keepdims=True)
    cosine = np.clip((first**2 + distance**2 - second**2) / (2 * first * distance), -1, 1)
    upper = cosine * line + np.sqrt(1 - cosine**2) * aside
    lower = distance * line - first * upper
    return upper, lower / np.linalg.norm(lower, axis=-1, keepdims=True)


def _slow(rng: np.random.Generator, times: np.ndarray, channels: int) -> np.ndarray:
    """(T, channels) of about -1..1, moving as slowly as a standing body does."""
    total = np.zeros((len(times), channels))
    for rate, share in ((0.11, 0.6), (0.23, 0.3), (0.41, 0.1)):
        total += share * np.sin(2 * np.pi * rate * times[:, None] + rng.uniform(0, 2 * np.pi, channels))
    return total


def _frame(along: np.ndarray, normal: np.ndarray) -> np.ndarray:
    """(T, 3, 3) matrices whose first column is `along`, whose second is `normal` made square to it."""
    normal = normal - (normal * along).sum(-1, keepdims=True) * along
    normal = normal / np.linalg.norm(normal, axis=-1, keepdims=True)
    return np.stack([along, normal, np.cross(along, normal)], axis=-1)


def _from_rest(along: np.ndarray, normal: np.ndarray, rest_along: np.ndarray, rest_normal: np.ndarray) -> np.ndarray:
    """(T, 4) world rotations that carry the two rest directions to `along` and `normal`."""
    rest = _frame(rest_along[None], rest_normal[None])
    return matrix_to_quat(_frame(along, normal) @ rest.swapaxes(-1, -2))


def _legs(skeleton: Skeleton, world: np.ndarray, root: np.ndarray, stance: float) -> None:
    positions = positions_from_global(skeleton, world, root)
    rest = skeleton.rest_positions()
    forward = np.broadcast_to([0.0, 0.0, 1.0], root.shape)
    across = np.array([1.0, 0.0, 0.0])
    for side, sign in _SIDES.items():
        hip, knee, ankle = (skeleton.index(f"{side}_{part}") for part in ("hip", "knee", "ankle"))
        goal = np.broadcast_to(rest[ankle] + np.array([sign * stance, rest_height(skeleton), 0]), root.shape)
        lengths = (float(np.linalg.norm(skeleton.offsets[knee])), float(np.linalg.norm(skeleton.offsets[ankle])))
        down = np.array([0.0, -1.0, 0.0])
        for joint, bone in zip((hip, knee), two_bones(positions[:, hip], goal, lengths, forward), strict=True):
            world[:, joint] = _from_rest(bone, np.broadcast_to(across, bone.shape), down, across)


def _hanging_arm(skeleton: Skeleton, world: np.ndarray, side: str, sway: np.ndarray) -> None:
    sign = _SIDES[side]
    upper = np.stack([sign * 0.16 + 0.02 * sway[:, 0], -1 + 0 * sway[:, 0], 0.03 + 0.05 * sway[:, 1]], -1)
    lower = upper + np.array([-0.05 * sign, 0.0, 0.22])
    _place_arm(skeleton, world, side, *(v / np.linalg.norm(v, axis=-1, keepdims=True) for v in (upper, lower)))
    elbow, wrist = (skeleton.index(f"{side}_{part}") for part in ("elbow", "wrist"))
    world[:, wrist] = world[:, elbow]


def _working_arm(skeleton: Skeleton, world: np.ndarray, root: np.ndarray, path: WorkerPath) -> None:
    side, sign = "right", _SIDES["right"]
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
    _place_arm(skeleton, world, side, upper, lower)
    hand = _from_rest(
        np.broadcast_to(path.fingers / np.linalg.norm(path.fingers), goal.shape),
        np.broadcast_to(path.palm, goal.shape), np.array([sign, 0.0, 0.0]), np.array([0.0, -1.0, 0.0]),
    )  # fmt: skip
    world[:, elbow] = _pronated(world[:, elbow], hand, sign)
    world[:, wrist] = hand


def _place_arm(skeleton: Skeleton, world: np.ndarray, side: str, upper: np.ndarray, lower: np.ndarray) -> None:
    """Shoulder and elbow so that the bones point along upper and lower (T, 3), the elbow bent on its hinge."""
    sign = _SIDES[side]
    hinge = np.cross(upper, lower)
    along, rest_hinge = np.array([sign, 0.0, 0.0]), np.array([0.0, -sign, 0.0])
    world[:, skeleton.index(f"{side}_shoulder")] = _from_rest(upper, hinge, along, rest_hinge)
    world[:, skeleton.index(f"{side}_elbow")] = _from_rest(lower, hinge, along, rest_hinge)


def _pronated(elbow: np.ndarray, hand: np.ndarray, sign: float) -> np.ndarray:
    """The forearm (T, 4) turned about its own length most of the way that the hand is turned: wrists hardly twist."""
    away = quat_to_matrix(elbow).swapaxes(-1, -2) @ quat_to_matrix(hand)
    twist = np.arctan2(away[:, 2, 1] - away[:, 1, 2], away[:, 1, 1] + away[:, 2, 2])
    return quat_mul(elbow, axis_angle_to_quat(np.stack([0.85 * twist, 0 * twist, 0 * twist], -1)))
