"""The samples that lie nearest to the training clips, drawn beside those clips: are they copies to the eye?

What is drawn is cut from captured motion, so the picture is for looking at and stays outside the repository.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from motionmix_core.motion.motion import Motion
from training.evaluation.clip_cache import open_cache

from .memory import WINDOW_SECONDS, Nearest, stretches_of
from .orders import Order, Shelf


def draw_pairs(copies: Sequence[tuple[Order, Nearest]], shelf: Shelf, cache: Path, path: Path) -> Path:
    """Two rows a pair, of the two seconds that are alike: the sample, then the training clip, mirrored if that fits."""
    from training.visualise import contact_sheet

    clips = open_cache(cache)
    motions, titles = [], []
    for order, nearest in copies:
        sample = _two_seconds(shelf.get(order), nearest.own_seconds)
        clip = _two_seconds(clips.motion(nearest.clip), nearest.at_seconds)
        motions += [sample, min((clip, clip.mirrored()), key=lambda side: _apart(sample, side))]
        titles += [f"made: {order.prompt}", f"{nearest.metres:.3f} m: {nearest.clip} at {nearest.at_seconds:.1f} s"]
    return contact_sheet(motions, titles, path, 10, 75.0)


def _two_seconds(motion: Motion, start: float) -> Motion:
    first = min(round(start * motion.fps), max(motion.num_frames - 2, 0))
    return motion.crop(first, min(first + round(WINDOW_SECONDS * motion.fps), motion.num_frames))


def _apart(first: Motion, second: Motion) -> float:
    cuts = [stretches_of(motion.positions(), motion.fps, 1.0)[0] for motion in (first, second)]
    return float(np.linalg.norm(cuts[0] - cuts[1]))
