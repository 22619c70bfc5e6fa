"""What is told about the models on disk before one is chosen: names, sizes, licences, cards."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ..denoisers.description import read_model_description
from ..errors import ModelError
from .models import list_models

CARD_FILE = "MODEL_CARD.md"
_LICENCE = re.compile(r"^\|?\s*licence of the weights\s*\|\s*(.+?)\s*\|?\s*$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class ModelSummary:
    """One model.

    Args:
        name: its folder's name, by which it is asked for.
        megabytes: size of its files (10^6 bytes).
        licence: of the weights, as its card says it; "" if there is no card or the card doesn't say.
        card: the card's file, None without one.
        seconds: the longest motion made at once (longer ones are chained); 0 for a broken model.
        problem: why it can't be used, "" if it can.
    """

    name: str
    megabytes: float
    licence: str
    card: Path | None
    seconds: float
    problem: str


def summaries(models_dir: Path) -> list[ModelSummary]:
    """Every motion model in a folder, the usual one first. ModelError: there is no such folder."""
    return [_summary(models_dir / name) for name in list_models(models_dir)]


def _summary(folder: Path) -> ModelSummary:
    size = sum(file.stat().st_size for file in folder.iterdir() if file.is_file()) / 1e6
    card: Path | None = folder / CARD_FILE
    try:
        found = _LICENCE.search(card.read_text(encoding="utf-8", errors="replace")) if card is not None else None
    except OSError:
        card, found = None, None
    licence = found[1] if found else ""
    try:
        return ModelSummary(folder.name, size, licence, card, read_model_description(folder).max_seconds, "")
    except ModelError as error:
        return ModelSummary(folder.name, size, licence, card, 0.0, str(error))
