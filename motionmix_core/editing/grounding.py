"""Travel that fits the steps: the root moved so that feet that stand don't slide or float.

A capture whose scale is off slides by a share of its travel; one that drifts slides by itself. Both show in the feet:
while one stands, the ground under it must not move. What the standing feet move by beyond what real ones do is taken
off the root, so that the body goes where its steps go. Small slides are left to the leg's inverse kinematics.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..motion.contacts import FOOT_INDICES
from ..motion.motion import Motion
from ..motion.skeleton import SOLE_THICKNESS
from ..retarget.planting import runs, tidy_contacts

SHORTEST_SECONDS = 0.13  # a shorter stand tells nothing
REAL_SLIDE = 0.035  # metres that a real foot's joint moves by while it stands (it rolls), for most of all stands
REAL_HEIGHT = 0.025  # metres that a standing toe's height varies by
ROLLING_SHARE = 0.03  # of the travel, that a toe joint goes forward by while its foot rolls: the clean captures' median
SMALLEST_SCALE = 0.045  # beyond that, a share too small to tell from other people's rolling
LARGEST_SPREAD = 0.10  # between the middle half of the stands, for a scale to be believed
SCALE_TRAVEL = 1.0  # metres of travel over standing feet before a scale is believed
SMOOTH_SECONDS = 0.15

Curve = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Stand:
    """One foot standing from frame start to stop - 1. path: (stop - start, 3) of its planted point."""

    start: int
    stop: int
    path: Curve


def grounded(
    motion: Motion, contacts: NDArray[np.bool_], allowed: Curve | None = None, evidence: float = 1.0
) -> Motion:
    """The motion with its root moved to fit its steps; the motion itself, if they fit.

    Args:
        motion: T frames, Y up, the ground at 0.
        contacts: (T,4) bool: left ankle, left foot, right ankle, right foot.
        allowed: (T,) 0..1, how much of the correction each frame may take; None = all.
        evidence: 0..1, how sure it is that single stands slide or float by fault. A slide in proportion to the travel
            is evidence by itself.
    """
    stands = _stands(motion, contacts)
    if not stands:
        return motion
    root = motion.root_positions.copy()
    share = _slide_share(stands, root)
    steps = np.diff(root[:, [0, 2]], axis=0) * -share
    left = _leftover(stands, steps)
    steps = steps + evidence * _rates(left, len(steps))
    height = evidence * _heights(stands, motion.num_frames, motion.fps)
    if allowed is not None:
        steps = steps * np.minimum(allowed[1:], allowed[:-1])[:, None]
        height = height * allowed
    if not (np.abs(steps).max() > 1e-9 or np.abs(height).max() > 1e-9):
        return motion
    root[1:, [0, 2]] += np.cumsum(steps, axis=0)
    root[:, 1] += height
    return replace(motion, root_positions=root)


def slide_evidence(motion: Motion, contacts: NDArray[np.bool_]) -> float:
    """0 to 1, how sure it is that standing feet slide: half of them by more than most real ones do."""
    slides = [float(np.linalg.norm((s.path[-1] - s.path[0])[[0, 2]])) for s in _stands(motion, contacts)]
    return float(np.clip((np.median(slides) - 0.025) / 0.02, 0.0, 1.0)) if slides else 0.0


def _stands(motion: Motion, contacts: NDArray[np.bool_]) -> list[_Stand]:
    """Where a foot stands on its toe joint or, while that is in the air, on its heel."""
    positions = motion.positions()[:, FOOT_INDICES]
    planted = tidy_contacts(np.asarray(contacts, bool), motion.fps)
    shortest = max(3, round(SHORTEST_SECONDS * motion.fps))
    stands = []
    for ankle, toe in ((0, 1), (2, 3)):
        for mask, point in ((planted[:, toe], toe), (planted[:, ankle] & ~planted[:, toe], ankle)):
            for start, stop in runs(mask):
                if stop - start >= shortest:
                    path = positions[start:stop, point].copy()
                    if point == ankle:
                        path[:, 1] = np.nan  # a heel's height depends on the shoe
                    stands.append(_Stand(start, stop, path))
    return stands


def _slide_share(stands: list[_Stand], root: Curve) -> float:
    """The share of the root's travel that its standing feet slide along with it; 0 if it can't be told."""
    slide = np.array([stand.path[-1, [0, 2]] - stand.path[0, [0, 2]] for stand in stands])
    travel = np.array([root[stand.stop - 1, [0, 2]] - root[stand.start, [0, 2]] for stand in stands])
    far = np.linalg.norm(travel, axis=1)
    if far.sum() < SCALE_TRAVEL:
        return 0.0
    shares = (slide * travel).sum(axis=1) / np.maximum(far**2, 1e-9)
    order = np.argsort(shares)
    weights = np.cumsum(far[order]) / far.sum()
    low, middle, high = (float(shares[order][np.searchsorted(weights, at)]) for at in (0.25, 0.5, 0.75))
    share = middle - ROLLING_SHARE
    if high - low > LARGEST_SPREAD or not SMALLEST_SCALE < abs(share) < 0.5:
        return 0.0
    return share


def _leftover(stands: list[_Stand], steps: Curve) -> list[tuple[int, int, Curve]]:
    """(first step, step after the last, metres a step to take off) of each stand that slides more than a real one."""
    moved = np.concatenate((np.zeros((1, 2)), np.cumsum(steps, axis=0)))
    out = []
    for stand in stands:
        slide = stand.path[-1, [0, 2]] - stand.path[0, [0, 2]] + moved[stand.stop - 1] - moved[stand.start]
        size = float(np.linalg.norm(slide))
        excess = slide * max(0.0, 1 - REAL_SLIDE / max(size, 1e-9))
        out.append((stand.start, stand.stop - 1, -excess / (stand.stop - 1 - stand.start)))
    return out


def _rates(left: list[tuple[int, int, Curve]], count: int) -> Curve:
    """(T-1, 2) correction a step: the mean of the feet that stand, and in the air what lies between."""
    total, weight = np.zeros((count, 2)), np.zeros(count)
    for start, stop, rate in left:
        total[start:stop] += rate
        weight[start:stop] += 1
    known = np.flatnonzero(weight > 0)
    rates = total[known] / weight[known, None]
    return np.stack([np.interp(np.arange(count), known, rates[:, axis]) for axis in range(2)], axis=1)


def _heights(stands: list[_Stand], frames: int, fps: float) -> Curve:
    """(T,) metres to lift the root by, so that standing toes are at the height of toes."""
    total, weight = np.zeros(frames), np.zeros(frames)
    for stand in stands:
        if np.isnan(stand.path[0, 1]):
            continue
        off = float(np.median(stand.path[:, 1])) - SOLE_THICKNESS
        excess = np.sign(off) * max(0.0, abs(off) - REAL_HEIGHT)
        total[stand.start : stand.stop] -= excess
        weight[stand.start : stand.stop] += 1
    known = np.flatnonzero(weight > 0)
    if not len(known):
        return np.zeros(frames)
    lift = np.interp(np.arange(frames), known, total[known] / weight[known])
    reach = max(1, round(2 * SMOOTH_SECONDS * fps))
    window = np.hanning(2 * reach + 3)[1:-1]
    return np.asarray(np.convolve(np.pad(lift, reach, mode="edge"), window / window.sum(), mode="valid"))
