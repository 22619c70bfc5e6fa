"""Which part of a window the network is shown while it trains: the animator's keys, gaps, limbs and paths.

One function per thing that an animator does (design section 1). Each takes a random generator and the window's
length and gives a mask (T, 207) of 0 and 1 float32. Patterns and their shares follow anchors 2.2.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..motion.skeleton import JOINT_NAMES
from ..representation import default as R

Pattern = Callable[[np.random.Generator, int], np.ndarray]

_POSE = np.r_[0 : R.CONTACTS.start]  # a key pose says where everything is, not whether a foot is planted
_ROOT = np.r_[0 : R.POSITIONS.start]
BODY_PARTS: dict[str, tuple[str, ...]] = {
    "left_arm": ("left_collar", "left_shoulder", "left_elbow", "left_wrist"),
    "right_arm": ("right_collar", "right_shoulder", "right_elbow", "right_wrist"),
    "left_leg": ("left_hip", "left_knee", "left_ankle", "left_foot"),
    "right_leg": ("right_hip", "right_knee", "right_ankle", "right_foot"),
    "head": ("neck", "head"),
    "spine": ("spine1", "spine2", "spine3"),
}
UPPER_BODY = ("spine", "head", "left_arm", "right_arm")
LOWER_BODY = ("left_leg", "right_leg")
END_EFFECTORS = ("left_wrist", "right_wrist", "left_ankle", "right_ankle", "head")


def _empty(frames: int) -> np.ndarray:
    return np.zeros((frames, R.FEATURES), np.float32)


def _few_frames(rng: np.random.Generator, frames: int) -> np.ndarray:
    """1 to 20 different frames, few favoured (a power law)."""
    counts = np.arange(1, min(20, frames) + 1)
    weights = counts**-1.0
    count = rng.choice(counts, p=weights / weights.sum())
    return rng.choice(frames, size=count, replace=False)


def _lone(shown: np.ndarray) -> np.ndarray:
    """(T,) bool: frames of `shown` with no shown frame beside them."""
    lone = shown.copy()
    lone[1:] &= ~shown[:-1]
    lone[:-1] &= ~shown[1:]
    return lone


def key_poses(rng: np.random.Generator, frames: int) -> np.ndarray:
    """Whole poses at a few frames."""
    mask = _empty(frames)
    mask[np.ix_(_few_frames(rng, frames), _POSE)] = 1
    return mask


def gap(rng: np.random.Generator, frames: int) -> np.ndarray:
    """Everything but a stretch in the middle, which may reach the end (continue) but not the beginning."""
    mask = np.ones((frames, R.FEATURES), np.float32)
    length = int(rng.integers(2, max(3, int(frames * 0.8))))
    start = int(rng.integers(1, max(2, frames - length + 1)))
    mask[start : start + length] = 0
    return mask


def gaps(rng: np.random.Generator, frames: int) -> np.ndarray:
    """Gaps of an animator's size, one after the other, with motion or one pose between them (in-betweening).

    One long gap a window teaches little of short ones: here up to a dozen are learned at once. What comes before the
    first gap is motion; after a gap there is a single pose in half of the cases.
    """
    mask = _empty(frames)
    at = int(rng.integers(1, min(31, frames)))
    mask[:at] = 1
    while at < frames:
        at += round(float(np.exp(rng.uniform(np.log(3), np.log(60)))))
        shown = 1 if rng.random() < 0.5 else int(rng.integers(2, 21))
        mask[at : at + shown] = 1
        at += shown
    mask[_lone(mask[:, 0] > 0), R.CONTACTS] = 0  # one pose doesn't tell whether a foot is planted
    return mask


def prefix(rng: np.random.Generator, frames: int) -> np.ndarray:
    """The first frames only: the way long motions are made."""
    mask = _empty(frames)
    mask[: int(rng.integers(1, max(2, frames // 3)))] = 1
    return mask


def body_part(rng: np.random.Generator, frames: int) -> np.ndarray:
    """All frames of all joints but some limbs, which are to be made new."""
    choice = rng.integers(4)
    free: tuple[str, ...]
    if choice == 0:
        free = UPPER_BODY
    elif choice == 1:
        free = LOWER_BODY
    else:
        free = tuple(rng.choice(list(BODY_PARTS), size=int(rng.integers(1, 3)), replace=False))
    mask = np.ones((frames, R.FEATURES), np.float32)
    for part in free:
        for name in BODY_PARTS[part]:
            mask[:, R.joint_columns(JOINT_NAMES.index(name))] = 0
    if any(part.endswith("leg") for part in free):
        mask[:, R.CONTACTS] = 0
    return mask


def end_effectors(rng: np.random.Generator, frames: int) -> np.ndarray:
    """Places of one to three hands, feet or the head, at a few frames, with the root there (places are relative)."""
    mask = _empty(frames)
    at = _few_frames(rng, frames)
    mask[np.ix_(at, _ROOT)] = 1
    for name in rng.choice(END_EFFECTORS, size=int(rng.integers(1, 4)), replace=False):
        start = R.POSITIONS.start + 3 * JOINT_NAMES.index(str(name))
        mask[np.ix_(at, np.arange(start, start + 3))] = 1
    return mask


def root_path(rng: np.random.Generator, frames: int) -> np.ndarray:
    """The path on the ground at every frame or at a few, with or without the heading."""
    mask = _empty(frames)
    at = np.arange(frames) if rng.random() < 0.6 else _few_frames(rng, frames)
    mask[at, R.ROOT_XZ] = 1
    if rng.random() < 0.5:
        mask[at, R.HEADING] = 1
    return mask


PATTERNS: tuple[tuple[Pattern, float], ...] = (
    (key_poses, 0.2),
    (gaps, 0.2),
    (gap, 0.15),
    (prefix, 0.15),
    (body_part, 0.15),
    (end_effectors, 0.1),
    (root_path, 0.1),
)
_SPARSE = (key_poses, end_effectors)  # single frames, without the motion around them


def random_mask(rng: np.random.Generator, frames: int, two_share: float = 0.25) -> tuple[np.ndarray, np.ndarray]:
    """One pattern, or the union of two in a quarter of the cases.

    Returns the mask (frames, 207) float32, and (frames,) bool: shown frames whose smoothed root nobody can know,
    because it follows from neighbours that aren't shown. An animator's keys give the pelvis only.
    """
    weights = np.array([weight for _, weight in PATTERNS])
    count = 2 if rng.random() < two_share else 1
    chosen = rng.choice(len(PATTERNS), size=count, replace=False, p=weights / weights.sum())
    mask = _empty(frames)
    known = np.zeros(frames, bool)
    for which in chosen:
        pattern = PATTERNS[which][0]
        shown = pattern(rng, frames)
        mask = np.maximum(mask, shown)
        if pattern not in _SPARSE:
            there = shown[:, R.ROOT_XZ].any(axis=1)
            # a frame that stands alone is a key, too, whatever shows it; a path is drawn as smooth as it is
            known |= there if pattern is root_path else there & ~_lone(there)
    return mask, mask[:, R.ROOT_XZ].any(axis=1) & ~known


def with_loose_root(
    rng: np.random.Generator, features: np.ndarray, loose: np.ndarray, std: np.ndarray, metres: float
) -> np.ndarray:
    """Normalised (T, 207) features as keys would give them: at `loose` frames (T,) the smoothed root is off by some
    `metres`, and the joints' places against it by as much the other way, so that the pose stays where it is.
    """
    out = features.copy()
    count = int(loose.sum())
    off = rng.standard_normal((count, 2)).astype(np.float32) * metres
    out[loose, R.ROOT_XZ] += off / std[R.ROOT_XZ]
    for axis, start in enumerate((R.POSITIONS.start, R.POSITIONS.start + 2)):
        columns = np.arange(start, R.POSITIONS.stop, 3)
        out[np.ix_(loose, columns)] -= off[:, axis : axis + 1] / std[columns]
    return out
