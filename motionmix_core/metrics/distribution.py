"""How alike two sets of motions are, and how various one set is, on features (N, D) of an evaluator.

FID is biased upwards by small sets: use the same number of motions everywhere, at least ten a dimension, and report the
floor, real against real. KID is unbiased. None of them means anything across evaluators.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


def fid(features: np.ndarray, real: np.ndarray) -> float:
    """Frechet distance between the Gaussians fitted to two feature sets (N, D) and (M, D)."""
    _need(features, real)
    return frechet_distance(
        features.mean(axis=0), np.cov(features, rowvar=False), real.mean(axis=0), np.cov(real, rowvar=False)
    )


def frechet_distance(mean_a: np.ndarray, cov_a: np.ndarray, mean_b: np.ndarray, cov_b: np.ndarray) -> float:
    """|mean difference|^2 + tr(A + B - 2 (A B)^(1/2)), never below 0.

    The trace of (A B)^(1/2) is that of (A^(1/2) B A^(1/2))^(1/2), which is symmetric: two symmetric eigen-problems
    instead of a general matrix root, and no imaginary parts to throw away.
    """
    cov_a, cov_b = np.atleast_2d(cov_a), np.atleast_2d(cov_b)
    values, vectors = np.linalg.eigh(cov_a)
    root_a = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    product = root_a @ cov_b @ root_a
    cross = np.sqrt(np.maximum(np.linalg.eigvalsh((product + product.T) / 2), 0)).sum()
    difference = np.square(mean_a - mean_b).sum()
    return float(max(difference + np.trace(cov_a) + np.trace(cov_b) - 2 * cross, 0.0))


def kid(
    features: np.ndarray, real: np.ndarray, rng: np.random.Generator, subsets: int = 100, subset_size: int = 1000
) -> float:
    """Kernel distance: unbiased squared MMD under the cubic kernel (x.y / D + 1)^3, mean over random subsets.

    Unbiased, so two sets of one distribution come out around 0, also a little below. Subsets are as large as the
    smaller set when that has fewer than `subset_size`.
    """
    _need(features, real)
    size = min(subset_size, len(features), len(real))
    scores = []
    for _ in range(subsets):
        a = features[rng.choice(len(features), size, replace=False)]
        b = real[rng.choice(len(real), size, replace=False)]
        scores.append(_unbiased_mmd(a, b))
    return float(np.mean(scores))


def _unbiased_mmd(a: np.ndarray, b: np.ndarray) -> float:
    dimensions = a.shape[1]
    k_aa, k_bb, k_ab = ((x @ y.T / dimensions + 1) ** 3 for x, y in ((a, a), (b, b), (a, b)))
    n, m = len(a), len(b)
    within = (k_aa.sum() - np.trace(k_aa)) / (n * (n - 1)) + (k_bb.sum() - np.trace(k_bb)) / (m * (m - 1))
    return float(within - 2 * k_ab.mean())


def diversity(features: np.ndarray, rng: np.random.Generator, pairs: int = 300) -> float:
    """Mean distance of `pairs` random pairs, two draws without replacement; at most as many pairs as motions."""
    pairs = min(pairs, len(features))
    first = rng.choice(len(features), pairs, replace=False)
    second = rng.choice(len(features), pairs, replace=False)
    return float(np.linalg.norm(features[first] - features[second], axis=1).mean())


def multimodality(features: np.ndarray, rng: np.random.Generator, pairs: int = 10) -> float:
    """Mean distance of `pairs` random pairs among the motions of one prompt; features: (prompts, repeats, D)."""
    if features.ndim != 3 or features.shape[1] < pairs:
        raise ValueError(f"need features (prompts, at least {pairs} repeats, D), not {features.shape}")
    first = rng.choice(features.shape[1], pairs, replace=False)
    second = rng.choice(features.shape[1], pairs, replace=False)
    return float(np.linalg.norm(features[:, first] - features[:, second], axis=2).mean())


@dataclass(frozen=True)
class PrecisionRecall:
    """precision: share of made motions that lie among the real ones; recall: share of real ones that are covered."""

    precision: float
    recall: float


def precision_recall(features: np.ndarray, real: np.ndarray, neighbours: int = 3) -> PrecisionRecall:
    """Improved precision and recall (Kynkäänniemi et al. 2019) with k-nearest-neighbour balls."""
    _need(features, real)
    across = pairwise_distances(features, real)
    return PrecisionRecall(
        precision=float((across <= _radius(real, neighbours)[None, :]).any(axis=1).mean()),
        recall=float((across <= _radius(features, neighbours)[:, None]).any(axis=0).mean()),
    )


def nearest_distances(features: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """(N,) distance of each feature to its nearest in `reference`: the memorisation check against training clips."""
    return pairwise_distances(features, reference).min(axis=1)


def pairwise_distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(N, M) Euclidean distances."""
    squared = np.square(a).sum(axis=1)[:, None] + np.square(b).sum(axis=1)[None, :] - 2 * a @ b.T
    return np.sqrt(np.maximum(squared, 0))


def _radius(points: np.ndarray, neighbours: int) -> np.ndarray:
    """(N,) distance to the k-th nearest other point."""
    return np.sort(pairwise_distances(points, points), axis=1)[:, neighbours]


def _need(features: np.ndarray, real: np.ndarray) -> None:
    if features.ndim != 2 or real.ndim != 2 or features.shape[1] != real.shape[1]:
        raise ValueError(f"need two feature sets (N, D) of one width, not {features.shape} and {real.shape}")
    if min(len(features), len(real)) < 2:
        raise ValueError("need at least two motions in each set")
