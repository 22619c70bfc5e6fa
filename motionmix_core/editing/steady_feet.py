"""Standing feet made to stand stiller, by the smoothest small shift and tilt of each foot; the legs follow.

A foot lock that holds a foot to the millimetre has to let go of it somewhere, and that shows as a jerk in a leg that
was captured well. Here a foot's ankle and toe joint are each asked to stand as still as they surely stand, and their
shifts to stay small, to accelerate little and to agree: one weighted least-squares problem over all frames for each
foot. It is solved again with weights that fall with the speed that is left (iterated reweighting), so that what counts
is the sum of speeds, not of their squares: frames in which a foot can stand do stand, and frames in which it rolls over
its toes, sets down or lifts off, as real ones do, aren't fought for with accelerations.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..motion.contacts import FOOT_INDICES
from ..motion.kinematics import global_to_local
from ..motion.motion import Motion
from ..motion.rotations import quat_apply, quat_between, quat_mul
from ..motion.skeleton import JOINT_NAMES
from ..retarget.leg_ik import bend_leg
from .banded import difference_bands, solve_banded
from .finishing import SIDES
from .standing import calm_path, standing

SPEED = 0.05  # metres a second that a standing foot may keep, at full firmness
CONTRADICTION, LEFT_CONTRADICTION = 0.2, 0.15  # metres a second: a foot that moves by so much counts half; then
SHAKEN_CONTRADICTION = 2.0  # the same of feet that shook: to leave out their fast steps would add up to a walk
STILL, SHAKEN_STILL = 0.01, 0.05  # metres a second: slower is as good as still; the same of feet that shook
TREMBLING = 0.5  # metres a second about its course, up to which a shaken foot can be seen to stand; at twice that not
ROUNDS = 4
SHIFT = 0.03  # metres that ankle and toe may be shifted by, at full firmness; it grows with its root
TILT = 0.01  # metres that ankle and toe may be shifted apart, likewise: captured feet turn a little while they stand
ACCELERATION = 3.0  # metres a second squared that the shift may add
SOFT = 0.9  # of a leg's length, from where on it is nearly straight
FIXED = 1e-5  # metres, where nothing may be shifted

_HIPS, _KNEES, _ANKLES, _TOES = (
    [JOINT_NAMES.index(f"{side}_{part}") for side in SIDES] for part in ("hip", "knee", "ankle", "foot")
)

Curve = NDArray[np.float64]


def steadied(motion: Motion, firmness: float, fixed: NDArray[np.bool_] | None = None, shaken: float = 0.0) -> Motion:
    """The motion with its standing feet stiller; only hips, knees and ankles turn.

    Args:
        motion: T frames.
        firmness: above 0; 1 = slides of a few centimetres go nearly whole.
        fixed: (T, 2) bool: frames in which the left and the right leg may not change.
        shaken: 0..1, how sure it is that the feet shook.
    """
    if firmness <= 0 or motion.num_frames < 5:
        return motion
    positions = motion.positions()
    feet = positions[:, FOOT_INDICES]
    sure = standing(feet, motion.fps)
    if shaken > 0:
        sure = sure * (1 - shaken * (1 - _seen(feet, motion.fps)))
    fixed = np.zeros((motion.num_frames, 2), bool) if fixed is None else fixed
    hips, knees, ankles = (positions[:, joints] for joints in (_HIPS, _KNEES, _ANKLES))
    points = feet.reshape(-1, 2, 2, 3)
    shifts = _shifts(points, sure.reshape(-1, 2, 2), firmness, fixed, motion.fps, shaken)
    world = motion.global_rotations().copy()
    goals = _within_reach(hips, ankles, ankles + shifts[:, :, 0], _lengths(motion))
    for side in range(2):
        hinge = quat_apply(world[:, _HIPS[side]], np.array([1.0, 0.0, 0.0]))
        turns = bend_leg(hips[:, side], knees[:, side], ankles[:, side], goals[:, side], hinge)
        for joint, turn in zip((_HIPS[side], _KNEES[side]), turns, strict=True):
            world[:, joint] = quat_mul(turn, world[:, joint])
        sole = points[:, side, 1] - points[:, side, 0]
        tilt = quat_between(sole, sole + shifts[:, side, 1] - shifts[:, side, 0])
        for joint in (_ANKLES[side], _TOES[side]):
            world[:, joint] = quat_mul(tilt, world[:, joint])
    local = global_to_local(world, motion.skeleton.parents)
    rotations = motion.rotations.copy()
    for side in range(2):
        free = ~fixed[:, side]
        for joint in (_HIPS[side], _KNEES[side], _ANKLES[side]):
            rotations[free, joint] = local[free, joint]
    return replace(motion, rotations=rotations)


def _seen(feet: Curve, fps: float) -> Curve:
    """(T, 4) 0..1, how far the foot joints (T, 4, 3) are from trembling so much that nobody can tell if they stand."""
    power = np.square(np.gradient(feet - calm_path(feet, fps), axis=0) * fps).sum(axis=-1)
    trembling = np.sqrt(calm_path(power, fps).clip(0.0))
    return np.asarray(np.clip(2 - trembling / TREMBLING, 0.0, 1.0))


def _lengths(motion: Motion) -> Curve:
    """(2,) of thigh and shin together."""
    offsets = motion.skeleton.offsets
    return np.asarray(np.linalg.norm(offsets[_KNEES], axis=-1) + np.linalg.norm(offsets[_ANKLES], axis=-1))


def _within_reach(hips: Curve, ankles: Curve, goals: Curve, lengths: Curve) -> Curve:
    """Goals (T, 2, 3) that a leg comes to without its knee snapping: nearly straight, it gets longer or shorter by less
    than asked for, so that the knee moves aside at an even pace (as soft IK does)."""
    line = goals - hips
    before, wanted = np.linalg.norm(ankles - hips, axis=-1), np.linalg.norm(line, axis=-1)
    length = before + _softened(wanted / lengths) * lengths - _softened(before / lengths) * lengths
    return np.asarray(hips + line * (length / np.maximum(wanted, 1e-9))[..., None])


def _softened(reach: Curve) -> Curve:
    """Shares of a leg's length; beyond `SOFT` they grow in proportion to how far the knee still is off the line."""
    x = np.clip(reach, SOFT, 1.0)
    area = x * np.sqrt(1 - x * x) + np.arcsin(x)
    edge = np.sqrt(1 - SOFT * SOFT)
    return np.asarray(np.minimum(reach, SOFT) + (area - (SOFT * edge + np.arcsin(SOFT))) / (2 * edge))


def _shifts(
    points: Curve, sure: Curve, firmness: float, fixed: NDArray[np.bool_], fps: float, shaken: float = 0.0
) -> Curve:
    """(T, F, 2, 3) shifts of the two points (T, F, 2, 3) of F feet that stand as surely as (T, F, 2) says.

    fixed: (T, F). The points of a foot take turns in its system, frame by frame.
    """
    frames, feet = points.shape[:2]
    steps = np.diff(points, axis=0)
    most = firmness * np.minimum(sure[1:], sure[:-1]) * (fps / SPEED) ** 2
    # a shift is held back by half at either point
    smooth = difference_bands(np.full(frames - 2, (fps * fps / ACCELERATION) ** 2 / 2), 2, frames)
    own = np.zeros((5, frames, 2, feet))
    own[::2] = smooth[:, :, None, None]
    own[0] += np.where(fixed, 1 / FIXED**2, 1 / (2 * firmness * SHIFT**2))[:, None]
    own[0] += 1 / (firmness * TILT**2)
    own[1, :, 0] -= 1 / (firmness * TILT**2)
    first, then = (at + shaken * (SHAKEN_CONTRADICTION - at) for at in (CONTRADICTION, LEFT_CONTRADICTION))
    still = STILL + shaken * (SHAKEN_STILL - STILL)
    shifts = np.zeros(points.shape)
    for round_ in range(ROUNDS):
        speed = np.linalg.norm(steps + np.diff(shifts, axis=0), axis=-1) * fps
        # holding heel and toe of a foot that trembles by turns would walk it away
        speed += shaken * (speed.mean(axis=2, keepdims=True) - speed)
        if round_ == 0:
            weights = most / (1 + (speed / first) ** 2)
        else:
            weights = most * SPEED / np.hypot(speed, still) / (1 + (speed / then) ** 2)
        bands = own.copy()
        for foot in range(feet):
            for point in range(2):
                bands[:3:2, :, point, foot] += difference_bands(weights[:, foot, point], 1, frames)
        told = -weights[..., None] * steps
        right = np.zeros(points.shape)
        right[1:] += told
        right[:-1] -= told
        in_turn = right.swapaxes(1, 2).reshape(2 * frames, feet, 3)
        solved = solve_banded(bands.reshape(5, 2 * frames, feet), in_turn)
        shifts = solved.reshape(frames, 2, feet, 3).swapaxes(1, 2)
    return shifts
