"""A run's folder: `last.pt`, from which a killed run goes on exactly, `config.json` and the roles in `roles.json`."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from motionmix_core.errors import DataError
from motionmix_core.files import written_whole
from motionmix_core.mixed_data.paper_config import PaperConfig, paper_config_from
from motionmix_core.mixed_data.roles import RoleSplit

LAST, CONFIG, ROLES = "last.pt", "config.json", "roles.json"


@dataclass(frozen=True)
class Checkpoint:
    """What was saved: step, seed, the network's weights, their average (empty for none), the optimiser's state."""

    step: int
    seed: int
    network: dict[str, torch.Tensor]
    average: dict[str, torch.Tensor]
    optimiser: dict[str, Any]

    @property
    def best(self) -> dict[str, torch.Tensor]:
        """The averaged weights where there are some: what the papers sample with."""
        return self.average or self.network


def save_checkpoint(folder: Path, checkpoint: Checkpoint) -> None:
    """Write `last.pt` as a whole or not at all. Random numbers need no saving: they follow from seed and step."""
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f"{LAST}.partial"
    with open(partial, "wb") as file:
        torch.save(dict(vars(checkpoint)), file)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(folder / LAST)


def load_checkpoint(folder: Path) -> Checkpoint | None:
    """The last checkpoint of a run, None if there is none. Only tensors and plain data are read. Raises DataError."""
    path = folder / LAST
    if not path.exists():
        return None
    try:
        return Checkpoint(**torch.load(path, map_location="cpu", weights_only=True))
    except Exception as error:  # torch raises pickle's, zip's and its own errors
        raise DataError(f"{path} is damaged or isn't a checkpoint of training.train_paper ({error})") from error


def save_config(folder: Path, config: PaperConfig, split: RoleSplit | None) -> None:
    """Write the config and the roles beside the checkpoint; no roles stay behind where there is no mix."""
    folder.mkdir(parents=True, exist_ok=True)
    with written_whole(folder / CONFIG) as file:
        json.dump(config.to_plain(), file, indent=1)
    if split is not None:
        split.save(folder / ROLES)
    else:
        (folder / ROLES).unlink(missing_ok=True)


def load_config(folder: Path) -> PaperConfig | None:
    """The config of a run, None for a new one. Raises DataError."""
    path = folder / CONFIG
    if not path.exists():
        return None
    try:
        return paper_config_from(json.loads(path.read_text("utf-8")), str(path))
    except ValueError as error:
        raise DataError(f"{path} isn't valid JSON ({error})") from error


def load_roles(folder: Path) -> RoleSplit | None:
    """The stored roles of a run, None for a new one or one without mix. Raises DataError."""
    return RoleSplit.load(folder / ROLES) if (folder / ROLES).exists() else None
