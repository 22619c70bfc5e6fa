"""Sentence vectors of captions, encoded once and kept: they group captions that say the same and find the nearest."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from motionmix_core.conditions.text import TEXT_WIDTH, MiniLMEncoder


class Sentences:
    """The generator's text encoder as a function from captions to unit vectors, with a file as its memory."""

    def __init__(self, encoder_folder: Path, keep_in: Path, threads: int = 1) -> None:
        """Nothing is loaded before it's needed. Raises ModelError then, if there is no encoder in the folder."""
        self._folder, self._threads = encoder_folder, threads
        digest = hashlib.sha256((encoder_folder / "model.json").read_bytes()).hexdigest()[:12]
        self._path = keep_in / f"sentences-{digest}.npz"
        self._known: dict[str, NDArray[np.float32]] = {}
        if self._path.exists():
            with np.load(self._path) as stored:
                self._known = dict(zip(stored["texts"].tolist(), stored["vectors"], strict=True))

    def __call__(self, captions: Sequence[str]) -> NDArray[np.float32]:
        """(N, 384) unit rows."""
        new = [text for text in dict.fromkeys(captions) if text not in self._known]
        if new:
            encoder = MiniLMEncoder(self._folder, self._threads)
            for start in range(0, len(new), 64):
                block = new[start : start + 64]
                self._known.update(zip(block, encoder.encode(block).pooled, strict=True))
            self._keep()
        return np.stack([self._known[text] for text in captions]) if captions else np.zeros((0, TEXT_WIDTH), np.float32)

    def _keep(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        partial = self._path.with_suffix(".partial.npz")
        np.savez(partial, texts=np.array(list(self._known)), vectors=np.stack(list(self._known.values())))
        partial.replace(self._path)
