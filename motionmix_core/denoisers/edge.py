"""The dance decoder of EDGE (Tseng et al. 2023), torch: music features to motion, predicting x0.

A transformer decoder over frames with rotary positions; every sub-block's output is scaled and shifted by a vector of
time and music (FiLM) before it is added; the music's tokens, with two tokens of time behind them, are attended to.
Frames are (batch, frames, 151): 4 contacts, root position, 24 x 6D rotations, in [-1, 1]. State-dict names are the
published ones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..diffusion.forward_process import Predict
from ..diffusion.schedule import Step
from ..errors import RequestError

TIME_TOKENS = 2


@dataclass(frozen=True)
class EdgeConfig:
    """Sizes of the network.

    music_width: 4800 for Jukebox features, 35 for librosa's. frames: the window, 5 s at 30 fps. condition_drop: share
    of training samples whose music is replaced by the learned null condition.
    """

    features: int = 151
    music_width: int = 4800
    frames: int = 150
    width: int = 512
    feedforward: int = 1024
    layers: int = 8
    encoder_layers: int = 2
    heads: int = 8
    dropout: float = 0.1
    condition_drop: float = 0.25


class RotaryPositions(nn.Module):
    """Turns neighbouring pairs of a token's numbers by angles that grow with its place. Acts on the whole token."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("freqs", 10000.0 ** -(torch.arange(0, width, 2, dtype=torch.float32) / width))

    freqs: Tensor

    def forward(self, x: Tensor) -> Tensor:
        """(batch, places, width), turned."""
        angles = torch.arange(x.shape[-2], device=x.device, dtype=self.freqs.dtype)[:, None] * self.freqs
        cos, sin = angles.cos(), angles.sin()
        even, odd = x[..., 0::2], x[..., 1::2]
        return torch.stack([even * cos - odd * sin, odd * cos + even * sin], dim=-1).flatten(-2)


class _Film(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.block = nn.Sequential(nn.Mish(), nn.Linear(width, 2 * width))

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        scale, shift = self.block(style)[:, None].chunk(2, dim=-1)
        return (1 + scale) * x + shift


class _EncoderLayer(nn.Module):
    def __init__(self, config: EdgeConfig, rotary: RotaryPositions) -> None:
        super().__init__()
        width = config.width
        self.rotary = rotary
        self.self_attn = nn.MultiheadAttention(width, config.heads, config.dropout, batch_first=True)
        self.linear1, self.linear2 = nn.Linear(width, config.feedforward), nn.Linear(config.feedforward, width)
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.dropout = nn.Dropout(config.dropout)

    def attended(self, x: Tensor) -> Tensor:
        turned = self.rotary(x)
        return self.dropout(self.self_attn(turned, turned, x, need_weights=False)[0])

    def fed_forward(self, x: Tensor) -> Tensor:
        return self.dropout(self.linear2(self.dropout(F.gelu(self.linear1(x)))))

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attended(self.norm1(x))
        return x + self.fed_forward(self.norm2(x))


class _DecoderLayer(_EncoderLayer):
    def __init__(self, config: EdgeConfig, rotary: RotaryPositions) -> None:
        super().__init__(config, rotary)
        width = config.width
        self.multihead_attn = nn.MultiheadAttention(width, config.heads, config.dropout, batch_first=True)
        self.norm3 = nn.LayerNorm(width)
        self.film1, self.film2, self.film3 = _Film(width), _Film(width), _Film(width)

    def decode(self, x: Tensor, music: Tensor, turned_music: Tensor, style: Tensor) -> Tensor:
        x = x + self.film1(self.attended(self.norm1(x)), style)
        query = self.rotary(self.norm2(x))
        crossed = self.dropout(self.multihead_attn(query, turned_music, music, need_weights=False)[0])
        x = x + self.film2(crossed, style)
        return x + self.film3(self.fed_forward(self.norm3(x)), style)


class _DecoderStack(nn.Module):
    def __init__(self, layers: list[_DecoderLayer]) -> None:
        super().__init__()
        self.stack = nn.ModuleList(layers)


class _TimeSinusoid(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.pairs = width // 2

    def forward(self, t: Tensor) -> Tensor:
        rate = torch.exp(torch.arange(self.pairs, device=t.device) * (-math.log(10000) / (self.pairs - 1)))
        angles = t[:, None] * rate
        return torch.cat([angles.sin(), angles.cos()], dim=-1)


class EDGE(nn.Module):
    """The dance decoder; `config` tells its sizes."""

    def __init__(self, config: EdgeConfig | None = None) -> None:
        super().__init__()
        config = EdgeConfig() if config is None else config
        self.config = config
        width = config.width
        rotary = RotaryPositions(width)
        self.time_mlp = nn.Sequential(_TimeSinusoid(width), nn.Linear(width, 4 * width), nn.Mish())
        self.to_time_cond = nn.Sequential(nn.Linear(4 * width, width))
        self.to_time_tokens = nn.Sequential(nn.Linear(4 * width, TIME_TOKENS * width))
        self.null_cond_embed = nn.Parameter(torch.randn(1, config.frames, width))
        self.null_cond_hidden = nn.Parameter(torch.randn(1, width))
        self.norm_cond = nn.LayerNorm(width)
        self.input_projection = nn.Linear(config.features, width)
        self.cond_projection = nn.Linear(config.music_width, width)
        self.cond_encoder = nn.Sequential(*(_EncoderLayer(config, rotary) for _ in range(config.encoder_layers)))
        self.non_attn_cond_projection = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width)
        )
        self.seqTransDecoder = _DecoderStack([_DecoderLayer(config, rotary) for _ in range(config.layers)])
        self.final_layer = nn.Linear(width, config.features)

    def forward(
        self,
        x: Tensor,
        t: Tensor,
        condition: Tensor | None = None,
        lengths: Tensor | None = None,
        *,
        unconditional: bool = False,
    ) -> Tensor:
        """Predict the clean motion.

        Args:
            x: (batch, frames, features), noisy, in [-1, 1] space. At most `config.frames` frames.
            t: (batch,) int timesteps.
            condition: music features (batch, frames, music_width), one row a frame; None for the learned null
                condition. Silence (zeros) is a condition of its own, not the null one.
            lengths: unused; windows are always whole.
            unconditional: give the null condition in place of `condition`.
        Returns:
            (batch, frames, features), x0.
        Raises:
            RequestError: arrays of the wrong shape.
        """
        self._check(x, t, condition)
        batch = len(x)
        music, style = self._music(condition if not unconditional else None, batch, x.shape[1])
        time = self.time_mlp(t.to(x.dtype))
        style = style + self.to_time_cond(time)
        tokens = self.to_time_tokens(time).view(batch, TIME_TOKENS, -1)
        music = self.norm_cond(torch.cat([music, tokens], dim=1))
        hidden = self.input_projection(x)
        layers = [layer for layer in self.seqTransDecoder.stack if isinstance(layer, _DecoderLayer)]
        turned = layers[0].rotary(music)  # the same for every layer: the frequencies are shared
        for layer in layers:
            hidden = layer.decode(hidden, music, turned, style)
        return self.final_layer(hidden)

    def _music(self, condition: Tensor | None, batch: int, frames: int) -> tuple[Tensor, Tensor]:
        """Tokens (batch, frames, width) and style vector (batch, width) of the music, or of its absence."""
        null_tokens = self.null_cond_embed[:, :frames].expand(batch, -1, -1)
        null_style = self.null_cond_hidden.expand(batch, -1)
        if condition is None:
            return null_tokens, null_style
        tokens = self.cond_encoder(self.cond_projection(condition))
        if not self.training or self.config.condition_drop == 0:
            return tokens, self.non_attn_cond_projection(tokens.mean(dim=1))
        kept = torch.rand(batch, device=tokens.device) >= self.config.condition_drop
        tokens = torch.where(kept[:, None, None], tokens, null_tokens)
        style = self.non_attn_cond_projection(tokens.mean(dim=1))
        return tokens, torch.where(kept[:, None], style, null_style)

    def _check(self, x: Tensor, t: Tensor, condition: Tensor | None) -> None:
        config = self.config
        if x.ndim != 3 or x.shape[2] != config.features or x.shape[1] > config.frames:
            raise RequestError(
                f"this network reads (batch, up to {config.frames} frames, {config.features}), not {tuple(x.shape)}"
            )
        if tuple(t.shape) != (len(x),):
            raise RequestError(f"a batch of {len(x)} needs as many timesteps, not {tuple(t.shape)}")
        wanted = (*x.shape[:2], config.music_width)
        if condition is not None and tuple(condition.shape) != wanted:
            raise RequestError(f"music features must be {wanted}, not {tuple(condition.shape)}")


def as_predictor(model: EDGE, condition: Tensor | None = None, *, unconditional: bool = False) -> Predict:
    """The network under one condition as a denoiser for `diffusion.sample`."""

    def predict(x_t: Tensor, step: Step) -> Tensor:
        t = torch.as_tensor(step.timestep, device=x_t.device).expand(len(x_t))
        return model(x_t, t, condition, unconditional=unconditional)

    return predict
