"""Quality against the number of steps, for the samplers that the runtime has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from motionmix_core.metrics.distribution import fid
from motionmix_core.metrics.report import Estimate
from motionmix_core.metrics.retrieval import mm_distance, whole_pool_r_precision
from motionmix_core.motion.motion import Motion
from training.evaluation.physical import measure
from training.evaluators.judge import Judge

from .orders import Order
from .scores import Points
from .stretches import StretchSet

STEPS = (4, 8, 12, 16, 50)
SAMPLERS = ("ddim", "dpmpp_2m")
TITLES = {"ddim": "DDIM", "dpmpp_2m": "DPM-Solver++(2M)", "ddpm": "DDPM"}


@dataclass(frozen=True)
class Point:
    """One sampler at one number of steps. cost: processor seconds a sample."""

    sampler: str
    steps: int
    samples: int
    recall: Estimate  # R@3 over all, mean and interval over judges and captions
    distance: Estimate  # MM-Dist
    fid: Estimate
    skating: Estimate
    jitter: Estimate
    cost: float


def curve_orders(wanted: StretchSet, sampler: str, steps: int) -> list[Order]:
    """One sample a stretch, from the same start noise at every point of the curve."""
    fps = wanted.data.fps
    return [Order(s.caption(0, False), s.frames / fps, 0, steps, sampler) for s in wanted.stretches]


def point(
    sampler: str,
    steps: int,
    motions: list[Motion],
    judges: Iterable[Judge],
    captions: list[str],
    groups: np.ndarray,
    reference: dict[str, Points],
    axes: dict[str, Points],
    cost: float,
) -> Point:
    """Scores of one point of the curve; reference and axes: of each judge by name (real motions of the same split)."""
    positions = [motion.positions() for motion in motions]
    recalls, distances, fids = [], [], []
    for judge in judges:
        made, text = judge.motions(positions, motions[0].fps), judge.texts(captions)
        recalls.append(float(whole_pool_r_precision(text, made, groups)[-1]))
        distances.append(mm_distance(text, made))
        fids.append(fid(made @ axes[judge.name], reference[judge.name] @ axes[judge.name]))
    physical = [measure(motion) for motion in motions]
    return Point(
        sampler,
        steps,
        len(motions),
        Estimate.of(recalls),
        Estimate.of(distances),
        Estimate.of(fids),
        Estimate.of([row["skate GMD"] for row in physical]),
        Estimate.of([row["jitter"] for row in physical]),
        cost,
    )
