"""Arms of a keyed body: hands on their way from place to place, elbows where people hold them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from motionmix_core.motion.kinematics import positions_from_global
from motionmix_core.motion.rotations import quat_apply, quat_inv, quat_slerp, quat_yaw
from motionmix_core.motion.skeleton import Skeleton

from .key_poses import Curves, Hand, held
from .limbs import SIDES, from_rest, place_arm, pronated, two_bones

ELBOWS = ((-0.9, (0.25, -0.1, -1.0)), (-0.2, (0.75, -1.0, -0.3)), (0.3, (1.0, -0.8, -0.1)), (0.9, (1.0, -0.2, 0.3)))
"""(height of the hand's direction from the shoulder, where the elbow points): behind hanging arms, out else."""
REACH, REACH_SOFTNESS = 0.975, 0.04  # of an arm's length
TOO_NEAR, AROUND_BY, SHOULDER_OUT = 0.17, 0.32, 0.18  # metres: of a hand's way from its shoulder; of a shoulder
AROUND = np.array([0.5, 0.0, 1.0])  # on which side it then passes


def around_the_shoulder(moments: Sequence[tuple[float, Hand]]) -> list[tuple[float, Hand]]:
    """The keys with one more wherever the straight way from one to the next would lead a hand through its shoulder."""
    made = [moments[0]]
    for (before, first), (after, second) in pairwise(moments):
        start, end = _from_shoulder(first), _from_shoulder(second)
        way = end - start
        share = float(np.clip(-start @ way / max(way @ way, 1e-9), 0, 1))
        nearest = start + share * way
        if 0.1 < share < 0.9 and np.linalg.norm(nearest) < TOO_NEAR:
            aside = AROUND - (AROUND @ way) / (way @ way) * way
            out, up, forward = nearest + AROUND_BY * aside / np.linalg.norm(aside)
            made.append((before + share * (after - before), Hand("chest", (out + SHOULDER_OUT, up, forward))))
        made.append((after, second))
    return made


def place_keyed_arm(
    skeleton: Skeleton,
    world: np.ndarray,
    root: np.ndarray,
    side: str,
    hands: Sequence[Hand],
    curves: Curves,
    sway: np.ndarray,
) -> None:
    """Sets shoulder, elbow and wrist of the world rotations (T, J, 4), whose trunk and collars are there already.

    sway: (T, 3) of about -1..1, by which the hand is never quite still.
    """
    sign = SIDES[side]
    out = np.array([sign, 1.0, 1.0])
    shoulder, elbow, wrist = (skeleton.index(f"{side}_{part}") for part in ("shoulder", "elbow", "wrist"))
    chest = world[:, skeleton.index("spine3")]
    positions = positions_from_global(skeleton, world, root)
    start = positions[:, shoulder]
    lengths = float(np.linalg.norm(skeleton.offsets[elbow])), float(np.linalg.norm(skeleton.offsets[wrist]))
    away = _goal(skeleton, world, positions, side, hands, curves, sway) - start
    far = np.linalg.norm(away, axis=-1, keepdims=True)
    goal = start + away / far * _within_reach(far, sum(lengths))
    pole = quat_apply(chest, _elbow_direction(hands, curves, quat_apply(quat_inv(chest), goal - start)) * out)
    place_arm(skeleton, world, side, *two_bones(start, goal, lengths, pole))
    if all(hand.fingers is None for hand in hands):
        world[:, wrist] = world[:, elbow]
        return
    fingers = quat_apply(chest, curves(held([hand.fingers for hand in hands])) * out)
    palm = quat_apply(chest, curves(held([hand.palm for hand in hands])) * out)
    fingers /= np.linalg.norm(fingers, axis=-1, keepdims=True)
    told = from_rest(fingers, palm, np.array([sign, 0.0, 0.0]), np.array([0.0, -1.0, 0.0]))
    share = curves([[hand.fingers is not None] for hand in hands])
    turned = quat_slerp(world[:, elbow], told, share[:, 0])
    world[:, elbow] = pronated(world[:, elbow], turned, sign)
    world[:, wrist] = turned


def _goal(
    skeleton: Skeleton,
    world: np.ndarray,
    positions: np.ndarray,
    side: str,
    hands: Sequence[Hand],
    curves: Curves,
    sway: np.ndarray,
) -> np.ndarray:
    """(T, 3) metres where the wrist is to be: from each place by its share."""
    chest, head = world[:, skeleton.index("spine3")], world[:, skeleton.index("head")]
    facing = quat_apply(chest, np.array([0.0, 0.0, 1.0]))
    middle = positions[:, [skeleton.index("left_shoulder"), skeleton.index("right_shoulder")]].mean(1)
    frames = {
        "side": (positions[:, skeleton.index(f"{side}_shoulder")], quat_yaw(np.arctan2(facing[:, 0], facing[:, 2]))),
        "chest": (middle, chest),
        "head": (positions[:, skeleton.index("head")], head),
        "hips": (positions[:, 0], world[:, 0]),
        "ground": (np.zeros_like(middle), np.tile([1.0, 0.0, 0.0, 0.0], (len(middle), 1))),
    }
    goal = np.zeros_like(middle)
    for place, (origin, axes) in frames.items():
        if any(hand.place == place for hand in hands):
            share = curves([[hand.place == place] for hand in hands])
            offset = curves(held([hand.at if hand.place == place else None for hand in hands]))
            offset = offset + sway * (0.02, 0.004, 0.02) * (1.0 if place == "side" else 0.3)
            goal += share * (origin + quat_apply(axes, offset * (SIDES[side], 1.0, 1.0)))
    return goal


def _within_reach(distance: np.ndarray, length: float) -> np.ndarray:
    """The distance, bent softly below what a nearly straight arm reaches: straight arms have no elbow to turn by."""
    limit, soft = REACH * length, REACH_SOFTNESS * length
    return limit - soft * np.logaddexp(0, (limit - distance) / soft)


def _elbow_direction(hands: Sequence[Hand], curves: Curves, along: np.ndarray) -> np.ndarray:
    """(T, 3) out, up, forward: as keyed, else by how high the hand is. along: (T, 3) from the shoulder to it."""
    height = along[:, 1] / np.linalg.norm(along, axis=-1)
    heights = [at for at, _ in ELBOWS]
    usual = np.stack([np.interp(height, heights, [to[axis] for _, to in ELBOWS]) for axis in range(3)], -1)
    if all(hand.elbow is None for hand in hands):
        return usual
    share = curves([[hand.elbow is not None] for hand in hands])
    return share * curves(held([hand.elbow for hand in hands])) + (1 - share) * usual


def _from_shoulder(hand: Hand) -> np.ndarray:
    """(3,) where the hand is from the shoulder of an upright body, near enough."""
    out = 0.0 if hand.place == "side" else -SHOULDER_OUT
    up = {"head": 0.13, "hips": -0.47, "ground": -1.4}.get(hand.place, 0.0)
    return np.array(hand.at) + np.array([out, up, 0.0])
