"""All captions of a run, encoded once: the text encoder is frozen, so nothing is lost by keeping its answers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..conditions.text import TEXT_WIDTH, MiniLMEncoder
from ..errors import DataError


@dataclass(frozen=True)
class TextBank:
    """index: caption -> row. tokens (N, L, 384) float16, mask (N, L) float32, pooled (N, 384) float32.

    Row 0 is the null condition: no tokens at all.
    """

    index: dict[str, int]
    tokens: np.ndarray
    mask: np.ndarray
    pooled: np.ndarray

    def rows(self, texts: Iterable[str | None]) -> np.ndarray:
        """Rows of texts; None is the null condition. Raises KeyError for a text that isn't in the bank."""
        return np.array([0 if text is None else self.index[text] for text in texts])

    def gather(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """tokens (B, L, 384) float32, mask (B, L) float32, pooled (B, 384) float32."""
        return self.tokens[rows].astype(np.float32), self.mask[rows], self.pooled[rows]


def build_text_bank(texts: Iterable[str], encoder_folder: Path, max_tokens: int, keep_in: Path) -> TextBank:
    """Encode all different texts, or read them back if the same were encoded before.

    Raises DataError if the text encoder isn't there.
    """
    if not (encoder_folder / "model.json").is_file():
        raise DataError(
            f"there is no text encoder in {encoder_folder}: `python3 build.py test --only unit` and `python3 build.py "
            "package` make pretrained/text-minilm (training.train: --text-encoder names another folder)"
        )
    ordered = sorted(set(texts))
    stamp = hashlib.sha256("\n".join((str(max_tokens), *ordered)).encode())
    stamp.update((encoder_folder / "model.json").read_bytes())
    target = keep_in / f"text-{stamp.hexdigest()[:12]}.npz"
    if not target.exists():
        encoder = MiniLMEncoder(encoder_folder)
        tokens = np.zeros((len(ordered) + 1, max_tokens, TEXT_WIDTH), np.float16)
        mask = np.zeros((len(ordered) + 1, max_tokens), np.float32)
        pooled = np.zeros((len(ordered) + 1, TEXT_WIDTH), np.float32)
        for start in range(0, len(ordered), 64):
            encoded = encoder.encode(ordered[start : start + 64], max_tokens)
            rows = slice(1 + start, 1 + start + len(encoded))
            length = encoded.tokens.shape[1]
            tokens[rows, :length], mask[rows, :length] = encoded.tokens, encoded.mask
            pooled[rows] = encoded.pooled
        partial = target.with_suffix(".partial.npz")
        np.savez(partial, tokens=tokens, mask=mask, pooled=pooled)
        partial.replace(target)
    with np.load(target) as stored:
        index = {text: row for row, text in enumerate(ordered, start=1)}
        return TextBank(index, stored["tokens"], stored["mask"], stored["pooled"])
