"""Travel that fits the steps: where feet slide in proportion to the travel, the travel's scale is off.

A capture from a body of other size, or with a camera wrongly measured, goes a share too far or too near, and its
standing feet slide by that share. It is measured in three ways, and the middle one is taken: how far each foot gets
from setting down to lifting off, how fast it goes while it is flat on the ground, and the share of the hips' speed
that feet are seen at most often. Real feet roll, and captures that count as clean slide a little, so that only shares
beyond those are believed, and small ones are left to the legs' inverse kinematics.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..motion.contacts import FOOT_INDICES, MAX_HEIGHT
from ..motion.motion import Motion
from ..motion.skeleton import JOINT_NAMES
from ..retarget.planting import runs, tidy_contacts

STANDING_SPEED, CALM_SECONDS = 0.25, 0.13  # metres a second: small slides are still on it
SHORTEST_SECONDS = 0.13  # a shorter stand tells nothing
ROLLING_SHARE, FLAT_SHARE, USUAL_SHARE = 0.03, 0.045, 0.043
"""What a foot gets of the travel by rolling while it stands, while flat, and most often: the clean training clips'
medians."""

TOO_FAR, TOO_NEAR = 0.05, 0.085
"""Shares of the travel beyond those that are believed. Of 187 clean windows of training and validation clips that
travel, three slide along by more than the first, two of them hand-made loops; six slide against their way by more than
the second, four of them of one body whose bones nobody measured."""

DOUBT = 0.04  # more where the legs shook
AGREED, ALONE = 0.6, 1.2
"""Of what is believed: that all three measures, or the only two, must be beyond, to the same side."""

LARGE, MOST_LEFT = 0.12, 0.1
"""Shares of the travel: slides beyond the first are measured once more when they are nearly gone, and then no more than
the second may seem to be left, or one of the measures is wrong. Slides of a tenth were not told any better so."""

LARGEST_SHARE = 0.5
TRAVEL = 1.0  # metres over standing feet before a share is believed
FLAT_HEIGHT, FLAT_TILT, FLAT_SPEED = 0.07, 0.03, 0.35  # metres of the toes, of the ankle over them; metres a second
SLIDING_PACE = 0.35  # share of the hips' speed: faster feet swing
STROLL = 0.3  # metres a second: slower hips tell nothing about a share
SAME_SPEED = 0.05  # metres a second: feet whose speeds differ by so much from a share of the hips' hardly count for it
SWAY, TRAVEL_IN_PLACE, ONE_WAY = 0.4, 0.3, 0.85  # metres of hips in place, of feet under them; share in one direction

SUSPECTED, CERTAIN = 0.02, 0.06  # shares beyond real ones, up to which feet are as in real captures, and slide for sure

Curve = NDArray[np.float64]


@dataclass(frozen=True)
class Slide:
    """share: of the travel that standing feet slide by, beyond what real ones do; least: what the measure that found
    the least found of it; measures: how many found something."""

    share: float
    least: float
    measures: int

    @property
    def evidence(self) -> float:
        """0 for feet as real captures have them, 1 for feet that slide for sure."""
        told = abs(self.share) if self.measures > 2 else self.least
        return float(np.clip((told - SUSPECTED) / (CERTAIN - SUSPECTED), 0.0, 1.0))


@dataclass(frozen=True, eq=False)
class _Stand:
    """One foot standing from frame start to stop - 1. path: (stop - start, 3) of its planted point."""

    start: int
    stop: int
    path: Curve


def measured_slide(motion: Motion) -> Slide | None:
    """The share of the travel that standing feet slide by, beyond what real ones do; None if too little tells."""
    shares = _shares(motion)
    if len(shares) < 2 or min(shares) < 0 < max(shares):
        return None
    return Slide(float(np.median(shares)), min(abs(share) for share in shares), len(shares))


def travel_fitted(motion: Motion, slide: Slide | None, shaking: float = 0.0) -> Motion:
    """The motion with its travel scaled to fit its steps; the motion itself, if they fit or nobody can tell.

    The first frame stays where it is. shaking: 0..1, how surely the legs shook, so that less can be told.
    """
    if slide is None or abs(slide.share) >= LARGEST_SHARE:
        return motion
    believed = TOO_FAR if slide.share > 0 else TOO_NEAR
    # of two measures alone, as where somebody runs, each has to be believed all the more
    agreed = believed * (AGREED if slide.measures > 2 else ALONE)
    if abs(slide.share) <= believed + shaking * DOUBT or slide.least < agreed:
        return motion
    return _without_share(motion, slide.share)


def travel_fitted_closer(fitted: Motion, slide: Slide) -> Motion:
    """A motion whose travel was fitted to its steps, fitted once more if it had slid far; else itself.

    Of large slides less is seen than there is, since the fastest steps don't count as stands then, and what real feet
    roll by is a share of the real travel, not of the wrong one. Where it nearly fits neither matters.
    """
    shares = _shares(fitted) if abs(slide.share) > LARGE else []
    left = float(np.median(shares)) if len(shares) > 1 else 0.0
    return _without_share(fitted, left) if 0 < abs(left) < MOST_LEFT else fitted


def _shares(motion: Motion) -> list[float]:
    """What the measures that can tell find, beyond what real feet get."""
    found = (measure(motion) for measure in (_share_of_stands, _share_of_flat_feet, _most_usual_share))
    return [share for share in found if share is not None]


def _without_share(motion: Motion, share: float) -> Motion:
    root = motion.root_positions.copy()
    root[:, [0, 2]] -= share * (root[:, [0, 2]] - root[0, [0, 2]])
    return replace(motion, root_positions=root)


def steady_contacts(motion: Motion, pace_share: float = 0.0) -> NDArray[np.bool_]:
    """(T,4) bool: which foot joints stand, told from paths without what is left of noise.

    pace_share: feet up to so much of the hips' speed stand too.
    """
    feet, reach = motion.positions()[:, FOOT_INDICES], max(1, round(CALM_SECONDS * motion.fps))
    limit = np.maximum(STANDING_SPEED, pace_share * _pace(motion))[:, None]
    return np.asarray((_speed(feet, reach, motion.fps) < limit) & (feet[..., 1] < np.asarray(MAX_HEIGHT)))


def glides_in_place(motion: Motion) -> bool:
    """Whether the ground is meant to go by under a body that stays, as in the loops of games: no foot can be held then.

    All stands glide one way, though the hips go nowhere.
    """
    slides = [(s.path[-1] - s.path[0])[[0, 2]] for s in _stands(motion, steady_contacts(motion))]
    way, far = np.sum(slides, axis=0), float(np.linalg.norm(slides, axis=-1).sum()) if slides else 0.0
    hips = float(np.linalg.norm(np.ptp(motion.root_positions[:, [0, 2]], axis=0)))
    return far > TRAVEL_IN_PLACE and hips < SWAY and bool(np.linalg.norm(way) > ONE_WAY * far)


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
                    stands.append(_Stand(start, stop, positions[start:stop, point]))
    return stands


def _share_of_stands(motion: Motion) -> float | None:
    """The share of the root's travel that its standing feet slide along with it, beyond rolling."""
    stands, root = _stands(motion, steady_contacts(motion, SLIDING_PACE)), motion.root_positions
    if not stands:
        return None
    slide = np.array([stand.path[-1, [0, 2]] - stand.path[0, [0, 2]] for stand in stands])
    travel = np.array([root[stand.stop - 1, [0, 2]] - root[stand.start, [0, 2]] for stand in stands])
    far = np.linalg.norm(travel, axis=1)
    if far.sum() < TRAVEL:
        return None
    return _weighted_median((slide * travel).sum(axis=1) / np.maximum(far**2, 1e-9), far) - ROLLING_SHARE


def _share_of_flat_feet(motion: Motion) -> float | None:
    """The share of the hips' speed that flat feet have."""
    positions, fps = motion.positions()[:, FOOT_INDICES], motion.fps
    feet = np.gradient(_calmed(positions, max(1, round(fps / 15))), axis=0)[..., [0, 2]] * fps
    hips = np.gradient(_calmed(motion.root_positions, max(1, round(fps / 7.5))), axis=0)[:, [0, 2]] * fps
    pace = _pace(motion)
    ankle_over_toe = -motion.skeleton.offsets[JOINT_NAMES.index("left_foot"), 1]
    shares, weights = [], []
    for ankle, toe in ((0, 1), (2, 3)):
        tilt = np.abs(positions[:, ankle, 1] - positions[:, toe, 1] - ankle_over_toe)
        flat = (positions[:, toe, 1] < FLAT_HEIGHT) & (tilt < FLAT_TILT) & (pace > STROLL)
        flat &= np.linalg.norm(feet[:, toe], axis=-1) < np.maximum(FLAT_SPEED, SLIDING_PACE * pace)
        shares.append((feet[flat, toe] * hips[flat]).sum(axis=-1) / pace[flat] ** 2)
        weights.append(pace[flat])
    weight = np.concatenate(weights)
    if weight.sum() < TRAVEL / 2 * fps:
        return None
    return _weighted_median(np.concatenate(shares), weight) - FLAT_SHARE


def _most_usual_share(motion: Motion) -> float | None:
    """The share of the hips' velocity that low foot joints have most often."""
    fps, feet = motion.fps, motion.positions()[:, FOOT_INDICES]
    velocity = np.gradient(_calmed(feet, max(1, round(fps / 15))), axis=0) * fps
    hips = np.gradient(_calmed(motion.root_positions, max(1, round(fps / 7.5))), axis=0) * fps * (1, 0, 1)
    low = (feet[..., 1] < np.asarray(MAX_HEIGHT)) * np.linalg.norm(hips, axis=-1)[:, None]
    shares = np.linspace(-LARGEST_SHARE, LARGEST_SHARE, 201)
    counts = [
        float((np.exp(-0.5 * np.square((velocity - share * hips[:, None]) / SAME_SPEED).sum(axis=-1)) * low).sum())
        for share in shares
    ]
    best = int(np.argmax(counts))
    return float(shares[best]) - USUAL_SHARE if counts[best] > TRAVEL / 2 * fps else None


def _pace(motion: Motion) -> Curve:
    """(T,) metres a second that the hips go over the ground."""
    return _speed(motion.root_positions * np.array([1.0, 0.0, 1.0]), max(1, round(motion.fps / 7.5)), motion.fps)


def _speed(points: Curve, reach: int, fps: float) -> Curve:
    """(T, ..., 3) -> (T, ...) speed along the paths, calmed over +-reach frames."""
    return np.asarray(np.linalg.norm(np.gradient(_calmed(points, reach), axis=0), axis=-1) * fps)


def _calmed(values: Curve, reach: int) -> Curve:
    """(T, ...) mean over 2 reach + 1 frames, weighted towards the middle."""
    window = np.hanning(2 * reach + 3)[1:-1]
    padded = np.pad(values, ((reach, reach), *([(0, 0)] * (values.ndim - 1))), mode="edge")
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=0) @ (window / window.sum()))


def _weighted_median(values: Curve, weights: Curve) -> float:
    order = np.argsort(values)
    summed = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(summed, summed[-1] / 2)])
