"""Bodies that sink into the ground: lifted onto it, as whoever kneels, lies, crawls or stands on the hands rests on it.

What stands steep under the trunk carries it, as a knee that is knelt on, or the arms of a cartwheel: with it the whole
body rises. What lies level, as the legs of whoever lies, is turned up about the hip or shoulder until it is on the
ground. Feet that stand are the foot lock's.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..motion.kinematics import global_to_local, positions_from_global
from ..motion.motion import Motion
from ..motion.rotations import quat_apply, quat_between, quat_mul
from ..motion.skeleton import JOINT_NAMES, Skeleton
from ..retarget.leg_ik import bend_leg, smooth_cover

RESTS_AT = {
    "pelvis": 0.08,
    "spine1": 0.08,
    "spine2": 0.08,
    "spine3": 0.08,
    "neck": 0.05,
    "head": 0.06,
    "shoulder": 0.05,
    "hip": 0.06,
    "knee": 0.045,
    "ankle": 0.035,
    "elbow": 0.035,
    "wrist": 0.02,
}
"""Metres from a joint to the ground under it, where the body lies on it: half as thick as limbs and trunk are there."""
FINGERTIPS_AT = 0.01
"""The same of the ends of the hands."""
UNNOTICED = 0.01
"""Metres deeper than that: skin gives way."""
RISE_SECONDS, TURN_SECONDS = 0.12, 0.07
"""How long before and after it the body is lifted, and a limb turned."""
LYING = 0.2
"""Metres of a knee over the ground, up to which its foot doesn't stand, but lies with it."""
PASSES = 2
"""Bending a limb for its end may lower its middle again."""

_TRUNK = [JOINT_NAMES.index(name) for name in RESTS_AT if name in JOINT_NAMES]
_LIMBS = [
    tuple(JOINT_NAMES.index(f"{side}_{part}") for part in parts)
    for side in ("left", "right")
    for parts in (("shoulder", "elbow", "wrist"), ("hip", "knee", "ankle"))
]
_LEGS = _LIMBS[1::2]
_HANDS = [JOINT_NAMES.index("left_wrist"), JOINT_NAMES.index("right_wrist")]
_BACK_OF_HAND = np.array([0.0, 1.0, 0.0])
_ELBOW_HINGES = {"left_shoulder": (0.0, -1.0, 0.0), "right_shoulder": (0.0, 1.0, 0.0)}
_HEIGHTS = np.array([RESTS_AT.get(name.split("_")[-1], -np.inf) for name in JOINT_NAMES])

Curve = NDArray[np.float64]


def lifted(motion: Motion, free: Curve | None = None, loop: bool = False) -> Motion:
    """The motion with the body on the ground where it was in it; the motion itself where it nowhere was.

    Args:
        motion: T frames on the canonical skeleton, Y up, the ground at 0.
        free: (T,) how much of it each frame gets: 1 all, 0 nothing, and its pose stays to the last bit. None = all do.
        loop: the first frame follows the last one.
    """
    depth, before = sunk(motion), motion.global_rotations()
    free = np.ones(motion.num_frames) if free is None else free
    fingers = _fingers_sunk(motion.skeleton, before, motion.positions())
    if not (np.column_stack((depth, fingers))[free > 0] > UNNOTICED).any():
        return motion

    def covered(values: Curve, seconds: float) -> Curve:
        around = np.tile(values, 3) if loop else values
        cover = smooth_cover(around, max(1, round(seconds * motion.fps)))
        return free * (cover[len(values) : -len(values)] if loop else cover)

    rise = covered(_carried(motion.positions(), depth), RISE_SECONDS)
    root = motion.root_positions + rise[:, None] * np.array([0.0, 1.0, 0.0])
    world = before.copy()
    for limb in _LIMBS * PASSES:
        for joint in limb[1:]:
            places = positions_from_global(motion.skeleton, world, root)
            needed = covered(_sunk(places[..., 1])[:, joint], TURN_SECONDS)
            low = np.flatnonzero(needed)
            if len(low):
                world[low] = _turned_up(world[low], places[low], limb, joint, needed[low])
    fingers = _fingers_sunk(motion.skeleton, world, positions_from_global(motion.skeleton, world, root))
    for hand, needed in zip(_HANDS, fingers.T, strict=True):
        rise = covered(needed, TURN_SECONDS)
        low = np.flatnonzero(rise)
        world[low, hand] = _laid_flat(motion.skeleton, world[low], hand, rise[low])
    turned = (world != before).any(axis=(1, 2))
    rotations = motion.rotations.copy()
    rotations[turned] = global_to_local(world[turned], motion.skeleton.parents)
    return replace(motion, root_positions=root, rotations=rotations)


def sunk(motion: Motion) -> Curve:
    """(T, 22) metres that each joint is too low for a body on the ground; 0 where it isn't, and of feet that stand."""
    return _sunk(motion.positions()[..., 1])


def _sunk(heights: Curve) -> Curve:
    depth = np.maximum(_HEIGHTS - heights, 0.0)
    for _, knee, ankle in _LEGS:
        depth[:, ankle] *= heights[:, knee] < LYING
    return np.asarray(depth)


def _fingers_sunk(skeleton: Skeleton, world: Curve, places: Curve) -> Curve:
    """(T, 2) metres that the ends of the hands are too low."""
    ends = [places[:, hand, 1] + _fingers(skeleton, world, hand)[:, 1] for hand in _HANDS]
    return np.maximum(FINGERTIPS_AT - np.column_stack(ends), 0.0)


def _fingers(skeleton: Skeleton, world: Curve, hand: int) -> Curve:
    """(T, 3) from the wrist to the end of the hand."""
    return np.asarray(quat_apply(world[:, hand], skeleton.end_offsets[JOINT_NAMES[hand]]))


def _carried(positions: Curve, depth: Curve) -> Curve:
    """(T,) how far the whole body rises: out of the ground with its trunk, and with what stands steep under it."""
    needed = [depth[:, _TRUNK].max(axis=1)]
    for first, middle, end in _LIMBS:
        needed.append(depth[:, first])
        for joint in (middle,) if (first, middle, end) in _LEGS else (middle, end):
            line = positions[:, joint] - positions[:, first]
            steep = np.clip(-line[:, 1] / np.maximum(np.linalg.norm(line, axis=1), 1e-6), 0.0, 1.0)
            needed.append(depth[:, joint] * steep**2)
    return np.asarray(np.max(needed, axis=0))


def _turned_up(world: Curve, places: Curve, limb: tuple[int, ...], joint: int, rise: Curve) -> Curve:
    """World rotations (T, 22, 4) with the middle or the end of a limb higher by so much (T,).

    Hands stay over the place that they rest on, so that elbows bend; knees and feet swing up about hips and knees.
    """
    first, middle, end = limb
    start, bend, tip = (places[:, at] for at in limb)
    goal = places[:, joint] + rise[:, None] * np.array([0.0, 1.0, 0.0])
    if joint == end and limb not in _LEGS:
        hinge = quat_apply(world[:, first], np.array(_ELBOW_HINGES[JOINT_NAMES[first]]))
        turns = dict(zip((first, middle), bend_leg(start, bend, tip, goal, hinge), strict=True))
    else:
        about, line = (first, bend - start) if joint == middle else (middle, tip - bend)
        direction = _on_the_sphere(goal - places[:, about], np.linalg.norm(line, axis=1))
        turns = {about: quat_between(line, direction)}
    world = world.copy()
    for at, turn in turns.items():
        world[:, at] = quat_mul(turn, world[:, at])
    return world


def _laid_flat(skeleton: Skeleton, world: Curve, hand: int, rise: Curve) -> Curve:
    """World rotations (T, 4) of a hand whose end comes higher by so much (T,): it bends backwards."""
    fingers = _fingers(skeleton, world, hand)
    length = np.linalg.norm(fingers, axis=1)
    on = fingers + length[:, None] * quat_apply(world[:, hand], _BACK_OF_HAND)
    on[:, 1] = fingers[:, 1] + rise
    return quat_mul(quat_between(fingers, _on_the_sphere(on, length)), world[:, hand])


def _on_the_sphere(goal: Curve, length: Curve) -> Curve:
    """(T, 3) as high as `goal`, in its direction over the ground, `length` away."""
    height = np.clip(goal[:, 1], -length, length)
    level = goal[:, [0, 2]]
    level = level / np.maximum(np.linalg.norm(level, axis=1, keepdims=True), 1e-6)
    level = level * np.sqrt(np.maximum(length**2 - height**2, 0.0))[:, None]
    return np.stack((level[:, 0], height, level[:, 1]), axis=1)
