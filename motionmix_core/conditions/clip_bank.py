"""All captions of a run, encoded by CLIP once: the text tower is frozen, so training needn't run it in every step."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..files import written_whole
from .clip_text import MDM_TOKENS, ClipTextEncoder
from .encoder_folder import WEIGHTS

BATCH = 64


@dataclass(frozen=True)
class ClipBank:
    """index: caption -> row. pooled: (N + 1, 512) float32; row 0 is MDM's null condition, zeros."""

    index: dict[str, int]
    pooled: np.ndarray

    def gather(self, texts: Iterable[str | None]) -> np.ndarray:
        """(B, 512) float32; None is the null condition. Raises KeyError for a text that isn't in the bank."""
        return self.pooled[[0 if text is None else self.index[text] for text in texts]]


def build_clip_bank(
    texts: Iterable[str], encoder_folder: Path, keep_in: Path, max_tokens: int = MDM_TOKENS
) -> ClipBank:
    """Encode all different texts, or read them back if the same were encoded before with the same weights.

    A stored file that is broken is made anew. Raises ModelError if the encoder can't be opened.
    """
    ordered = sorted(set(texts))
    target = keep_in / f"clip-{stamp_of(ordered, encoder_folder, max_tokens)}.npz"
    pooled = _stored(target, len(ordered))
    if pooled is None:
        encoder = ClipTextEncoder(encoder_folder)
        rows = [
            encoder.encode(ordered[start : start + BATCH], max_tokens).pooled for start in range(0, len(ordered), BATCH)
        ]
        width = rows[0].shape[1] if rows else 512
        pooled = np.concatenate([np.zeros((1, width), np.float32), *rows])
        with written_whole(target, binary=True) as file:
            np.savez(file, pooled=pooled)
    return ClipBank({text: row for row, text in enumerate(ordered, start=1)}, pooled)


def stamp_of(texts: list[str], folder: Path, max_tokens: int) -> str:
    """A name for features of these texts by this encoder: other texts, weights or cuts give another."""
    digest = hashlib.sha256("\n".join((str(max_tokens), *texts)).encode())
    for name in ("config.json", "tokenizer.json", "vocab.json", "merges.txt", *WEIGHTS):
        path = folder / name
        if path.is_file():
            with open(path, "rb") as file:
                digest.update(name.encode() + hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:16]


def _stored(path: Path, texts: int) -> np.ndarray | None:
    """The pooled features of a stored bank; None if there is no whole one."""
    try:
        with np.load(path, allow_pickle=False) as table:
            pooled = table["pooled"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    return pooled if pooled.ndim == 2 and len(pooled) == texts + 1 else None
