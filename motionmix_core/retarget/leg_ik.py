"""Two-bone inverse kinematics for legs: bend at the knee, in the plane in which the leg already bends."""

from __future__ import annotations

import numpy as np

from ..motion.rotations import IDENTITY, axis_angle_to_quat, quat_apply, quat_between, quat_mul

LONGEST_REACH = 0.999  # of thigh + shin: a leg pulled quite straight snaps


def bend_leg(
    hip: np.ndarray, knee: np.ndarray, ankle: np.ndarray, goal: np.ndarray, hinge: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """World rotations (T, 4) to put before thigh's and shin's own so that the ankle reaches its goal.

    hip, knee, ankle: (T, 3) where they are, with `hip` already moved to where it will be. goal: (T, 3) for the ankle.
    hinge: (T, 3) axis about which the knee bends (it points to the body's left), for legs too straight to show it.
    A goal out of reach is approached along its direction. Twist and knee direction are kept.
    """
    thigh, shin = knee - hip, ankle - knee
    turns = np.broadcast_to(IDENTITY, (len(hip), 4)), np.broadcast_to(IDENTITY, (len(hip), 4))
    # where the bending plane is a blend (a nearly straight leg) the first pass is off by a second-order bit
    for _ in range(3):
        steps = _bend_once(
            quat_apply(turns[0], thigh), quat_apply(turns[1], shin), goal - hip, quat_apply(turns[0], hinge)
        )
        turns = quat_mul(steps[0], turns[0]), quat_mul(steps[1], turns[1])
    return turns


def _bend_once(
    thigh: np.ndarray, shin: np.ndarray, goal: np.ndarray, hinge: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    line = thigh + shin
    upper, lower = np.linalg.norm(thigh, axis=-1), np.linalg.norm(shin, axis=-1)
    old, new = np.linalg.norm(line, axis=-1), np.linalg.norm(goal, axis=-1)
    # a leg that is straighter than that already may stay so
    limit = np.maximum(LONGEST_REACH * (upper + lower), np.minimum(old, upper + lower))
    new = np.clip(new, 1.001 * np.abs(upper - lower) + 1e-6 * upper, limit)
    axis, backwards = bend_axis(thigh, line, hinge)
    hip_turn = _opened(upper, old, new, lower, backwards)
    shin_turn = _opened(lower, old, new, upper, backwards)
    first = axis_angle_to_quat(-hip_turn[:, None] * axis)
    second = axis_angle_to_quat(shin_turn[:, None] * axis)
    swing = quat_between(quat_apply(first, thigh) + quat_apply(second, shin), goal)
    return quat_mul(swing, first), quat_mul(swing, second)


def needed_drop(hips: np.ndarray, goals: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """(T,) how far the hips (T, N, 3) have to sink so that legs of `lengths` (N,) reach goals (T, N, 3)."""
    line = hips - goals
    reach = LONGEST_REACH * lengths
    level = np.minimum(np.hypot(line[..., 0], line[..., 2]), reach)
    return np.asarray(np.maximum(line[..., 1] - np.sqrt(reach**2 - level**2), 0.0).max(axis=1))


def smooth_cover(values: np.ndarray, frames: int) -> np.ndarray:
    """(T,) a smooth curve that is nowhere under `values`: their maximum over +-frames, averaged over +-frames twice."""
    if frames < 1 or not values.any():
        return values
    size = 2 * frames + 1
    padded = np.pad(values, 2 * frames, mode="edge")
    peaks = np.lib.stride_tricks.sliding_window_view(padded, size).max(axis=-1)
    window = np.hanning(size + 2)[1:-1]
    return np.convolve(peaks, window / window.sum(), mode="valid")


def bend_axis(thigh: np.ndarray, line: np.ndarray, hinge: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Normal of the plane in which the leg bends (T, 3), and where it's bent backwards (T,)."""
    direction = line / np.maximum(np.linalg.norm(line, axis=-1, keepdims=True), 1e-9)
    flat = hinge - direction * np.sum(hinge * direction, axis=-1, keepdims=True)
    flat /= np.maximum(np.linalg.norm(flat, axis=-1, keepdims=True), 1e-9)
    seen = np.cross(thigh, direction) / np.maximum(np.linalg.norm(thigh, axis=-1, keepdims=True), 1e-9)
    bend = np.linalg.norm(seen, axis=-1, keepdims=True)
    backwards = np.sum(seen * flat, axis=-1) < 0
    # the plane is the legs' own when they're bent by 15 degrees or more, the hinge's when they're straight
    weight = np.clip((bend - 0.05) / 0.2, 0, 1) * ~backwards[:, None]
    axis = weight * seen / np.maximum(bend, 1e-9) + (1 - weight) * flat
    axis /= np.maximum(np.linalg.norm(axis, axis=-1, keepdims=True), 1e-9)
    return axis, backwards


def _opened(
    beside: np.ndarray, old: np.ndarray, new: np.ndarray, across: np.ndarray, backwards: np.ndarray
) -> np.ndarray:
    """How much the corner between a leg bone and the line from hip to ankle opens when that line's length changes.

    A knee bent backwards by a few degrees (noise, or a double-jointed actor) comes forward without a jump as the leg
    shortens.
    """
    before, after = corner(beside, old, across), corner(beside, new, across)
    kept = np.clip(1 - (after - before) / np.maximum(2 * before, 1e-9), 0, 1)
    bent_back = np.where(after < before, before - after, after + before - 2 * before * kept)
    return np.where(backwards, bent_back, after - before)


def corner(beside: np.ndarray, base: np.ndarray, across: np.ndarray) -> np.ndarray:
    """Angle between two sides of a triangle, from its three lengths."""
    cosine = (beside**2 + base**2 - across**2) / np.maximum(2 * beside * base, 1e-12)
    return np.arccos(np.clip(cosine, -1, 1))
