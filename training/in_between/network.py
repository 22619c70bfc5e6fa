"""The network in torch, and its file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import safetensors
import safetensors.torch
import torch
from torch import Tensor, nn

from motionmix_core.editing.gap_network import WEIGHTS
from motionmix_core.editing.gap_view import WAVES
from motionmix_core.errors import DataError

COURSE = 69


@dataclass(frozen=True)
class GapNetworkConfig:
    """Sizes. inputs: numbers that `GapView.numbers` gives."""

    inputs: int
    width: int = 512
    blocks: int = 3
    dropout: float = 0.2


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
        self.dropout = nn.Dropout(config.dropout)
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
        hidden = self.dropout(self.inp((numbers - self.mean) / self.std))
        for block in self.blocks:
            hidden = hidden + block(hidden)
        return self.out(self.norm(hidden)).unflatten(-1, (WAVES, COURSE))


def save(network: TorchGapNetwork, folder: Path, steps: int) -> Path:
    """Write the weights as halves. Returns the file."""
    folder.mkdir(parents=True, exist_ok=True)
    state = network.state_dict()
    # bf16's seven bits of mantissa are enough for matrices, and the zip is smaller by those that fp16 has beyond them
    rounded = {name: tensor.bfloat16() if tensor.ndim >= 2 else tensor for name, tensor in state.items()}
    tensors = {name: tensor.detach().half().contiguous() for name, tensor in rounded.items()}
    facts = {"steps": str(steps), "config": json.dumps(asdict(network.config))}
    file = folder / WEIGHTS
    safetensors.torch.save_file(tensors, file, facts)
    return file


def load(folder: Path) -> TorchGapNetwork:
    """What `save` wrote. DataError: there is no such file, or it's damaged."""
    file = folder / WEIGHTS
    try:
        with safetensors.safe_open(file, "pt") as opened:
            network = TorchGapNetwork(GapNetworkConfig(**json.loads(opened.metadata()["config"])))
        network.load_state_dict({name: half.float() for name, half in safetensors.torch.load_file(file).items()})
    except (OSError, KeyError, TypeError, ValueError, RuntimeError, safetensors.SafetensorError) as error:
        raise DataError(f"{file} can't be read: {error}") from error
    return network
