"""Captions as ids: whole words of the training captions, and groups of letters, so that unseen forms say something.

"strolling" may never have been read, but its letter groups "stro", "roll" have: an unknown word is the mean of what its
parts mean (as in fastText). Nothing here comes from outside the training captions.
"""

from __future__ import annotations

import functools
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

UNKNOWN = 1  # 0 is padding
_WORD = re.compile(r"[a-z]+|[0-9]+")
GROUP_LENGTHS = (3, 4)


def words_of(text: str) -> list[str]:
    """Lower-case words and numbers, in order."""
    return _WORD.findall(text.lower())


@dataclass(frozen=True)
class Encoded:
    """words: (B, L) ids, 0 = none. groups: (B, L, G) ids of each word's letter groups, 0 = none."""

    words: NDArray[np.int64]
    groups: NDArray[np.int64]


@dataclass(frozen=True)
class Vocabulary:
    """words: known ones, in the order of their ids from 2. buckets: letter groups are hashed to 1..buckets."""

    words: tuple[str, ...]
    buckets: int = 2048
    max_words: int = 32
    max_groups: int = 16

    def __post_init__(self) -> None:
        object.__setattr__(self, "_ids", {word: number for number, word in enumerate(self.words, start=2)})

    @classmethod
    def of(cls, captions: Iterable[str], at_least: int = 2) -> Vocabulary:
        """Words that occur at least so often, the most frequent first."""
        counts = Counter(word for caption in captions for word in words_of(caption))
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        return cls(tuple(word for word, count in ordered if count >= at_least))

    @property
    def size(self) -> int:
        """Number of word ids, padding and the unknown word included."""
        return len(self.words) + 2

    def encode(self, captions: Sequence[str]) -> Encoded:
        """Ids of captions; words after the 32nd are left out, and an empty caption is one unknown word."""
        ids: dict[str, int] = self._ids  # type: ignore[attr-defined]  # kept by __init__
        rows = [words_of(caption)[: self.max_words] or [""] for caption in captions]
        longest = max(map(len, rows))
        words = np.zeros((len(rows), longest), np.int64)
        groups = np.zeros((len(rows), longest, self.max_groups), np.int64)
        for row, caption in enumerate(rows):
            for place, word in enumerate(caption):
                words[row, place] = ids.get(word, UNKNOWN)
                parts = self.letter_groups(word)[: self.max_groups]
                groups[row, place, : len(parts)] = parts
        return Encoded(words, groups)

    def letter_groups(self, word: str) -> list[int]:
        """Hashed ids of all groups of three and four letters of "<word>"; the same on every machine."""
        return _letter_groups(word, self.buckets)


@functools.lru_cache(maxsize=8192)
def _letter_groups(word: str, buckets: int) -> list[int]:
    marked = f"<{word}>"
    parts = [marked[i : i + n] for n in GROUP_LENGTHS for i in range(len(marked) - n + 1)]
    return [zlib.crc32(part.encode()) % buckets + 1 for part in parts]
