"""Prompts in words that no caption has, read as the nearest caption of a keyed doing.

Everyday doings were taught by a few keyed clips with some ten captions each (`training/preparation/body_tasks.toml`),
work of one hand by a few by formula (`hand_tasks.py` beside it). A network does what such a caption says, and seldom
what other words for the same thing say: it has seen too few to know what they have in common. The sentence encoder,
which has read a large part of the web, knows it. So a prompt whose nearest caption by far is one of those is taken for
it. Captions of captured motion stand beside them: a prompt that one of these fits as well is left as it is, for of
walks and jumps there are clips enough to learn words from.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..conditions.text import TEXT_WIDTH
from ..errors import ModelError

FILE = "phrasebook.npz"
SCALE = 127.0
"""Vectors, of unit length, are kept as bytes: a cosine is off by some 0.003."""

LEAST_LIKENESS, LEAST_LEAD = 0.5, 0.05
"""Cosines. Chosen on the captions themselves, each looked up among the others, and on captions of the validation split:
76 % of the former are read so, 85 % of these as a caption of the same doing; 1 of 263 of the latter is. (Work of one
hand wasn't among the former.)"""

_BODY = re.compile(r"\b(?:walk|stroll|run|jog|jump|hop|danc|crawl|climb|sit|seat|lie|lying)", re.IGNORECASE)
"""What the whole body does: who "walks and looks around" isn't to stand and look around."""


@dataclass(frozen=True, eq=False)
class Phrasebook:
    """captions: of keyed doings. vectors: (N,384) theirs, of unit length. others: (M,384) of all other captions."""

    captions: Sequence[str]
    vectors: NDArray[np.float32]
    others: NDArray[np.float32]

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(map(_plain, self.captions))

    def has(self, prompt: str) -> bool:
        """Whether the prompt is a keyed doing's caption, but for capitals and a full stop."""
        return _plain(prompt) in self._known

    def reading(self, prompt: str, vector: NDArray[np.float32]) -> str | None:
        """The caption that the prompt is to be read as; None = as it stands.

        vector: (384,) the prompt's, of unit length.
        """
        if not len(self.captions) or self.has(prompt):
            return None
        likeness = self.vectors @ vector
        best = int(likeness.argmax())
        other = float((self.others @ vector).max(initial=-1.0))
        if likeness[best] < LEAST_LIKENESS or likeness[best] - other < LEAST_LEAD:
            return None
        caption = self.captions[best]
        return None if _done_by_body(prompt) - _done_by_body(caption) else caption


def _done_by_body(text: str) -> set[str]:
    return {stem.lower() for stem in _BODY.findall(text)}


def _plain(text: str) -> str:
    return " ".join(text.lower().strip(" .!").split())


def no_phrasebook() -> Phrasebook:
    """Of a model that takes prompts as they stand."""
    nothing = np.zeros((0, TEXT_WIDTH), np.float32)
    return Phrasebook((), nothing, nothing)


def read_phrasebook(model: Path) -> Phrasebook:
    """The phrasebook in a model's folder; an empty one where a model has none.

    Raises:
        ModelError: the file is damaged.
    """
    path = model / FILE
    if not path.is_file():
        return no_phrasebook()
    try:
        with np.load(path, allow_pickle=False) as stored:
            captions = tuple(map(str, stored["captions"]))
            vectors, others = (stored[name].astype(np.float32) / SCALE for name in ("vectors", "others"))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise ModelError(f"{path} can't be read ({error}). Reinstall the model.") from error
    if vectors.shape != (len(captions), TEXT_WIDTH) or others.shape[1:] != (TEXT_WIDTH,):
        raise ModelError(f"{path} is damaged: its captions and vectors don't fit together. Reinstall the model.")
    return Phrasebook(captions, vectors, others)
