"""What a task is given, and measures that several tasks share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motionmix_core.editing import Edit
from motionmix_core.generation import Generator
from motionmix_core.metrics import jitter, skating
from motionmix_core.metrics.report import Estimate
from motionmix_core.motion.motion import Motion
from training.evaluation.clip_cache import ClipCache


@dataclass(frozen=True)
class TaskSetup:
    """generator, model: what makes the motions; cache, split: the real clips; limit: windows a table, None = all;
    seed: of the takes; steps: network calls, None = the edit's own."""

    generator: Generator
    model: str
    cache: ClipCache
    split: str
    limit: int | None = None
    seed: int = 0
    steps: int | None = None

    def finished(self, edit: Edit) -> Motion:
        """The edit's motion, made and finished."""
        result = self.generator.generate(edit.request)
        return edit.finish(result[0], result.contacts[0])


def seam_ratio(motion: Motion, seams: list[int], own: np.ndarray) -> float:
    """The largest acceleration at the seams over the 95th percentile of the real clip's own.

    seams: first frames after a seam; the two frames on either side count. own: (T, J, 3) positions of the real clip.
    Accelerations are means over the joints.
    """
    made = _accelerations(motion.positions())
    usual = float(np.percentile(_accelerations(own), 95))
    at = [frame for seam in seams for frame in (seam - 1, seam) if 1 <= frame < motion.num_frames - 1]
    return float(max(made[frame - 1] for frame in at) / max(usual, 1e-9))


def _accelerations(positions: np.ndarray) -> np.ndarray:
    """(T, J, 3) -> (T-2,) mean length of second differences."""
    return np.asarray(np.linalg.norm(np.diff(positions, n=2, axis=0), axis=-1).mean(axis=1))


def physical(motion: Motion) -> dict[str, float]:
    """Skating by two definitions, and jitter."""
    positions = motion.positions()
    return {
        "skate GMD": skating.gmd_skating_ratio(positions, motion.fps),
        "skate Kimodo": skating.kimodo_skating(positions, motion.fps).ratio,
        "jitter": jitter.jitter(positions, motion.fps),
    }


def estimates(rows: list[dict[str, float]]) -> dict[str, Estimate]:
    """Mean and interval of each value over rows; values that aren't finite are left out."""
    found = {}
    for name in rows[0]:
        values = [row[name] for row in rows if np.isfinite(row[name])]
        if values:
            found[name] = Estimate.of(values)
    return found
