"""How exactly a motion keeps what it was told to keep: key poses, root paths, pinned joints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

ROOT = 0


def key_error(positions: np.ndarray, target: np.ndarray, mask: np.ndarray) -> float:
    """Mean distance, metres, between made and asked joint positions (T, J, 3) where mask, (T, J) or (T,), is set."""
    return float(_errors(positions, target, mask).mean())


def worst_key_error(positions: np.ndarray, target: np.ndarray, mask: np.ndarray) -> float:
    """MotionBricks' key-frame error: the largest distance of any asked joint, metres."""
    return float(_errors(positions, target, mask).max())


@dataclass(frozen=True)
class TrajectoryErrors:
    """GMD's control errors over many clips.

    trajectory: share of clips with any controlled frame off by more than the threshold; location: share of controlled
    frames off by more; average: mean error in metres.
    """

    trajectory: float
    location: float
    average: float


def trajectory_errors(
    paths: Sequence[np.ndarray], targets: Sequence[np.ndarray], masks: Sequence[np.ndarray], threshold: float = 0.5
) -> TrajectoryErrors:
    """Errors of controlled points over clips; 0.5 m and 0.2 m are the published thresholds.

    paths, targets: one (T, 2) or (T, 3) a clip, metres; masks: one (T,) bool a clip, the controlled frames (at least
    one each).
    """
    errors = [_errors(p, t, m) for p, t, m in zip(paths, targets, masks, strict=True)]
    if not errors:
        raise ValueError("no clip to measure trajectory errors on")
    every = np.concatenate(errors)
    return TrajectoryErrors(
        trajectory=float(np.mean([(e > threshold).any() for e in errors])),
        location=float((every > threshold).mean()),
        average=float(every.mean()),
    )


@dataclass(frozen=True)
class RootPathErrors:
    """Kimodo's horizontal root errors at controlled frames: mean and 95th percentile in metres, share within 10 cm."""

    mean: float
    p95: float
    accuracy: float


def root_path_errors(root: np.ndarray, target: np.ndarray, mask: np.ndarray, within: float = 0.10) -> RootPathErrors:
    """root, target: (T, 3) positions of which x and z are compared; mask: (T,) bool, the controlled frames."""
    errors = _errors(root[:, [0, 2]], target[:, [0, 2]], mask)
    return RootPathErrors(
        mean=float(errors.mean()), p95=float(np.percentile(errors, 95)), accuracy=float((errors <= within).mean())
    )


def reached(
    root: np.ndarray,
    heading: np.ndarray,
    target_root: np.ndarray,
    target_heading: np.ndarray,
    mask: np.ndarray,
    distance: float = 0.05,
    angle: float = float(np.radians(15)),
) -> float:
    """MotionBricks' reach: share of key frames whose root is within 5 cm and whose heading is within 15 degrees.

    root: (T, 3) metres; heading: (T,) radians; mask: (T,) bool, the key frames.
    """
    off = _errors(root, target_root, mask)
    turn = np.asarray(heading - target_heading)[np.asarray(mask, dtype=bool)]
    turn = np.abs((turn + np.pi) % (2 * np.pi) - np.pi)
    return float(((off < distance) & (turn < angle)).mean())


def _errors(positions: np.ndarray, target: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Distances at the places where the mask is set, flat."""
    mask = np.asarray(mask, dtype=bool)
    if positions.shape != target.shape or mask.shape != positions.shape[: mask.ndim]:
        raise ValueError(f"made {positions.shape}, asked {target.shape} and mask {mask.shape} don't fit together")
    if not mask.any():
        raise ValueError("the mask marks no key")
    return np.linalg.norm((positions - target)[mask], axis=-1).ravel()
