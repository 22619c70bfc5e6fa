"""Feet that slide while they stand: the definitions of GMD, Kimodo and RoHM.

The three disagree about what sliding is, so a number means something only beside the same definition's number of real
clips. Toes are the canonical foot joints (SMPL 10 and 11); their centre rests about 2.5 cm over the ground.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..motion.contacts import FOOT_INDICES
from .sampling_rate import at_rate, need_frames

LEFT_ANKLE, LEFT_TOE, RIGHT_ANKLE, RIGHT_TOE = FOOT_INDICES
TOES = [LEFT_TOE, RIGHT_TOE]
GROUND_AXES = [0, 2]

GMD_FPS = 20.0
GMD_WINDOW = 5


def gmd_skating_ratio(positions: np.ndarray, fps: float, height: float = 0.05, speed: float = 0.5) -> float:
    """Share of frames in which a foot skates, as GMD, OmniControl and CondMDI report it.

    A foot skates when its toe is below `height` metres in two adjacent frames and both its horizontal speed and the
    5-frame mean of that speed are over `speed` m/s, at 20 fps (other rates are brought to it). Either foot counts.
    The running mean takes frames beyond the ends as standing still, as the published code does.
    """
    need_frames(positions, 2, "the skating ratio")
    toes = at_rate(positions[:, TOES], fps, GMD_FPS)
    velocity = np.linalg.norm(np.diff(toes[..., GROUND_AXES], axis=0), axis=-1) * GMD_FPS
    kernel = np.full(GMD_WINDOW, 1 / GMD_WINDOW)
    half = GMD_WINDOW // 2
    mean = np.stack([np.convolve(np.pad(v, half), kernel, mode="valid") for v in velocity.T], axis=1)
    low = toes[..., 1] < height
    skating = low[:-1] & low[1:] & (velocity > speed) & (mean > speed)
    return float(skating.any(axis=1).mean())


@dataclass(frozen=True)
class KimodoSkating:
    """height_speed: mean toe speed, m/s, where the toe is low; ratio: share of low toe frames that move too fast."""

    height_speed: float
    ratio: float


def kimodo_skating(positions: np.ndarray, fps: float, height: float = 0.05, speed: float = 0.2) -> KimodoSkating:
    """Kimodo's foot-skate measures from joint heights alone; speeds are three-dimensional, between adjacent frames.

    `ratio` asks for a toe below `height` metres in both frames of a step, `height_speed` in its first. Motions whose
    toes never come low give 0.
    """
    need_frames(positions, 2, "foot skate")
    toes = positions[:, TOES]
    velocity = np.linalg.norm(np.diff(toes, axis=0), axis=-1) * fps
    low = toes[..., 1] < height
    both = low[:-1] & low[1:]
    return KimodoSkating(
        height_speed=_masked_mean(velocity, low[:-1]), ratio=_masked_mean((velocity > speed).astype(float), both)
    )


def contact_skating(positions: np.ndarray, contacts: np.ndarray, fps: float) -> float:
    """Kimodo's contact-skate: mean speed, m/s, of the four foot joints in frames where `contacts` says they stand.

    contacts: (T, 4) bool for left ankle, left toe, right ankle, right toe, as a method predicted them (0 without any).
    """
    need_frames(positions, 2, "contact skate")
    if contacts.shape != (len(positions), 4):
        raise ValueError(f"contact labels must be ({len(positions)}, 4), not {contacts.shape}")
    velocity = np.linalg.norm(np.diff(positions[:, FOOT_INDICES], axis=0), axis=-1) * fps
    return _masked_mean(velocity, np.asarray(contacts[:-1], dtype=bool))


def contact_consistency(
    positions: np.ndarray, contacts: np.ndarray, fps: float, speed: float = 0.15, height: float = 0.10
) -> float:
    """Kimodo's contact consistency: share of (frame, foot joint) where predicted contacts agree with low-and-slow."""
    need_frames(positions, 2, "contact consistency")
    feet = positions[:, FOOT_INDICES]
    velocity = np.linalg.norm(np.diff(feet, axis=0), axis=-1) * fps
    detected = (velocity < speed) & (feet[:-1, :, 1] < height)
    return float((detected == np.asarray(contacts[:-1], dtype=bool)).mean())


def rohm_skating_ratio(positions: np.ndarray, fps: float) -> float:
    """RoHM's skating ratio: share of frames in which both feet skate.

    A foot skates when its ankle (below 0.15 m) and its toe (below 0.10 m) both move horizontally faster than 0.10 m/s.
    """
    need_frames(positions, 2, "the skating ratio")
    feet = positions[:, FOOT_INDICES]
    velocity = np.linalg.norm(np.diff(feet[..., GROUND_AXES], axis=0), axis=-1) * fps
    skates = (velocity > 0.10) & (feet[:-1, :, 1] < np.array([0.15, 0.10, 0.15, 0.10]))
    left, right = skates[:, :2].all(axis=1), skates[:, 2:].all(axis=1)
    return float((left & right).mean())


def _masked_mean(values: np.ndarray, mask: np.ndarray) -> float:
    return float(values[mask].mean()) if mask.any() else 0.0
