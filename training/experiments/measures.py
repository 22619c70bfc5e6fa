"""The numbers of one set of motions: what the judge says, and how physical they are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from motionmix_core.metrics.actions import accuracy
from motionmix_core.metrics.distribution import diversity, fid, kid, multimodality
from motionmix_core.metrics.jitter import mean_jerk
from motionmix_core.metrics.skating import gmd_skating_ratio
from training.papers.action_clips import ActionClips

from .evaluator import Evaluator, Judged

DIVERSITY_PAIRS, MULTIMODALITY_PAIRS = 200, 20


def measure(
    motions: NDArray[np.float32],
    labels: NDArray[np.int64],
    clips: ActionClips,
    evaluator: Evaluator,
    real: Judged,
    seed: int,
) -> dict[str, float]:
    """Accuracy, FID and KID against `real`, diversity, multimodality, skating ratio and jerk of motions (N, T, 150).

    labels: (N,) the actions asked for, equally many of each. Jerk in m/s^3, the mean over motions.
    """
    judged = evaluator.judge(motions)
    generator = np.random.default_rng(seed)
    by_action = np.stack([judged.features[labels == action] for action in np.unique(labels)])
    seen = [clips.space.decode(motion).positions for motion in motions]
    return {
        "accuracy": accuracy(judged.predicted, labels),
        "fid": fid(judged.features, real.features),
        "kid": kid(judged.features, real.features, generator, subsets=20),
        "diversity": diversity(judged.features, generator, DIVERSITY_PAIRS),
        "multimodality": multimodality(by_action, generator, min(MULTIMODALITY_PAIRS, by_action.shape[1])),
        "skating": float(np.mean([gmd_skating_ratio(positions, clips.fps) for positions in seen])),
        "jerk": float(np.mean([mean_jerk(positions, clips.fps) for positions in seen])),
    }
