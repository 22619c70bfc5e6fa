"""FID, KID, diversity and precision/recall against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from motionmix_core.metrics.distribution import (
    diversity,
    fid,
    frechet_distance,
    kid,
    multimodality,
    nearest_distances,
    pairwise_distances,
    precision_recall,
)


class TestFid:
    def test_a_set_with_itself_is_zero(self, rng: np.random.Generator) -> None:
        features = rng.normal(size=(300, 64)) @ rng.normal(size=(64, 64))
        assert fid(features, features) < 1e-3
        assert fid(features, features[rng.permutation(300)]) < 1e-3

    def test_gaussians_with_commuting_covariances_have_the_closed_form(self) -> None:
        a, b = np.array([1.0, 4.0, 9.0]), np.array([4.0, 1.0, 16.0])
        expected = 3.0**2 + ((np.sqrt(a) - np.sqrt(b)) ** 2).sum()
        assert frechet_distance(np.zeros(3), np.diag(a), np.array([0, 3.0, 0]), np.diag(b)) == pytest.approx(expected)

    def test_four_numbers_by_hand(self) -> None:
        # means 1 and 3, variances 2 and 8 (n - 1 below): (1 - 3)^2 + 2 + 8 - 2 sqrt(16) = 6
        assert fid(np.array([[0.0], [2.0]]), np.array([[1.0], [5.0]])) == pytest.approx(6)

    def test_general_covariances_agree_with_the_matrix_root(self, rng: np.random.Generator) -> None:
        linalg = pytest.importorskip("scipy.linalg")
        roots = rng.normal(size=(2, 8, 8))
        cov_a, cov_b = roots @ roots.transpose(0, 2, 1)
        mean_a, mean_b = rng.normal(size=(2, 8))
        root = linalg.sqrtm(cov_a @ cov_b).real
        expected = ((mean_a - mean_b) ** 2).sum() + np.trace(cov_a + cov_b - 2 * root)
        assert frechet_distance(mean_a, cov_a, mean_b, cov_b) == pytest.approx(expected, rel=1e-6)

    def test_fewer_samples_than_dimensions_stays_finite_and_zero_for_the_same(self, rng: np.random.Generator) -> None:
        features = rng.normal(size=(10, 64))
        assert fid(features, features) < 1e-3

    def test_rotating_the_feature_space_changes_nothing(self, rng: np.random.Generator) -> None:
        a, b = rng.normal(size=(200, 6)), rng.normal(loc=0.5, size=(200, 6))
        turn = np.linalg.qr(rng.normal(size=(6, 6)))[0]
        assert fid(a @ turn, b @ turn) == pytest.approx(fid(a, b))

    def test_sampled_gaussians_come_near_the_closed_form(self, rng: np.random.Generator) -> None:
        a, b = rng.normal(size=(20_000, 4)), 2 * rng.normal(size=(20_000, 4)) + [1, 0, 0, 0]
        assert fid(a, b) == pytest.approx(1 + 4, rel=0.05)

    def test_wrong_shapes_are_refused(self) -> None:
        with pytest.raises(ValueError, match="one width"):
            fid(np.zeros((5, 3)), np.zeros((5, 4)))
        with pytest.raises(ValueError, match="at least two"):
            fid(np.zeros((1, 3)), np.zeros((5, 3)))


class TestKid:
    def test_unbiased_for_one_distribution_and_positive_for_two(self, rng: np.random.Generator) -> None:
        a, b = rng.normal(size=(2, 400, 8))
        same = kid(a, b, rng, subsets=20, subset_size=200)
        shifted = kid(a, b + 1.0, rng, subsets=20, subset_size=200)
        assert abs(same) < 0.05
        assert shifted > 10 * abs(same)

    def test_two_points_by_hand(self) -> None:
        a, b = np.array([[1.0], [2.0]]), np.array([[0.0], [3.0]])
        # kernel (xy + 1)^3: within a 27, within b 1, across 1, 64, 1, 343
        expected = 27 + 1 - 2 * (1 + 64 + 1 + 343) / 4
        assert kid(a, b, np.random.default_rng(0), subsets=3) == pytest.approx(expected)

    def test_the_kernel_divides_by_the_width(self) -> None:
        a, b = np.array([[1.0, 1.0], [3.0, 1.0]]), np.array([[1.0, -1.0], [2.0, 0.0]])
        # x.y / 2 + 1: within a 3^3, within b 2^3, across 1, 2, 2, 4 cubed
        expected = 27 + 8 - 2 * (1 + 8 + 8 + 64) / 4
        assert kid(a, b, np.random.default_rng(0), subsets=2) == pytest.approx(expected)


def test_pairs_of_two_points_by_hand() -> None:
    two = np.array([[0.0, 0.0], [3.0, 4.0]])
    # both draws are orders of (0, 1): the same one, and all pairs are 0 apart, or the other, and all are 5 apart
    found = {round(diversity(two, np.random.default_rng(seed)), 9) for seed in range(20)}
    assert found == {0.0, 5.0}
    found = {round(multimodality(two[None], np.random.default_rng(seed), pairs=2), 9) for seed in range(20)}
    assert found == {0.0, 5.0}


def test_diversity_of_a_gaussian_is_its_mean_pair_distance(rng: np.random.Generator) -> None:
    features = rng.normal(size=(5000, 2))
    # The difference of two unit Gaussians has std sqrt(2); the mean norm in 2-D is sqrt(pi / 2) times that.
    assert diversity(features, rng, pairs=5000) == pytest.approx(np.sqrt(2) * np.sqrt(np.pi / 2), rel=0.05)
    assert diversity(np.ones((50, 4)), rng) == 0


def test_multimodality_looks_only_within_a_prompt(rng: np.random.Generator) -> None:
    prompts = np.repeat(rng.normal(scale=100, size=(5, 1, 3)), 30, axis=1)
    assert multimodality(prompts, rng) == 0
    alternating = np.zeros((1, 30, 1))
    alternating[0, :15] = 1
    assert 0 < multimodality(alternating, rng, pairs=30) < 1
    with pytest.raises(ValueError, match="repeats"):
        multimodality(prompts[:, :4], rng)


def test_precision_and_recall_tell_missing_modes_from_stray_samples(rng: np.random.Generator) -> None:
    real = np.concatenate([rng.normal(size=(200, 2)), rng.normal(size=(200, 2)) + 50])
    one_mode = rng.normal(scale=0.5, size=(200, 2))
    found = precision_recall(one_mode, real)
    assert found.precision > 0.95
    assert found.recall < 0.55
    stray = np.concatenate([real, rng.normal(size=(400, 2)) - 500])
    found = precision_recall(stray, real)
    assert found.precision == pytest.approx(0.5, abs=0.02)
    assert found.recall == 1


def test_distances_agree_with_the_definition(rng: np.random.Generator) -> None:
    a, b = rng.normal(size=(7, 5)), rng.normal(size=(9, 5))
    expected = np.linalg.norm(a[:, None] - b[None], axis=-1)
    np.testing.assert_allclose(pairwise_distances(a, b), expected, atol=1e-9)
    np.testing.assert_allclose(nearest_distances(a, b), expected.min(axis=1), atol=1e-9)
