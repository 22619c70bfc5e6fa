"""A MotionDiffuse-style network (Zhang et al. 2022), torch, written from the published description alone.

It predicts the *noise*, on a linear schedule of 1000 steps: wrap it with `diffusion.from_epsilon`. Blocks of
linear-cost ("efficient") self-attention, efficient cross-attention to the text and a feed-forward part; the output of
each passes a stylization by time and text before it is added.
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

_HIDDEN = -1e6  # added to the keys of padded frames before their softmax over time


@dataclass(frozen=True)
class MotionDiffuseConfig:
    """Sizes of the network. frames: length of the learned position table. style_width: of the time and text vector."""

    features: int = 263
    frames: int = 196
    width: int = 512
    feedforward: int = 1024
    layers: int = 8
    heads: int = 8
    style_width: int = 2048
    clip_width: int = 512
    text_width: int = 256
    text_layers: int = 4
    text_heads: int = 4
    text_feedforward: int = 2048
    dropout: float = 0.0


@dataclass(frozen=True)
class ClipTokens:
    """CLIP's token features. features: (batch, tokens, clip_width) after the last norm, unprojected. end: (batch,) int,
    the place of the end-of-text token."""

    features: Tensor
    end: Tensor


@dataclass(frozen=True)
class EncodedText:
    """A text as the motion blocks use it. style: (batch, style_width). states: (batch, tokens, text_width)."""

    style: Tensor
    states: Tensor


class Stylization(nn.Module):
    """Norm, scale and shift by a style vector, SiLU, and a projection that starts at zero."""

    def __init__(self, config: MotionDiffuseConfig) -> None:
        super().__init__()
        self.from_style = nn.Linear(config.style_width, 2 * config.width)
        self.norm = nn.LayerNorm(config.width)
        self.dropout = nn.Dropout(config.dropout)
        self.projection = nn.Linear(config.width, config.width)
        nn.init.zeros_(self.projection.weight)
        nn.init.zeros_(self.projection.bias)

    def forward(self, hidden: Tensor, activated_style: Tensor) -> Tensor:
        """hidden (batch, frames, width); activated_style (batch, style_width), after SiLU."""
        scale, shift = self.from_style(activated_style)[:, None].chunk(2, dim=-1)
        return self.projection(self.dropout(F.silu(self.norm(hidden) * (1 + scale) + shift)))


class EfficientAttention(nn.Module):
    """Attention whose cost is linear in the length: softmax of queries over features, of keys over time; q (k^T v)."""

    def __init__(self, config: MotionDiffuseConfig, source_width: int) -> None:
        super().__init__()
        self.heads = config.heads
        self.query = nn.Linear(config.width, config.width)
        self.key = nn.Linear(source_width, config.width)
        self.value = nn.Linear(source_width, config.width)

    def forward(self, x: Tensor, source: Tensor, valid: Tensor | None) -> Tensor:
        """x (batch, frames, width), source (batch, tokens, source_width), valid (batch, tokens, 1) of 1 and 0."""
        key, value = self.key(source), self.value(source)
        if valid is not None:
            key, value = key + (1 - valid) * _HIDDEN, value * valid
        query = self._split(self.query(x)).softmax(dim=-1)
        summary = self._split(key).softmax(dim=-2).transpose(-2, -1) @ self._split(value)
        return (query @ summary).transpose(1, 2).flatten(2)

    def _split(self, x: Tensor) -> Tensor:
        return x.unflatten(2, (self.heads, -1)).transpose(1, 2)


class _Block(nn.Module):
    def __init__(self, config: MotionDiffuseConfig) -> None:
        super().__init__()
        width = config.width
        self.self_norm, self.cross_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.text_norm = nn.LayerNorm(config.text_width)
        self.self_attention = EfficientAttention(config, width)
        self.cross_attention = EfficientAttention(config, config.text_width)
        self.widen = nn.Linear(width, config.feedforward)
        self.narrow = nn.Linear(config.feedforward, width)
        self.dropout = nn.Dropout(config.dropout)
        self.self_style, self.cross_style, self.feed_style = (Stylization(config) for _ in range(3))

    def forward(self, x: Tensor, text: Tensor, style: Tensor, valid: Tensor | None) -> Tensor:
        normed = self.self_norm(x)
        x = x + self.self_style(self.self_attention(normed, normed, valid), style)
        crossed = self.cross_attention(self.cross_norm(x), self.text_norm(text), None)
        x = x + self.cross_style(crossed, style)
        return x + self.feed_style(self.narrow(self.dropout(F.gelu(self.widen(x)))), style)


def time_sinusoid(t: Tensor, width: int) -> Tensor:
    """(batch,) -> (batch, width): cosines, then sines, of t at falling rates."""
    half = width // 2
    rate = torch.exp(torch.arange(half, device=t.device, dtype=torch.float32) * (-math.log(10000) / half))
    angles = t[:, None].float() * rate
    return torch.cat([angles.cos(), angles.sin()], dim=-1)


class MotionDiffuse(nn.Module):
    """A MotionDiffuse-style noise predictor; `config` tells its sizes."""

    def __init__(self, config: MotionDiffuseConfig | None = None) -> None:
        super().__init__()
        config = MotionDiffuseConfig() if config is None else config
        self.config = config
        width, style = config.width, config.style_width
        self.motion_in = nn.Linear(config.features, width)
        self.places = nn.Parameter(torch.randn(config.frames, width))
        self.time = nn.Sequential(nn.Linear(width, style), nn.SiLU(), nn.Linear(style, style))
        self.text_in = nn.Linear(config.clip_width, config.text_width)
        layer = nn.TransformerEncoderLayer(
            config.text_width, config.text_heads, config.text_feedforward, config.dropout, "gelu", batch_first=True
        )
        self.text_encoder = nn.TransformerEncoder(layer, config.text_layers, enable_nested_tensor=False)
        self.text_norm = nn.LayerNorm(config.text_width)
        self.text_style = nn.Linear(config.text_width, style)
        self.blocks = nn.ModuleList([_Block(config) for _ in range(config.layers)])
        self.motion_out = nn.Linear(width, config.features)
        nn.init.zeros_(self.motion_out.weight)
        nn.init.zeros_(self.motion_out.bias)

    def encode_text(self, tokens: ClipTokens) -> EncodedText:
        """The trainable text encoder on top of CLIP: all tokens for attention, the end-of-text token for the style."""
        states = self.text_norm(self.text_encoder(self.text_in(tokens.features)))
        rows = torch.arange(len(states), device=states.device)
        return EncodedText(self.text_style(states[rows, tokens.end]), states)

    def forward(
        self,
        x: Tensor,
        t: Tensor,
        condition: ClipTokens | EncodedText,
        lengths: Tensor | None = None,
    ) -> Tensor:
        """Predict the noise in x.

        Args:
            x: (batch, frames, features), noisy; at most `config.frames` frames.
            t: (batch,) int timesteps.
            condition: the text, as CLIP gives it or already encoded. There is no null condition of its own: MotionMix
                uses the empty text.
            lengths: (batch,) int frames that exist; the others take no part in self-attention.
        Returns:
            (batch, frames, features), epsilon.
        Raises:
            RequestError: arrays of the wrong shape.
        """
        config = self.config
        if x.ndim != 3 or x.shape[2] != config.features or x.shape[1] > config.frames:
            raise RequestError(
                f"this network reads (batch, up to {config.frames} frames, {config.features}), not {tuple(x.shape)}"
            )
        if tuple(t.shape) != (len(x),):
            raise RequestError(f"a batch of {len(x)} needs as many timesteps, not {tuple(t.shape)}")
        text = self.encode_text(condition) if isinstance(condition, ClipTokens) else condition
        valid = None
        if lengths is not None:
            valid = (torch.arange(x.shape[1], device=x.device) < lengths.to(x.device)[:, None]).to(x.dtype)[..., None]
        style = F.silu(self.time(time_sinusoid(t, config.width)) + text.style)
        hidden = self.motion_in(x) + self.places[: x.shape[1]]
        for block in self.blocks:
            hidden = block(hidden, text.states, style, valid)
        return self.motion_out(hidden)


def as_predictor(model: MotionDiffuse, condition: ClipTokens | EncodedText, lengths: Tensor | None = None) -> Predict:
    """The network under one text as an *epsilon* predictor; wrap it with `diffusion.from_epsilon` to sample.

    The text is encoded once.
    """
    text = model.encode_text(condition) if isinstance(condition, ClipTokens) else condition

    def predict(x_t: Tensor, step: Step) -> Tensor:
        return model(x_t, torch.as_tensor(step.timestep, device=x_t.device).expand(len(x_t)), text, lengths)

    return predict
