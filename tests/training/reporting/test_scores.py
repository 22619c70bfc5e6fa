"""The main table: what a perfect, a shuffled and a collapsed model must get."""

from __future__ import annotations

import numpy as np
import pytest

from motionmix_core.metrics.distribution import fid
from training.reporting.baselines import derangement
from training.reporting.scores import (
    AXES,
    FLOOR,
    REAL,
    SHUFFLED,
    Scene,
    main_axes,
    multimodal,
    recall_by_caption,
    scored,
)

STRETCHES, CAPTIONS, WIDTH = 40, 3, 12


def scene(rng: np.random.Generator, noise: float = 0.05) -> Scene:
    real = rng.standard_normal((STRETCHES, 2, WIDTH))
    texts = real[:, :, None] + noise * rng.standard_normal((STRETCHES, 2, CAPTIONS, WIDTH))
    groups = np.arange(STRETCHES * 2 * CAPTIONS).reshape(STRETCHES, 2, CAPTIONS)
    return Scene(texts, real, groups, main_axes(real.reshape(-1, WIDTH)))


def test_rows_come_out_in_their_order(rng: np.random.Generator) -> None:
    at = scene(rng)
    good = at.texts + 0.05 * rng.standard_normal(at.texts.shape)
    collapsed = np.zeros_like(at.texts) + 0.01 * rng.standard_normal(at.texts.shape)
    rows = scored(at, {"good": good, "collapsed": collapsed}, repeats=5)
    assert list(rows) == [REAL, FLOOR, SHUFFLED, "good", "collapsed"]
    recall, fids = "R@3 of all", f"FID ({AXES} axes)"
    assert rows[REAL][recall].mean > 0.99 and rows["good"][recall].mean > 0.99
    assert rows[SHUFFLED][recall].mean < 0.3 and rows["collapsed"][recall].mean < 0.3
    assert rows["good"][fids].mean < 1.3 * rows[FLOOR][fids].mean < 0.5 * rows["collapsed"][fids].mean
    assert rows["collapsed"]["diversity"].mean < 0.1 * rows[REAL]["diversity"].mean
    assert rows["good"]["MM-Dist"].mean < 0.2 * rows[SHUFFLED]["MM-Dist"].mean
    assert abs(rows[FLOOR]["KID"].mean) < 0.3 * rows["collapsed"]["KID"].mean
    assert "FID (all)" not in rows[REAL] and recall not in rows[FLOOR]
    assert rows["good"][recall].repeats == 5


def test_the_same_seed_gives_the_same_table(rng: np.random.Generator) -> None:
    at = scene(rng)
    assert scored(at, {"x": at.texts}, 3, seed=1) == scored(at, {"x": at.texts}, 3, seed=1)
    assert scored(at, {"x": at.texts}, 3, seed=1) != scored(at, {"x": at.texts}, 3, seed=2)


def test_captions_that_say_the_same_count_as_hits(rng: np.random.Generator) -> None:
    points = np.broadcast_to(rng.standard_normal((STRETCHES, 1, 1, WIDTH)), (STRETCHES, 2, CAPTIONS, WIDTH))
    own = np.broadcast_to(np.arange(STRETCHES)[:, None, None], points.shape[:3])
    axes = main_axes(points[:, 0, 0])
    neighbours = points[np.arange(STRETCHES) ^ 1]  # each caption got the motion of the one beside it
    alone = scored(Scene(points, points[:, :, 0], own, axes), {"x": neighbours}, 3)["x"]
    grouped = scored(Scene(points, points[:, :, 0], own // 2, axes), {"x": neighbours}, 3)["x"]
    assert alone["R@1 of all"].mean == alone["R@1 of 32"].mean == 0
    assert grouped["R@1 of all"].mean == 1 > grouped["R@1 of 32"].mean > 0.5  # a pool may hold one of two


def test_fid_of_equal_sets_is_nothing_also_in_the_main_axes(rng: np.random.Generator) -> None:
    points = rng.standard_normal((200, WIDTH)) * np.linspace(3, 0.1, WIDTH)
    axes = main_axes(points)
    np.testing.assert_allclose(axes.T @ axes, np.eye(AXES), atol=1e-9)
    assert fid(points @ axes, points @ axes) == pytest.approx(0, abs=1e-8)
    assert (points @ axes).var(axis=0).sum() >= np.sort(points.var(axis=0))[-AXES:].sum()  # no columns hold more


def test_nobody_keeps_its_place(rng: np.random.Generator) -> None:
    for count in (2, 3, 50):
        order = derangement(count, rng)
        assert sorted(order) == list(range(count)) and (order != np.arange(count)).all()


def test_multimodality_of_one_motion_over_and_over_is_nothing(rng: np.random.Generator) -> None:
    same = np.repeat(rng.standard_normal((4, 1, 6)), 10, axis=1)
    assert multimodal(same, 3).mean == 0
    assert multimodal(rng.standard_normal((4, 10, 6)), 3).mean > 1


def test_recall_is_told_apart_by_caption(rng: np.random.Generator) -> None:
    at = scene(rng, noise=0.0)
    texts = at.texts.copy()
    texts[:, :, 1] = rng.standard_normal(texts[:, :, 1].shape)  # second captions that say nothing
    muddled = Scene(texts, at.real, at.groups, at.axes)
    first, second, third = recall_by_caption(muddled, at.texts, 3)
    assert first.mean == third.mean == 1 and second.mean < 0.3
