"""Rows of the main table: distribution and retrieval measures of one judge, repeated, with 95 % intervals.

A repeat draws, of each stretch, one caption and one side (as recorded or mirrored) for retrieval; and splits the
stretches into two random halves for the distributions. The reference is the real motion of half A, both sides. Every
row is judged by its motions for half B, so all rows have the same number of motions, and none is compared with the real
motion of its own stretch. Real against real (B against A) is the floor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from motionmix_core.metrics.distribution import diversity, fid, kid, multimodality
from motionmix_core.metrics.report import REPEATS, Estimate, repeated
from motionmix_core.metrics.retrieval import POOL, mm_distance, whole_pool_r_precision

from .baselines import derangement

AXES = 8
"""FID is biased upwards by small sets: at about 70 motions it is only trusted in this many main axes (n >= 8 d)."""

Points = NDArray[np.float64]


@dataclass(frozen=True)
class Scene:
    """One judge's points of a split of S stretches, two sides each, K captions to a side, D numbers.

    texts: (S, 2, K, D). real: (S, 2, D). groups: (S, 2, K) ids of captions that say the same. axes: (D, AXES) main axes
    of real training motions, by which FID is taken beside the full space.
    """

    texts: Points
    real: Points
    groups: NDArray[np.int64]
    axes: Points


def main_axes(points: Points, count: int = AXES) -> Points:
    """(D, count) orthonormal directions in which points (N, D) vary most."""
    centred = points - points.mean(axis=0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    return directions[:count].T


def scored(scene: Scene, rows: Mapping[str, Points], repeats: int = REPEATS, seed: int = 0) -> dict[str, Row]:
    """Every row's estimates.

    rows: name -> points (S, 2, K, D), of the motion made for each caption. The rows "real test clips", "real against
    real" and "shuffled captions" are added by this function, out of the scene.
    """
    real = np.broadcast_to(scene.real[:, :, None], scene.texts.shape)
    every = {REAL: real, **rows}

    def one(rng: np.random.Generator) -> dict[str, float]:
        draw = _Draw.of(scene, rng)
        out: dict[str, float] = {}
        for name, points in every.items():
            _put(out, name, _retrieval(draw, scene, points, rng))
            if name != REAL:
                _put(out, name, _distribution(draw, scene, points, rng))
            out[f"{name}|diversity"] = diversity(points[draw.all, draw.side, draw.caption], rng)
        _put(out, FLOOR, _distribution(draw, scene, real, rng))
        moved = real[derangement(len(real), rng)]
        _put(out, SHUFFLED, _retrieval(draw, scene, moved, rng))
        return out

    table: dict[str, Row] = {}
    for key, estimate in repeated(one, repeats, seed).items():
        name, measure = key.split("|")
        table.setdefault(name, {})[measure] = estimate
    return {name: table[name] for name in (REAL, FLOOR, SHUFFLED, *rows)}


Row = dict[str, Estimate]
REAL, FLOOR, SHUFFLED = "real test clips", "real against real", "shuffled captions"


def recall_by_caption(scene: Scene, points: Points, repeats: int = REPEATS, seed: int = 0) -> list[Estimate]:
    """R@3 among all motions when every stretch is asked for by its first, by its second, ... caption.

    points: (S, 2, K, D). Captions are written short, fuller and as a paraphrase, in this order.
    """

    def one(rng: np.random.Generator) -> dict[str, float]:
        side = rng.integers(2, size=len(points))
        at = [(np.arange(len(points)), side, k) for k in range(points.shape[2])]
        recalls = [whole_pool_r_precision(scene.texts[i], points[i], scene.groups[i])[-1] for i in at]
        return {str(k): float(value) for k, value in enumerate(recalls)}

    return list(repeated(one, repeats, seed).values())


def multimodal(points: Points, repeats: int = REPEATS, seed: int = 0) -> Estimate:
    """Multimodality of points (prompts, samples, D): ten pairs a prompt, fewer where there are fewer samples."""
    pairs = min(10, points.shape[1])
    return repeated(lambda rng: {"": multimodality(points, rng, pairs)}, repeats, seed)[""]


@dataclass(frozen=True)
class _Draw:
    """One repeat's choices."""

    all: NDArray[np.int64]
    side: NDArray[np.int64]
    caption: NDArray[np.int64]
    half_a: NDArray[np.int64]
    half_b: NDArray[np.int64]
    captions_b: NDArray[np.int64]  # (half B, 2)

    @classmethod
    def of(cls, scene: Scene, rng: np.random.Generator) -> _Draw:
        stretches, _, captions = scene.texts.shape[:3]
        order = rng.permutation(stretches)
        half = stretches // 2
        return cls(
            np.arange(stretches),
            rng.integers(2, size=stretches),
            rng.integers(captions, size=stretches),
            order[:half],
            order[half : 2 * half],
            rng.integers(captions, size=(half, 2)),
        )


def _retrieval(draw: _Draw, scene: Scene, points: Points, rng: np.random.Generator) -> dict[str, float]:
    at = (draw.all, draw.side, draw.caption)
    text, motion, groups = scene.texts[at], points[at], scene.groups[at]
    out: dict[str, float] = {}
    if len(text) >= POOL:
        order = rng.permutation(len(text))
        pools = order[: len(order) // POOL * POOL].reshape(-1, POOL)
        hits = np.mean([whole_pool_r_precision(text[p], motion[p], groups[p]) for p in pools], axis=0)
        out |= {f"R@{k + 1} of {POOL}": float(value) for k, value in enumerate(hits)}
    whole = whole_pool_r_precision(text, motion, groups)
    out |= {f"R@{k + 1} of all": float(value) for k, value in enumerate(whole)}
    return out | {"MM-Dist": mm_distance(text, motion)}


def _distribution(draw: _Draw, scene: Scene, points: Points, rng: np.random.Generator) -> dict[str, float]:
    reference = scene.real[draw.half_a].reshape(-1, scene.real.shape[-1])
    sides = np.arange(2)[None]
    made = points[draw.half_b[:, None], sides, draw.captions_b].reshape(-1, points.shape[-1])
    return {
        f"FID ({AXES} axes)": fid(made @ scene.axes, reference @ scene.axes),
        "FID (all)": fid(made, reference),
        "KID": kid(made, reference, rng, subsets=10, subset_size=len(made) * 4 // 5),
    }


def _put(out: dict[str, float], name: str, values: Mapping[str, float]) -> None:
    out.update({f"{name}|{measure}": value for measure, value in values.items()})
