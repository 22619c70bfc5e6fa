"""What a run begins with instead of random weights: another run's averaged weights, or an exported model's.

This is how a studio trains on its own captures: a few minutes from a model that already moves, rather than hours
from nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import safetensors.numpy
import torch

from ..errors import DataError
from ..representation.default import Normaliser
from .checkpoints import LAST, load_checkpoint

WEIGHTS = "weights.safetensors"
TRANSPOSED = ".T"
"""Ending of matrices that are stored as ONNX multiplies them, (inputs, outputs)."""

_LATER = frozenset({"noisy_source", "skip", "waves"})  # parts of `motion_transformer` that add nothing as they begin


@dataclass(frozen=True)
class InitialWeights:
    """A state dict, and the statistics of the features that it was trained with, which must stay."""

    network: dict[str, torch.Tensor]
    normaliser: Normaliser


def initial_weights(folder: Path) -> InitialWeights:
    """Read a run's folder (its averaged weights) or an exported model's.

    Raises DataError if the folder holds neither.
    """
    if (folder / LAST).exists():
        stored = load_checkpoint(folder)
        assert stored is not None  # the file is there; a damaged one has raised
        return InitialWeights(stored.ema, stored.normaliser)
    try:
        table = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        tensors = safetensors.numpy.load_file(folder / WEIGHTS)
        normaliser = Normaliser(np.array(table["mean"], np.float32), np.array(table["std"], np.float32))
    except (OSError, ValueError, KeyError, safetensors.SafetensorError) as error:
        raise DataError(f"{folder} holds neither a run ({LAST}) nor an exported model ({error})") from error
    network = {
        name.removesuffix(TRANSPOSED): torch.from_numpy(
            np.ascontiguousarray(array.T if name.endswith(TRANSPOSED) else array).astype(np.float32)
        )
        for name, array in tensors.items()
    }
    return InitialWeights(network, normaliser)


def load_into(network: torch.nn.Module, weights: InitialWeights, where: str) -> None:
    """Raises DataError, naming `where` they are from, if the weights are of another network.

    What the weights lack and the network begins without (a quality flag, a skip) begins so here: it says nothing yet.
    """
    silent = {name: own for name, own in network.state_dict().items() if _LATER.intersection(name.split("."))}
    try:
        network.load_state_dict({**silent, **weights.network})
    except RuntimeError as error:
        raise DataError(f"{where} holds weights of another network: {str(error).splitlines()[1].strip()}") from error
