"""Token states of all captions of a run, encoded once: DistilBERT's for newer MDM models, CLIP's for MotionDiffuse.

Kept as half-precision numbers in one file that is mapped into memory, row after row: a caption of HumanML3D takes about
25 kB (DistilBERT) or 79 kB (CLIP, whose padding counts, since MotionDiffuse attends to it).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..files import written_whole
from .clip_bank import BATCH, stamp_of
from .clip_text import CONTEXT, ClipTextEncoder
from .distilbert_text import MAX_TOKENS, DistilBertTextEncoder


@dataclass(frozen=True)
class TokenBank:
    """index: caption -> row. states: (S, W) float16, all captions' tokens. starts: (N + 1,). end_places: (N,), where
    each caption's end marker stands among its tokens."""

    index: dict[str, int]
    states: np.ndarray
    starts: np.ndarray
    end_places: np.ndarray

    def gather(self, texts: Iterable[str]) -> tuple[np.ndarray, np.ndarray]:
        """(B, L, W) float32, zeros behind the shorter captions, and (B, L) bool. KeyError for a text not encoded."""
        rows = [self.index[text] for text in texts]
        lengths = [int(self.starts[row + 1] - self.starts[row]) for row in rows]
        states = np.zeros((len(rows), max(lengths), self.states.shape[1]), np.float32)
        valid = np.zeros(states.shape[:2], np.bool_)
        for place, (row, length) in enumerate(zip(rows, lengths, strict=True)):
            states[place, :length] = self.states[self.starts[row] : self.starts[row + 1]]
            valid[place, :length] = True
        return states, valid

    def ends(self, texts: Iterable[str]) -> np.ndarray:
        """(B,) int64: where the captions' end markers stand."""
        return self.end_places[[self.index[text] for text in texts]]


def build_distilbert_bank(
    texts: Iterable[str], encoder_folder: Path, keep_in: Path, max_tokens: int = MAX_TOKENS
) -> TokenBank:
    """Encode all different texts by DistilBERT, or read them back. Raises ModelError if it can't be opened."""

    def encode() -> Callable[[list[str]], list[tuple[np.ndarray, int]]]:
        encoder = DistilBertTextEncoder(encoder_folder)

        def some(texts: list[str]) -> list[tuple[np.ndarray, int]]:
            encoded = encoder.encode(texts, max_tokens)
            lengths = encoded.valid.sum(axis=1)
            return [(states[:n], int(n) - 1) for states, n in zip(encoded.tokens, lengths, strict=True)]

        return some

    return _bank("distilbert", texts, encoder_folder, keep_in, max_tokens, encode)


def build_clip_token_bank(
    texts: Iterable[str], encoder_folder: Path, keep_in: Path, max_tokens: int = CONTEXT
) -> TokenBank:
    """Encode all different texts by CLIP, all 77 tokens of each, or read them back. Raises ModelError."""

    def encode() -> Callable[[list[str]], list[tuple[np.ndarray, int]]]:
        encoder = ClipTextEncoder(encoder_folder)

        def some(texts: list[str]) -> list[tuple[np.ndarray, int]]:
            encoded = encoder.encode(texts, max_tokens)
            return [(states, int(end)) for states, end in zip(encoded.tokens, encoded.ends, strict=True)]

        return some

    return _bank("clip-tokens", texts, encoder_folder, keep_in, max_tokens, encode)


def _bank(
    kind: str,
    texts: Iterable[str],
    folder: Path,
    keep_in: Path,
    max_tokens: int,
    open_encoder: Callable[[], Callable[[list[str]], list[tuple[np.ndarray, int]]]],
) -> TokenBank:
    ordered = sorted(set(texts))
    stamp = f"{kind}-{stamp_of(ordered, folder, max_tokens)}"
    states_file, places_file = keep_in / f"{stamp}.npy", keep_in / f"{stamp}.json"
    index = {text: row for row, text in enumerate(ordered)}
    stored = _stored(states_file, places_file, len(ordered))
    if stored is None:
        encode = open_encoder()
        rows: list[np.ndarray] = []
        ends: list[int] = []
        for start in range(0, len(ordered), BATCH):
            for states, end in encode(ordered[start : start + BATCH]):
                rows.append(states.astype(np.float16))
                ends.append(end)
        lengths = [len(row) for row in rows]
        with written_whole(states_file, binary=True) as file:
            np.save(file, np.concatenate(rows))
        with written_whole(places_file) as file:  # last: it says that the states are whole
            json.dump({"lengths": lengths, "ends": ends}, file)
        stored = _stored(states_file, places_file, len(ordered))
        assert stored is not None
    states, lengths, ends = stored
    return TokenBank(index, states, np.concatenate([[0], np.cumsum(lengths)]), np.array(ends, np.int64))


def _stored(states_file: Path, places_file: Path, texts: int) -> tuple[np.ndarray, list[int], list[int]] | None:
    """States, lengths and ends of a stored bank; None if there is no whole one."""
    try:
        places = json.loads(places_file.read_text(encoding="utf-8"))
        states = np.load(states_file, mmap_mode="r", allow_pickle=False)
        lengths, ends = places["lengths"], places["ends"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    whole = len(lengths) == len(ends) == texts and states.ndim == 2 and len(states) == sum(lengths)
    return (states, lengths, ends) if whole else None
