"""Which captions say nearly the same, by their words alone: such pairs are no fair negatives for one another."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .words import words_of

_ENDINGS = ("ing", "es", "ed", "s", "ly")


def stem(word: str) -> str:
    """ "walks", "walked" and "walking" -> "walk"; crude, and enough to compare captions."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] else word


def caption_vectors(captions: Sequence[str]) -> NDArray[np.float32]:
    """(N, W) unit rows: stems weighted by how rare they are among these captions, so that "a person" counts little."""
    bags = [Counter(stem(word) for word in words_of(caption)) for caption in captions]
    rarity = Counter(word for bag in bags for word in bag)
    columns = {word: number for number, word in enumerate(sorted(rarity))}
    vectors = np.zeros((len(bags), max(len(columns), 1)), np.float32)
    for row, bag in enumerate(bags):
        for word, count in bag.items():
            vectors[row, columns[word]] = (1 + math.log(count)) * math.log((1 + len(bags)) / (1 + rarity[word]) + 0.05)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.maximum(lengths, 1e-9)


def near_duplicates(vectors: NDArray[np.float32], threshold: float) -> NDArray[np.bool_]:
    """(N, N) True where two captions' vectors have a cosine of `threshold` or more (the diagonal always)."""
    close = vectors @ vectors.T >= threshold
    np.fill_diagonal(close, True)
    return close
