"""Symmetric block-tridiagonal systems by cyclic reduction: whole arrays at a time, in a time that grows with length.

What is coupled only from frame to frame (least squares along time, several unknowns a frame) has this form.
"""

from __future__ import annotations

import numpy as np


def solve_blocks(diagonal: np.ndarray, below: np.ndarray, right: np.ndarray) -> np.ndarray:
    """x (N, b) of A x = right (N, b), A symmetric positive definite.

    diagonal: (N, b, b) blocks. below: (N - 1, b, b), the block in row i + 1 and column i.
    Raises numpy.linalg.LinAlgError for a singular system.
    """
    count = len(diagonal)
    if count == 1:
        return np.asarray(np.linalg.solve(diagonal, right[..., None])[..., 0])
    # every second block row is solved for and put into its neighbours, which leaves a system of half the length
    odd = np.arange(1, count, 2)
    left, following = below[odd - 1], below[odd[odd + 1 < count]]
    size = diagonal.shape[1]
    onward = np.zeros((len(odd), size, size))
    onward[: len(following)] = following.transpose(0, 2, 1)
    solved = np.linalg.solve(diagonal[odd], np.concatenate((left, onward, right[odd][..., None]), axis=2))
    by_left, by_next, own = solved[..., :size], solved[..., size : 2 * size], solved[..., -1]
    even_diagonal, even_right = diagonal[::2].copy(), right[::2].copy()
    even_diagonal[: len(odd)] -= left.transpose(0, 2, 1) @ by_left
    even_right[: len(odd)] -= np.einsum("nji,nj->ni", left, own)
    inner = len(following)
    even_diagonal[1 : 1 + inner] -= following @ by_next[:inner]
    even_right[1 : 1 + inner] -= np.einsum("nij,nj->ni", following, own[:inner])
    even = solve_blocks(even_diagonal, -following @ by_left[:inner], even_right)
    x = np.empty_like(right)
    x[::2] = even
    x[1::2] = own - np.einsum("nij,nj->ni", by_left, even[: len(odd)])
    x[1 : 2 * inner : 2] -= np.einsum("nij,nj->ni", by_next[:inner], even[1 : 1 + inner])
    return x
