"""Banded least squares along time agrees with the dense solution."""

from __future__ import annotations

import numpy as np
import pytest

from motionmix_core.editing.banded import difference_bands, solve_banded


@pytest.mark.parametrize("order", [1, 2, 3])
def test_the_banded_solution_is_the_dense_one(rng: np.random.Generator, order: int) -> None:
    frames = 40
    weights = rng.uniform(0.1, 2.0, frames - order)
    differences = np.diff(np.eye(frames), n=order, axis=0)
    dense = differences.T @ np.diag(weights) @ differences + 0.1 * np.eye(frames)
    bands = difference_bands(weights, order, frames)
    bands[0] += 0.1
    right = rng.normal(size=(frames, 3))
    np.testing.assert_allclose(solve_banded(bands, right), np.linalg.solve(dense, right), rtol=1e-8, atol=1e-10)


def test_systems_are_solved_side_by_side(rng: np.random.Generator) -> None:
    bands = np.stack([difference_bands(rng.uniform(0.1, 2.0, 29), 1, 30) for _ in range(2)], axis=-1)
    bands[0] += 0.1
    right = rng.normal(size=(30, 2, 3))
    alone = [solve_banded(bands[..., k], right[:, k]) for k in range(2)]
    np.testing.assert_allclose(solve_banded(bands, right), np.stack(alone, axis=1), rtol=1e-12)


def test_a_system_without_an_answer_is_refused() -> None:
    with pytest.raises(np.linalg.LinAlgError):
        solve_banded(difference_bands(-np.ones(9), 1, 10), np.zeros((10, 1)))
