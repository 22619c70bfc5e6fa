"""The network in torch, and its file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import safetensors
import safetensors.torch
import torch
from torch import Tensor, nn

from motionmix_core.editing.gap_network import HEAD, SCALE, WEIGHTS, read_tensors
from motionmix_core.editing.gap_tokens import FARTHEST, POSE, TIMES, GapTokens, Kind
from motionmix_core.errors import DataError, ModelError

COURSE = 69
LEVELS = 80
"""On either side of nothing: finer steps than half a percent of a row's largest number only make the file larger."""


@dataclass(frozen=True)
class GapNetworkConfig:
    """Sizes. inner: width of the feed-forward parts; dropout: share of a gap's channels that a sub-layer leaves out."""

    width: int = 192
    layers: int = 5
    inner: int = 576
    dropout: float = 0.1


@dataclass(frozen=True, eq=False)
class TokenTensors:
    """`GapTokens` as tensors; halves are read, too."""

    known: Tensor
    kinds: Tensor
    curve: Tensor
    times: Tensor
    apart: Tensor
    last: int

    @classmethod
    def of(cls, tokens: GapTokens, dtype: torch.dtype = torch.float32) -> TokenTensors:
        """The same numbers; poses as `dtype`."""
        known, curve = (torch.from_numpy(values).to(dtype) for values in (tokens.known, tokens.curve))
        times, apart, kinds = (torch.from_numpy(values) for values in (tokens.times(), tokens.apart(), tokens.kinds))
        return cls(known, kinds, curve, times, apart, tokens.last)

    def rows(self, which: Tensor) -> TokenTensors:
        """Some of the gaps."""
        return replace(self, known=self.known[which], curve=self.curve[which])


class Layer(nn.Module):
    """Attention with a bias by distance in time, and a feed-forward part, each added to what comes in."""

    def __init__(self, config: GapNetworkConfig) -> None:
        super().__init__()
        width = config.width
        self.heads, self.dropout = width // HEAD, config.dropout
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, config.inner), nn.Linear(config.inner, width)
        self.near = nn.Parameter(torch.zeros(self.heads, 2 * FARTHEST + 1))
        for last in (self.out, self.down):  # nothing is added, to begin with
            nn.init.zeros_(last.weight)

    def forward(self, x: Tensor, apart: Tensor) -> Tensor:
        """(B, T, width) -> (B, T, width)."""
        batch, count, width = x.shape
        split = self.qkv(self.norm1(x)).view(batch, count, 3, self.heads, HEAD)
        queries, keys, values = split.permute(2, 0, 3, 1, 4)
        scores = queries @ keys.transpose(-1, -2) * HEAD**-0.5 + self.near[:, apart].to(queries.dtype)
        mixed = scores.softmax(-1).to(values.dtype) @ values
        x = x + self._dropped(self.out(mixed.transpose(1, 2).reshape(batch, count, width)))
        return x + self._dropped(self.down(nn.functional.gelu(self.up(self.norm2(x)), approximate="tanh")))

    def _dropped(self, x: Tensor) -> Tensor:
        """Channels, the same ones for all tokens of a gap: drawing one number a token would cost a tenth of a step."""
        if not self.training or not self.dropout:
            return x
        kept = torch.rand(x.shape[0], 1, x.shape[2]) > self.dropout
        return x * (kept.to(x.dtype) / (1 - self.dropout))


class TorchGapNetwork(nn.Module):
    """Gaps -> (B, K, 69). Names of its tensors are those that `GapNetwork` reads."""

    mean: Tensor
    std: Tensor

    def __init__(self, config: GapNetworkConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.register_buffer("mean", torch.zeros(POSE))
        self.register_buffer("std", torch.ones(POSE))
        self.known = nn.Linear(2 * POSE, width)
        self.curve = nn.Linear(3 * POSE, width)
        self.kind = nn.Embedding(len(Kind), width)
        self.time = nn.Linear(TIMES, width)
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.layers))
        self.norm = nn.LayerNorm(width)
        self.out = nn.Linear(width, COURSE)
        nn.init.zeros_(self.out.weight)  # the plain curve, to begin with
        nn.init.zeros_(self.out.bias)

    def forward(self, tokens: TokenTensors) -> Tensor:
        """(B, K, 69): corrections to the curve at its knots."""
        known, curve = tokens.known.float(), (tokens.curve.float() - self.mean) / self.std
        poses, changes = (known[..., :POSE] - self.mean) / self.std, known[..., POSE:] / self.std
        ends = [poses[:, at, None] for at in (tokens.last, tokens.last + 1)]
        seen = self.known(torch.cat((poses, changes), -1)) + self.kind(tokens.kinds)
        asked = self.curve(torch.cat((curve, *(curve - end for end in ends)), -1))
        hidden = torch.cat((seen, asked), 1) + self.time(tokens.times)
        for layer in self.layers:
            hidden = layer(hidden, tokens.apart)
        return self.out(self.norm(hidden[:, seen.shape[1] :]))


def save(members: Sequence[TorchGapNetwork], folder: Path) -> Path:
    """Write weights, matrices as a byte each with a scale for each row. Returns the file.

    members: networks whose answers' mean is taken. DataError: they aren't of one size.
    """
    configs = {member.config for member in members}
    if len({replace(config, dropout=0.0) for config in configs}) != 1:
        raise DataError("networks of different sizes can't answer together")
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {}
    for name in members[0].state_dict():
        tensor = torch.stack([member.state_dict()[name] for member in members])
        if tensor.ndim < 3:
            tensors[name] = tensor.half()
            continue
        scale = (tensor.abs().amax(dim=-1) / LEVELS).clamp(min=1e-6).half()
        tensors[name] = (tensor / scale.float()[..., None]).round().clamp(-127, 127).to(torch.int8)
        tensors[name + SCALE] = scale
    facts = {"config": json.dumps(asdict(members[0].config))}
    file = folder / WEIGHTS
    safetensors.torch.save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, file, facts)
    return file


def load(folder: Path) -> list[TorchGapNetwork]:
    """The members that `save` wrote. DataError: there is no such file, or it's damaged."""
    file = folder / WEIGHTS
    try:
        with safetensors.safe_open(file, "pt") as opened:
            config = GapNetworkConfig(**json.loads(opened.metadata()["config"]))
        tensors = {name: torch.from_numpy(values) for name, values in read_tensors(file).items()}
        members = [TorchGapNetwork(config) for _ in tensors["mean"]]
        for number, member in enumerate(members):
            member.load_state_dict({name: values[number] for name, values in tensors.items()})
    except (OSError, KeyError, TypeError, ValueError, RuntimeError, safetensors.SafetensorError, ModelError) as error:
        raise DataError(f"{file} can't be read: {error}") from error
    return members
