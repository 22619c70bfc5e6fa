"""Where the feet have to be so that they stand still while they carry weight.

A foot has two points that can be planted: the ankle (over the heel) and the toe joint. While both are planted the
foot's direction is held; while one is, the foot turns about it as it did. From step to step inside one stretch of
contact the whole foot is shifted against the slide of its planted point, so each planted point stays exactly where it
is; between stretches the shift is eased by cubic Hermite curves that leave and arrive with the right speed. Their
length grows with the shift, so the acceleration that is added stays bounded. Frames may be fixed: there no foot is
moved, and a foot that stands through them stands where it stands in them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np

from ..motion.rotations import axis_angle_to_quat, quat_apply, quat_between, quat_to_axis_angle
from .leg_ik import smooth_cover

EASE_SECONDS = (0.2, 0.6)  # shortest and longest ease
ADDED_ACCELERATION = 8.0  # metres a second squared, what an ease may add
LONGEST_GAP, LONGEST_BLINK = 0.075, 0.04  # seconds: gaps and contacts no longer than these are mistakes of the labels
SOFT_GROUND = 0.0025  # metres that a swinging foot may sink into the ground, so that the ground doesn't kink its path
FAST, SLOW = 0.35, 0.1  # metres a second along the ground: a foot faster than the first is swinging, so it's lifted
SWING_EASE_SECONDS = 0.1
SNAP_TO_GROUND = 0.06  # metres: a planted foot this near to the ground is put on it; farther up it's on something


@dataclass(frozen=True)
class FootTargets:
    """ankles: (T, 2, 3) left and right. turns: (T, 2, 4) world rotations to put before the feet's own.

    changed: (T,) frames in which a foot is moved at all. planted: (T, 2, 2) the contacts that were used.
    """

    ankles: np.ndarray
    turns: np.ndarray
    changed: np.ndarray
    planted: np.ndarray


def plant_feet(
    ankles: np.ndarray,
    toes: np.ndarray,
    contacts: np.ndarray,
    heights: np.ndarray,
    fps: float,
    swing_height: float = 0.0,
    fixed: np.ndarray | None = None,
) -> FootTargets:
    """Targets that hold the planted points.

    ankles, toes: (T, 2, 3), Y up. contacts: (T, 4) bool left ankle, left toe, right ankle, right toe.
    heights: (2, 2) [foot][ankle, toe] heights of a foot that stands flat.
    swing_height: metres that a fast foot is kept over the ground at least, so that a step doesn't become a slide.
    fixed: (T,) bool, frames whose feet stay where they are; None = there are none.
    """
    fixed = np.zeros(len(ankles), dtype=bool) if fixed is None else np.asarray(fixed, dtype=bool)
    planted = tidy_contacts(np.asarray(contacts, dtype=bool), fps).reshape(-1, 2, 2)
    shifts, turns = np.zeros_like(ankles), np.zeros_like(ankles)
    for side in range(2):
        ankle, toe, mask = ankles[:, side], toes[:, side], planted[:, side]
        if mask.any():
            flat = heights[side, 0] - heights[side, 1]
            turns[:, side] = _held_direction(toe - ankle, mask.all(axis=1), flat, fps, fixed)
            toe = ankle + quat_apply(axis_angle_to_quat(turns[:, side]), toe - ankle)
            points = np.stack((ankle, toe), axis=1)
            shifts[:, side] = _held_place(points, mask, heights[side], fps, fixed)
        if swing_height > 0:
            height, still = heights[side, 1] + swing_height, mask.any(axis=1) | fixed
            shifts[:, side, 1] += _swing_lift(toe + shifts[:, side], height, still, fps)
    changed = (np.abs(shifts) + np.abs(turns)).max(axis=(1, 2)) > 1e-9
    return FootTargets(ankles + shifts, axis_angle_to_quat(turns), changed, planted)


def tidy_contacts(contacts: np.ndarray, fps: float) -> np.ndarray:
    """(T, C) contacts without gaps or stretches too short to be real."""
    gap, blink = (int(np.floor(seconds * fps + 1e-6)) for seconds in (LONGEST_GAP, LONGEST_BLINK))
    tidy = contacts.copy()
    for column in tidy.T:
        for start, stop in runs(~column):
            if stop - start <= gap and start > 0 and stop < len(column):
                column[start:stop] = True
        for start, stop in runs(column):
            if stop - start <= blink and (start > 0 or stop < len(column)):
                column[start:stop] = False
    return tidy


def runs(mask: np.ndarray) -> list[tuple[int, int]]:
    """(start, stop) of each unbroken stretch of True in a (T,) mask."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _held_direction(feet: np.ndarray, both: np.ndarray, flat: float, fps: float, fixed: np.ndarray) -> np.ndarray:
    """(T, 3) rotation vectors that hold a foot's direction (T, 3) while heel and toe are both planted.

    flat: how much higher the ankle is than the toe when the sole is flat; the heel isn't pressed below that.
    """
    turns = np.zeros_like(feet)
    for start, stop in runs(both):
        if fixed[start:stop].any():
            turns[start:stop] = _from_fixed(partial(_towards, feet[start:stop]), fixed[start:stop])
            continue
        mean = feet[start:stop].mean(axis=0)
        length = float(np.linalg.norm(feet[start]))
        drop = min(max(-mean[1] * length / max(float(np.linalg.norm(mean)), 1e-9), flat), length)
        level = np.array([mean[0], 0.0, mean[2]])
        goal = level / max(float(np.linalg.norm(level)), 1e-9) * np.sqrt(max(length**2 - drop**2, 0.0))
        goal[1] = -drop
        turns[start:stop] = quat_to_axis_angle(quat_between(feet[start:stop], goal[None]))
    return ease_between(turns, both | fixed, fps, np.radians(60.0) * ADDED_ACCELERATION)


def _towards(directions: np.ndarray, frame: int) -> np.ndarray:
    return np.asarray(quat_to_axis_angle(quat_between(directions, directions[frame][None])))


def _less(values: np.ndarray, frame: int) -> np.ndarray:
    return np.asarray(values - values[frame])


def _from_fixed(back: Callable[[int], np.ndarray], fixed: np.ndarray) -> np.ndarray:
    """(N, C) corrections for one stretch of contact with `fixed` (N,) frames, which have none.

    back: corrections (N, C) that bring every frame to where a given one is. A free frame takes those of the fixed
    frame beside its gap; between two that differ it goes over from the one to the other.
    """
    out: np.ndarray = np.zeros_like(back(int(np.flatnonzero(fixed)[0])))
    for start, stop in runs(~fixed):
        before, after = start > 0, stop < len(fixed)
        one = back(start - 1 if before else stop)[start:stop]
        if before and after:
            t = (np.arange(1, stop - start + 1) / (stop - start + 1))[:, None]
            one = one + t * t * (3 - 2 * t) * (back(stop)[start:stop] - one)
        out[start:stop] = one
    return out


def _held_place(
    points: np.ndarray,
    mask: np.ndarray,
    heights: np.ndarray,
    fps: float,
    fixed: np.ndarray,
) -> np.ndarray:
    """(T, 3) shift of a foot that keeps its planted points still. points: (T, 2, 3) ankle, toe; mask (T, 2)."""
    shift = np.zeros((len(points), 3))
    standing = mask.any(axis=1)
    for start, stop in runs(standing):
        steps = np.diff(points[start:stop], axis=0)
        held = mask[start : stop - 1] & mask[start + 1 : stop]
        # the toe holds when it's planted, else the ankle; where the weight passes over in one step nothing is undone
        pivot = np.where(held[:, 1:], steps[:, 1], np.where(held[:, :1], steps[:, 0], 0.0))
        local = np.concatenate((np.zeros((1, 3)), -np.cumsum(pivot, axis=0)))
        if fixed[start:stop].any():
            shift[start:stop] = _from_fixed(partial(_less, local), fixed[start:stop])
            continue
        local -= local.mean(axis=0)
        above = (points[start:stop] + local[:, None])[..., 1] - heights
        lowest = np.where(mask[start:stop], above, np.inf).min()
        if abs(lowest) < SNAP_TO_GROUND or lowest < 0:
            local[:, 1] -= lowest
            above -= lowest
        local[:, 1] -= min(above.min(), 0.0)  # a heel in the air is no reason for the toes to sink into the ground
        shift[start:stop] = local
    known = standing | fixed
    shift = ease_between(shift, known, fps, ADDED_ACCELERATION)
    shift[:, 1] += _clearance((points + shift[:, None])[..., 1] - heights, known, fps)
    return shift


def _clearance(above: np.ndarray, standing: np.ndarray, fps: float) -> np.ndarray:
    """(T,) how far to lift a swinging foot whose points (T, 2) would pass under the ground, without a kink."""
    depth, soft = -above.min(axis=1), SOFT_GROUND
    lift = np.where(depth > 2 * soft, depth - soft, np.clip(depth, 0.0, None) ** 2 / (4 * soft))
    frames = np.arange(len(above))
    planted = np.flatnonzero(standing)
    near = np.abs(frames[:, None] - planted[None]).min(axis=1)
    return lift * np.clip(near / max(0.1 * fps, 1.0), 0.0, 1.0)


def _swing_lift(toes: np.ndarray, height: float, standing: np.ndarray, fps: float) -> np.ndarray:
    """(T,) how far to raise a foot whose toes (T, 3) pass over the ground fast and lower than `height`."""
    speed = np.linalg.norm(np.gradient(toes[:, (0, 2)], axis=0), axis=-1) * fps if len(toes) > 1 else 0.0
    swinging = np.clip((speed - SLOW) / (FAST - SLOW), 0.0, 1.0)
    needed = np.where(standing, 0.0, np.maximum(height - toes[:, 1], 0.0) * swinging)
    lift = smooth_cover(needed, max(1, round(SWING_EASE_SECONDS * fps)))
    planted = np.flatnonzero(standing)
    if not len(planted):
        return lift
    near = np.abs(np.arange(len(toes))[:, None] - planted[None]).min(axis=1)
    ramp = np.clip(near / max(SWING_EASE_SECONDS * fps, 1.0), 0.0, 1.0)
    return np.asarray(lift * ramp * ramp * (3 - 2 * ramp))


def ease_between(values: np.ndarray, known: np.ndarray, fps: float, acceleration: float) -> np.ndarray:
    """Fill (T, C) values where `known` (T,) is False: eased to zero and back, or straight over when there's no time.

    acceleration: what an ease should stay under, in values a second squared.
    """
    filled = np.where(known[:, None], values, 0.0)
    stretches = runs(known)
    if not stretches:
        return filled
    gaps = [(-1, stretches[0][0]), *((a[1] - 1, b[0]) for a, b in pairwise(stretches))]
    gaps.append((stretches[-1][1] - 1, len(values)))
    for before, after in gaps:
        leave = _knot(values, known, before, -1, fps, acceleration) if before >= 0 else None
        arrive = _knot(values, known, after, 1, fps, acceleration) if after < len(values) else None
        frames = np.arange(before + 1, after)
        if leave and arrive and leave[2] + arrive[2] > after - before:
            filled[frames] = _hermite((frames - before) / (after - before), leave, arrive, after - before)
            continue
        still = (np.zeros(values.shape[1]), np.zeros(values.shape[1]), 0.0)
        if leave:
            out = frames[frames < before + leave[2]]
            filled[out] = _hermite((out - before) / leave[2], leave, still, leave[2])
        if arrive:
            into = frames[frames > after - arrive[2]]
            filled[into] = _hermite(1 - (after - into) / arrive[2], still, arrive, arrive[2])
    return filled


def _knot(
    values: np.ndarray, known: np.ndarray, frame: int, inward: int, fps: float, acceleration: float
) -> tuple[np.ndarray, np.ndarray, float]:
    """Value and slope (a frame) at the edge of a known stretch, and how many frames its ease to zero should take."""
    inside = frame + inward
    slope = np.zeros(values.shape[1])
    if 0 <= inside < len(values) and known[inside]:
        slope = (values[inside] - values[frame]) * inward
    size, speed = float(np.linalg.norm(values[frame])), float(np.linalg.norm(slope)) * fps
    # a Hermite ease over D seconds accelerates by up to 6 size / D^2 + 4 speed / D
    seconds = (2 * speed + np.sqrt(4 * speed**2 + 6 * size * acceleration)) / acceleration
    return values[frame], slope, float(np.clip(seconds, *EASE_SECONDS)) * fps


def _hermite(
    t: np.ndarray,
    start: tuple[np.ndarray, np.ndarray, float],
    end: tuple[np.ndarray, np.ndarray, float],
    frames: float,
) -> np.ndarray:
    t = t[:, None]
    return np.asarray(
        (2 * t**3 - 3 * t**2 + 1) * start[0]
        + (t**3 - 2 * t**2 + t) * frames * start[1]
        + (-2 * t**3 + 3 * t**2) * end[0]
        + (t**3 - t**2) * frames * end[1]
    )
