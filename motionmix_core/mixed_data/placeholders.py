"""Placeholder conditions: what a clip without annotation is trained with, and what the second stage samples with.

The two must be the same thing (MotionMix, two-stage sampling). Three kinds are published: the empty text, one more
class behind the action table, and silence; our own text model uses its learned null.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import DataError

PlaceholderKind = Literal["empty_text", "extra_class", "silence", "null"]
EMPTY_TEXT = ""


def placeholder_class(actions: int) -> int:
    """The label that stands for "no label": the row behind the known actions, so the table needs actions + 1 rows.

    HumanAct12: 12 of 13 rows. UESTC: 40 of 41 (the released code writes 41, a row that doesn't exist).
    """
    return actions


def hidden_labels(labels: ArrayLike, annotated: ArrayLike, actions: int) -> NDArray[np.int64]:
    """(N,) labels with those of clips without annotation replaced by the placeholder.

    Raises DataError for an annotated clip whose label is outside 0..actions-1.
    """
    given, keep = np.asarray(labels, np.int64), np.asarray(annotated, bool)
    if np.any(keep & ((given < 0) | (given >= actions))):
        wrong = int(given[keep & ((given < 0) | (given >= actions))][0])
        raise DataError(f"action label {wrong} is outside the table of {actions} (0 to {actions - 1})")
    return np.where(keep, given, placeholder_class(actions))


def hidden_texts(texts: Sequence[str], annotated: ArrayLike) -> list[str]:
    """Texts with those of clips without annotation replaced by the empty text."""
    return [text if keep else EMPTY_TEXT for text, keep in zip(texts, np.asarray(annotated, bool), strict=True)]


def hidden_music(music: NDArray[np.float32], annotated: ArrayLike) -> NDArray[np.float32]:
    """(N, frames, features) with clips without annotation silent. A new array."""
    keep = np.asarray(annotated, bool)
    return music * keep.reshape(-1, *(1,) * (music.ndim - 1)).astype(music.dtype)
