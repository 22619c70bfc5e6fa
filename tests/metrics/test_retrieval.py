"""R-precision and MM-Dist: perfect, chance level, grouped captions."""

from __future__ import annotations

import numpy as np
import pytest

from motionmix_core.metrics.retrieval import group_captions, mm_distance, r_precision, whole_pool_r_precision


def test_perfect_embeddings_are_found_at_once(rng: np.random.Generator) -> None:
    text = rng.normal(size=(96, 16))
    np.testing.assert_array_equal(r_precision(text, text, rng), [1, 1, 1])
    np.testing.assert_array_equal(whole_pool_r_precision(text, text, np.arange(96)), [1, 1, 1])
    assert mm_distance(text, text) == 0


def test_shuffled_texts_are_found_by_chance(rng: np.random.Generator) -> None:
    text, motion = rng.normal(size=(2, 6400, 16))
    found = r_precision(text, motion, rng)
    np.testing.assert_allclose(found, [1 / 32, 2 / 32, 3 / 32], atol=0.01)


def test_second_nearest_counts_for_top_two_only(rng: np.random.Generator) -> None:
    """On a line, every text lies just past the motion of its neighbour, so its own motion is always second."""
    motion = np.arange(32.0)[:, None] * 2
    text = motion + 1.1
    text[-1] = motion[-1] + 0.1  # the last has no neighbour beyond it
    found = r_precision(text, motion, rng)
    np.testing.assert_allclose(found, [1 / 32, 1, 1])
    assert mm_distance(text, motion) == pytest.approx((31 * 1.1 + 0.1) / 32)


def test_last_partial_pool_is_left_out(rng: np.random.Generator) -> None:
    text = rng.normal(size=(40, 4))
    assert len(np.unique(r_precision(text, text + 1000, rng) * 32 % 1)) == 1  # shares of 32, not of 40
    with pytest.raises(ValueError, match="at least 32"):
        r_precision(text[:31], text[:31], rng)


def test_a_motion_of_the_same_caption_group_is_a_hit() -> None:
    motion = np.array([[0.0], [10.0], [20.0], [30.0]])
    text = np.array([[10.0], [0.0], [20.0], [31.0]])  # the first two captions find each other's motion
    apart = whole_pool_r_precision(text, motion, np.arange(4), top=2)
    grouped = whole_pool_r_precision(text, motion, np.array([0, 0, 1, 2]), top=2)
    np.testing.assert_allclose(apart, [0.5, 1])
    np.testing.assert_allclose(grouped, [1, 1])


def test_captions_are_grouped_over_chains_of_similar_ones() -> None:
    angles = np.radians([0, 15, 30, 90, 91, 180])
    embeddings = np.stack([np.cos(angles), np.sin(angles)], axis=1) * np.array([[1, 2, 3, 4, 5, 6]]).T
    np.testing.assert_array_equal(group_captions(embeddings, 0.95), [0, 0, 0, 1, 1, 2])
    np.testing.assert_array_equal(group_captions(embeddings, 0.99999), [0, 1, 2, 3, 4, 5])


def test_matching_and_ranks_by_hand() -> None:
    """Four texts on a line at 0, 1, 2, 3; their motions at 0.1, 1.6, 1.2, 9: found 1st, 2nd, 2nd, and 4th."""
    text, motion = np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([[0.1], [1.6], [1.2], [9.0]])
    # nearest first: text 0 -> 0, 2, 1; 1 -> 2 (.2), 1 (.6), 0 (.9); 2 -> 1 (.4), 2 (.8); 3 -> 1, 2, 0 (2.9), 3 (6)
    found = r_precision(text, motion, np.random.default_rng(0), pool=4)
    assert found == pytest.approx([0.25, 0.75, 0.75])
    assert mm_distance(text, motion) == pytest.approx((0.1 + 0.6 + 0.8 + 6.0) / 4)


def test_unpaired_embeddings_are_refused() -> None:
    with pytest.raises(ValueError, match="paired"):
        mm_distance(np.zeros((4, 3)), np.zeros((5, 3)))
