"""What a model was taught on, clips and captions of a cache and earlier weights: `training.export` writes it down."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from motionmix_core.mixed_data.config import DataConfig, TrainConfig
from motionmix_core.onnx_session import read_description

KEY = "taught_on"


@dataclass(frozen=True)
class Taught:
    """The settings of that name in the config of the model's run (`TrainConfig`, `DataConfig`)."""

    caption_sources: tuple[str, ...] = DataConfig.caption_sources
    shippable_only: bool = DataConfig.shippable_only
    init_from: str = ""


def record_of(config: TrainConfig) -> dict[str, Any]:
    """What model.json says under KEY."""
    data = config.data
    return {
        "caption_sources": list(data.caption_sources),
        "shippable_only": data.shippable_only,
        "init_from": config.init_from,
    }


def taught_on(model: Path) -> Taught:
    """What model.json says; of a model that says nothing, as the shipped one.

    Raises ModelError if there is no such model.
    """
    known = read_description(model).get(KEY)
    if known is None:
        return Taught()
    return Taught(tuple(known["caption_sources"]), bool(known["shippable_only"]), str(known["init_from"]))
