"""The models that the add-on can run, as the panel and the preferences list them."""

from __future__ import annotations

import time
from functools import lru_cache
from pathlib import Path

from . import preferences
from .core import ModelError, ModelSummary, model_summaries

_LOOK_AGAIN_SECONDS = 3


def summaries(folder: Path) -> list[ModelSummary]:
    """What is known of each model in a folder, the usual one first; read again only when something there has changed.

    Raises ModelError or OSError: there is no such folder, or it can't be read.
    """
    changes = sorted([folder, *folder.glob("*/model.json"), *folder.glob("*/*.md")])
    return _summaries(str(folder), tuple(path.stat().st_mtime for path in changes))


def names() -> tuple[str, ...]:
    """The models in the folder that the preferences name, the usual one first; none if it can't be read.

    Panels ask each time that they are drawn: the folder, which may be far away, is looked at every few seconds.
    """
    return _names(preferences.models_folder(), int(time.monotonic() / _LOOK_AGAIN_SECONDS))


def in_panel(name: str) -> str:
    """How the panel holds the choice of a model: "" is the usual one, whichever that is."""
    return "" if name in names()[:1] else name


@lru_cache(maxsize=4)
def _summaries(folder: str, _state: tuple[float, ...]) -> list[ModelSummary]:
    return model_summaries(Path(folder))


@lru_cache(maxsize=1)
def _names(folder: Path, _moment: int) -> tuple[str, ...]:
    try:
        return tuple(model.name for model in summaries(folder))
    except (ModelError, OSError):
        return ()
