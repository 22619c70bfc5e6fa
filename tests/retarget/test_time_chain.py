"""Least squares along time: the same as solving the whole system at once."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from motionmix_core.retarget.block_tridiagonal import solve_blocks
from motionmix_core.retarget.time_chain import TimeChain


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7, 16, 33])
def test_blocks_are_solved_as_the_whole_matrix_is(count: int, rng: np.random.Generator) -> None:
    size = 3
    number = np.arange(count * size) // size
    root = rng.normal(size=(count * size,) * 2) * (np.abs(number[:, None] - number[None]) <= 1)
    whole = root + root.T + 20 * np.eye(count * size)
    cut = [slice(n * size, (n + 1) * size) for n in range(count)]
    diagonal = np.stack([whole[part, part] for part in cut])
    below = np.array([whole[after, part] for part, after in pairwise(cut)]).reshape(-1, size, size)
    right = rng.normal(size=(count, size))
    x = solve_blocks(diagonal, below, right)
    np.testing.assert_allclose(x.ravel(), np.linalg.solve(whole, right.ravel()), atol=1e-10)


@pytest.mark.parametrize("frames", [1, 2, 3, 4, 9, 10])
def test_a_chain_finds_what_least_squares_over_all_rows_finds(frames: int, rng: np.random.Generator) -> None:
    """Every kind of row, written out over all unknowns of all frames."""
    size = 4
    state, small, smooth = rng.normal(size=(frames, size)), rng.uniform(0.5, 2, size), rng.uniform(0.5, 2, size)
    seen, change = rng.normal(size=(frames, 2)), rng.normal(size=(frames, 2, size))
    lone = rng.normal(size=frames)
    middle = rng.normal(size=(frames, 2, 2))
    form = middle @ middle.transpose(0, 2, 1)
    chain = TimeChain(state)
    chain.small(small)
    chain.smooth(smooth)
    chain.metric(1, state[:, 1:3], form)
    chain.rows(0, lone, change[:, 0], np.full(frames, 3.0))
    chain.steady(0, seen, change, 5.0)

    rows: list[np.ndarray] = []
    values: list[np.ndarray] = []

    def ought(value: np.ndarray, parts: dict[int, np.ndarray], weight: float = 1.0) -> None:
        row = np.zeros((len(value), frames, size))
        for frame, part in parts.items():
            row[:, frame] = part
        rows.append(np.sqrt(weight) * row.reshape(len(value), -1))
        values.append(np.sqrt(weight) * value)

    for t in range(frames):
        ought(state[t] / small, {t: np.diag(1 / small)})
        ought(middle[t].T @ state[t, 1:3], {t: np.pad(middle[t].T, ((0, 0), (1, 1)))})
        ought(lone[t : t + 1], {t: change[t, :1]}, 3.0)
        if t + 1 < frames:
            ought(seen[t + 1] - seen[t], {t: -change[t], t + 1: change[t + 1]}, 5.0)
        if t + 2 < frames:
            bend = np.diag(1 / smooth)
            ought((state[t] - 2 * state[t + 1] + state[t + 2]) / smooth, {t: bend, t + 1: -2 * bend, t + 2: bend})
    step = np.linalg.lstsq(np.concatenate(rows), -np.concatenate(values), rcond=None)[0]
    np.testing.assert_allclose(chain.solved(), state + step.reshape(frames, size), atol=1e-8)
