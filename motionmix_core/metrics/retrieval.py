"""How well motions fit their texts: retrieval among, and distance of, paired embeddings of a text-motion evaluator."""

from __future__ import annotations

import numpy as np

from .distribution import pairwise_distances

POOL = 32


def r_precision(
    text: np.ndarray, motion: np.ndarray, rng: np.random.Generator, top: int = 3, pool: int = POOL
) -> np.ndarray:
    """(top,) shares of texts whose own motion is among the 1, 2, ..., `top` nearest of a random pool of 32.

    text, motion: (N, D), row i of one belongs to row i of the other. Pools are drawn by one shuffle, and a last partial
    pool is left out, as in Guo et al.'s evaluation.
    """
    _paired(text, motion)
    if len(text) < pool:
        raise ValueError(f"pools of {pool} need at least {pool} pairs, not {len(text)}")
    order = rng.permutation(len(text))
    hits = [
        _hits(text[members], motion[members], np.arange(pool), top)
        for members in order[: len(order) // pool * pool].reshape(-1, pool)
    ]
    return np.concatenate(hits).mean(axis=0)


def whole_pool_r_precision(text: np.ndarray, motion: np.ndarray, groups: np.ndarray, top: int = 3) -> np.ndarray:
    """(top,) as `r_precision`, but against all N motions at once; any motion of the text's own group counts as a hit.

    groups: (N,) ids of captions that say the same (`group_captions`); without grouping, "walk" would have to find its
    own walk among a hundred others.
    """
    _paired(text, motion)
    if groups.shape != (len(text),):
        raise ValueError(f"need one group id a pair ({len(text)},), not {groups.shape}")
    return _hits(text, motion, groups, top).mean(axis=0)


def mm_distance(text: np.ndarray, motion: np.ndarray) -> float:
    """Mean distance between each text and its own motion."""
    _paired(text, motion)
    return float(np.linalg.norm(text - motion, axis=1).mean())


def group_captions(embeddings: np.ndarray, threshold: float = 0.95) -> np.ndarray:
    """(N,) group ids: captions whose sentence embeddings (N, D) have cosine similarity >= `threshold` are one group.

    Groups are closed over chains of similar captions.
    """
    unit = embeddings / np.maximum(np.linalg.norm(embeddings, axis=1, keepdims=True), 1e-12)
    similar = unit @ unit.T >= threshold
    groups = np.full(len(unit), -1)
    for seed in range(len(unit)):
        if groups[seed] >= 0:
            continue
        reached = np.zeros(len(unit), dtype=bool)
        reached[seed] = True
        while True:
            wider = similar[reached].any(axis=0) | reached
            if (wider == reached).all():
                break
            reached = wider
        groups[reached] = groups.max() + 1
    return groups


def _hits(text: np.ndarray, motion: np.ndarray, groups: np.ndarray, top: int) -> np.ndarray:
    """(N, top) bool: is a motion of text i's group among its 1, 2, ..., top nearest."""
    order = np.argsort(pairwise_distances(text, motion), axis=1, kind="stable")[:, :top]
    return np.logical_or.accumulate(groups[order] == groups[:, None], axis=1)


def _paired(text: np.ndarray, motion: np.ndarray) -> None:
    if text.ndim != 2 or text.shape != motion.shape:
        raise ValueError(f"need paired embeddings (N, D), not {text.shape} and {motion.shape}")
