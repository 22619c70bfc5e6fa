"""Checkpoints that a killed run resumes from exactly, written so that a kill while writing loses nothing."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..errors import DataError
from ..representation.default import Normaliser
from .config import TrainConfig, config_from_dict

LAST = "last.pt"


def config_to_dict(config: TrainConfig) -> dict[str, Any]:
    """Plain data that `config_from_dict` reads back."""
    return json.loads(json.dumps(dataclasses.asdict(config)))


def save_checkpoint(
    folder: Path,
    *,
    step: int,
    config: TrainConfig,
    normaliser: Normaliser,
    network: dict[str, torch.Tensor],
    ema: dict[str, torch.Tensor],
    optimiser: dict[str, Any],
    clips: str = "",
) -> Path:
    """Write `last.pt` as a whole or not at all. Random numbers need no saving: they follow from seed and step.

    clips: names what is trained on (`resuming.fingerprint`).
    """
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / LAST
    partial = folder / f"{LAST}.partial"
    state = {
        "step": step,
        "config": config_to_dict(config),
        "mean": torch.from_numpy(normaliser.mean),
        "std": torch.from_numpy(normaliser.std),
        "network": network,
        "ema": ema,
        "optimiser": optimiser,
        "clips": clips,
    }
    with open(partial, "wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(target)
    return target


@dataclasses.dataclass(frozen=True)
class Checkpoint:
    """What `save_checkpoint` wrote."""

    step: int
    config: TrainConfig
    normaliser: Normaliser
    network: dict[str, torch.Tensor]
    ema: dict[str, torch.Tensor]
    optimiser: dict[str, Any]
    clips: str = ""  # "" in checkpoints from before it was kept


def load_checkpoint(folder: Path) -> Checkpoint | None:
    """The last checkpoint of a run, None if it has none yet. Raises DataError for a damaged file.

    Only tensors and plain data are read (`weights_only`), so a stranger's file can't run code.
    """
    path = folder / LAST
    if not path.exists():
        return None
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        return Checkpoint(
            state["step"],
            config_from_dict(state["config"], str(path)),
            Normaliser(state["mean"].numpy().astype(np.float32), state["std"].numpy().astype(np.float32)),
            state["network"],
            state["ema"],
            state["optimiser"],
            state.get("clips", ""),
        )
    except (RuntimeError, KeyError, EOFError, OSError, ValueError) as error:
        raise DataError(f"{path} is damaged or isn't a checkpoint of this program ({error})") from error
    except Exception as error:  # torch raises pickle's own error for a file that holds more than plain data
        if type(error).__name__ != "UnpicklingError":
            raise
        raise DataError(f"{path} isn't a safe checkpoint: it holds more than tensors and plain data") from error
