"""The network in torch, and its file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import safetensors
import safetensors.torch
import torch
from torch import Tensor, nn

from motionmix_core.editing.gap_network import SCALE, WEIGHTS, read_tensors
from motionmix_core.editing.gap_view import WAVES
from motionmix_core.errors import DataError, ModelError

COURSE = 69
LEVELS = 80
"""On either side of nothing: finer steps than half a percent of a row's largest number only make the file larger."""


@dataclass(frozen=True)
class GapNetworkConfig:
    """Sizes. inputs: numbers that `GapView.numbers` gives."""

    inputs: int
    width: int = 512
    blocks: int = 5
    dropout: float = 0.0


class TorchGapNetwork(nn.Module):
    """(B, N) -> (B, WAVES, 69). Names of its tensors are those that `GapNetwork` reads."""

    mean: Tensor
    std: Tensor

    def __init__(self, config: GapNetworkConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.register_buffer("mean", torch.zeros(config.inputs))
        self.register_buffer("std", torch.ones(config.inputs))
        self.inp = nn.Linear(config.inputs, width)
        self.blocks = nn.ModuleList(
            nn.Sequential(
                nn.LayerNorm(width),
                nn.Linear(width, width),
                nn.GELU(approximate="tanh"),
                nn.Dropout(config.dropout),
                nn.Linear(width, width),
            )
            for _ in range(config.blocks)
        )
        self.norm = nn.LayerNorm(width)
        self.out = nn.Linear(width, WAVES * COURSE)
        nn.init.zeros_(self.out.weight)  # the plain curve, to begin with
        nn.init.zeros_(self.out.bias)

    def forward(self, numbers: Tensor) -> Tensor:
        """(B, N) -> (B, WAVES, 69)."""
        hidden = self.inp((numbers - self.mean) / self.std)
        for block in self.blocks:
            hidden = hidden + block(hidden)
        return self.out(self.norm(hidden)).unflatten(-1, (WAVES, COURSE))


def save(network: TorchGapNetwork, folder: Path, steps: int) -> Path:
    """Write the weights, matrices as a byte each with a scale for each row. Returns the file."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {}
    for name, tensor in network.state_dict().items():
        if tensor.ndim < 2:
            tensors[name] = tensor.half()
            continue
        scale = (tensor.abs().amax(dim=1) / LEVELS).clamp(min=1e-6).half()
        tensors[name] = (tensor / scale.float()[:, None]).round().clamp(-127, 127).to(torch.int8)
        tensors[name + SCALE] = scale
    facts = {"steps": str(steps), "config": json.dumps(asdict(network.config))}
    file = folder / WEIGHTS
    safetensors.torch.save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, file, facts)
    return file


def load(folder: Path) -> TorchGapNetwork:
    """What `save` wrote. DataError: there is no such file, or it's damaged."""
    file = folder / WEIGHTS
    try:
        with safetensors.safe_open(file, "pt") as opened:
            network = TorchGapNetwork(GapNetworkConfig(**json.loads(opened.metadata()["config"])))
        network.load_state_dict({name: torch.from_numpy(values) for name, values in read_tensors(file).items()})
    except (OSError, KeyError, TypeError, ValueError, RuntimeError, safetensors.SafetensorError, ModelError) as error:
        raise DataError(f"{file} can't be read: {error}") from error
    return network


def with_dropout(network: TorchGapNetwork, share: float) -> TorchGapNetwork:
    """The same weights, taught from now on with this share of the inner numbers left out."""
    changed = TorchGapNetwork(replace(network.config, dropout=share))
    changed.load_state_dict(network.state_dict())
    return changed


def grown(network: TorchGapNetwork, blocks: int) -> TorchGapNetwork:
    """The same answers from a network with so many blocks: the new ones add nothing, to begin with."""
    larger = TorchGapNetwork(replace(network.config, blocks=blocks, dropout=GapNetworkConfig.dropout))
    larger.load_state_dict(network.state_dict(), strict=False)
    for added in range(network.config.blocks, blocks):
        for parameter in larger.get_submodule(f"blocks.{added}.4").parameters():
            nn.init.zeros_(parameter)
    return larger
