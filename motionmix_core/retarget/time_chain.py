"""Least squares along time: some unknowns a frame, coupled with those of the next frame or two."""

from __future__ import annotations

import numpy as np

from .block_tridiagonal import solve_blocks


class TimeChain:
    """Normal equations of S unknowns in each of T frames, gathered row by row about a state (T, S).

    A row says that something ought to be zero: its value at the state, and how it changes with the unknowns (its
    Jacobian), weighed by one over the square of what it may usually be.
    """

    def __init__(self, state: np.ndarray) -> None:
        frames, size = state.shape
        self.state = state
        self.blocks = np.zeros((frames, size, size))
        self.below = np.zeros((max(frames - 1, 0), size, size))  # in frame t + 1's rows and frame t's columns
        self.beyond = np.zeros(size)  # the same of frames t + 2 and t, a diagonal that is alike for all t
        self.slopes = np.zeros((frames, size))

    def small(self, usual: np.ndarray) -> None:
        """Each unknown (S,) ought to be small; inf = needn't."""
        weights = 1 / usual**2
        index = np.arange(len(weights))
        self.blocks[:, index, index] += weights
        self.slopes += weights * self.state

    def smooth(self, usual: np.ndarray) -> None:
        """Second differences of each unknown (S,) ought to be small."""
        frames = len(self.state)
        if frames < 3:
            return
        weights = 1 / usual**2
        index = np.arange(len(weights))
        bend = np.diff(self.state, 2, axis=0) * weights
        counts = np.zeros((2, frames))
        for first, tap in enumerate((1.0, -2.0, 1.0)):
            counts[0, first : frames - 2 + first] += tap * tap
            self.slopes[first : frames - 2 + first] += tap * bend
        counts[1, : frames - 2] -= 2.0
        counts[1, 1 : frames - 1] -= 2.0
        self.blocks[:, index, index] += counts[0, :, None] * weights
        self.below[:, index, index] += counts[1, :-1, None] * weights
        self.beyond += weights

    def metric(self, first: int, values: np.ndarray, form: np.ndarray) -> None:
        """Quadratic forms (T, N, N) of `values` (T, N), which are the N unknowns from `first` on."""
        part = slice(first, first + values.shape[1])
        self.blocks[:, part, part] += form
        self.slopes[:, part] += np.einsum("tij,tj->ti", form, values)

    def rows(self, start: int, values: np.ndarray, jacobian: np.ndarray, weights: np.ndarray) -> None:
        """values (N,), jacobian (N, S), weights (N,) of one row in each of N frames from `start` on."""
        part = slice(start, start + len(values))
        self.blocks[part] += weights[:, None, None] * jacobian[:, :, None] * jacobian[:, None, :]
        self.slopes[part] += (weights * values)[:, None] * jacobian

    def steady(self, start: int, values: np.ndarray, jacobian: np.ndarray, weight: float) -> None:
        """values (N, C), jacobian (N, C, S) ought to stay the same from frame to frame of N from `start` on."""
        if len(values) < 2:
            return
        now, after = slice(start, start + len(values) - 1), slice(start + 1, start + len(values))
        here, there = jacobian[:-1], jacobian[1:]
        step = np.diff(values, axis=0)
        self.blocks[now] += weight * np.einsum("tci,tcj->tij", here, here)
        self.blocks[after] += weight * np.einsum("tci,tcj->tij", there, there)
        self.below[now] -= weight * np.einsum("tci,tcj->tij", there, here)
        self.slopes[now] -= weight * np.einsum("tci,tc->ti", here, step)
        self.slopes[after] += weight * np.einsum("tci,tc->ti", there, step)

    def solved(self) -> np.ndarray:
        """(T, S) the state that fits the rows best, as far as they are straight lines."""
        frames, size = self.state.shape
        pairs = (frames + 1) // 2  # two frames a block, so that blocks are coupled with the next one only
        blocks = np.tile(np.eye(size), (2 * pairs, 1, 1))
        below, beyond = np.zeros((2, 2 * pairs, size, size))
        right = np.zeros((2 * pairs, size))
        blocks[:frames], right[:frames], below[: frames - 1] = self.blocks, self.slopes, self.below
        beyond[: max(frames - 2, 0)] = np.diag(self.beyond)
        one, two = slice(0, size), slice(size, 2 * size)
        diagonal = np.empty((pairs, 2 * size, 2 * size))
        diagonal[:, one, one], diagonal[:, two, two] = blocks[::2], blocks[1::2]
        diagonal[:, two, one], diagonal[:, one, two] = below[::2], below[::2].transpose(0, 2, 1)
        lower = np.zeros((pairs - 1, 2 * size, 2 * size))
        lower[:, one, one], lower[:, two, two] = beyond[:-2:2], beyond[1:-2:2]
        lower[:, one, two] = below[1:-1:2]
        step = solve_blocks(diagonal, lower, right.reshape(pairs, -1)).reshape(-1, size)
        return np.asarray(self.state - step[:frames])
