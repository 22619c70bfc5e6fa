"""Our own denoiser: a transformer over frames that predicts the clean motion x0 (torch).

Pre-norm blocks with adaLN-Zero for the noise level and the pooled text, rotary positions on the motion tokens, and
the text's token states as a prefix. `patch` frames make one token. Observed motion comes in through the input: its
values stand in for the noisy ones and a mask beside them says where (anchors 2.2), so that in-betweening, body-part
edits and continuations are learned rather than forced at sampling time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .frame_waves import FrameWaves
from .smoothed_skip import SmoothedSkip


@dataclass(frozen=True)
class MotionTransformerConfig:
    """Sizes of the network; stored with every checkpoint."""

    features: int = 207
    width: int = 320
    layers: int = 8
    heads: int = 5
    mlp_ratio: int = 4
    patch: int = 2
    text_width: int = 384
    condition_width: int = 192
    dropout: float = 0.1
    root_layers: int = 0  # above 0: so many of the layers decide the root first (`root_then_body`)
    frame_waves: int = 0  # waves of the frame's number (`frame_waves`): for motion that begins with its window
    frame_wave_width: int = 128  # shapes that they make
    frame_wave_gate: int = 0  # width of a hidden layer that tells prompts apart for them; 0 = none
    skip_widths: tuple[float, ...] = ()  # frames of the windows of `smoothed_skip`; none: no way past the blocks
    quality_flag: bool = False  # a learned direction of the condition says that a window's source is noisy


def noise_angle(noise_level: Tensor) -> Tensor:
    """sqrt(1 - abar) in [0, 1] -> [0, 1]: the position on a cosine schedule, whatever schedule is really used."""
    return torch.asin(noise_level.clamp(0.0, 1.0)) * (2.0 / math.pi)


def sinusoid(position: Tensor, width: int, longest: float = 10_000.0) -> Tensor:
    """(B,) -> (B, width) sines and cosines at geometrically spaced frequencies."""
    half = width // 2
    frequencies = torch.exp(torch.arange(half, device=position.device) * (-math.log(longest) / half))
    angles = position[:, None].float() * frequencies
    return torch.cat((angles.sin(), angles.cos()), dim=-1)


def rotary_table(prefix: int, tokens: int, head_width: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Cosines and sines (prefix + tokens, head_width / 2). The prefix (text) isn't turned: it has no place in time."""
    frequencies = torch.exp(torch.arange(head_width // 2, device=device) * (-math.log(1000.0) / (head_width // 2)))
    places = torch.cat((torch.zeros(prefix, device=device), torch.arange(tokens, device=device) + 1.0))
    angles = places[:, None] * frequencies
    return angles.cos(), angles.sin()


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Apply rotary positions to (B, heads, S, head_width); halves are paired."""
    a, b = x.chunk(2, dim=-1)
    return torch.cat((a * cos - b * sin, b * cos + a * sin), dim=-1)


class ChannelDropout(nn.Module):
    """Drops whole channels of (B, S, C) for a sample, all its tokens alike.

    Neighbouring frames say nearly the same, so dropping them one by one hides little, and drawing a mask as large
    as the activations costs a quarter of a training step on a CPU.
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, x: Tensor) -> Tensor:
        """(B, S, C) -> (B, S, C); the identity outside training."""
        if not self.training or self.rate == 0:
            return x
        keep = torch.rand(x.shape[0], 1, x.shape[2], device=x.device) >= self.rate
        return x * (keep / (1 - self.rate)).to(x.dtype)


class Attention(nn.Module):
    """Multi-head self-attention with normalised queries and keys, and rotary positions."""

    def __init__(self, config: MotionTransformerConfig) -> None:
        super().__init__()
        self.heads = config.heads
        self.qkv = nn.Linear(config.width, 3 * config.width)
        self.out = nn.Linear(config.width, config.width)
        head_width = config.width // config.heads
        self.query_norm = nn.LayerNorm(head_width)
        self.key_norm = nn.LayerNorm(head_width)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, mask: Tensor) -> Tensor:
        """x (B, S, width); cos, sin (S, head_width / 2); mask (B, 1, 1, S) added to the scores."""
        batch, length, width = x.shape
        q, k, v = self.qkv(x).view(batch, length, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        q = rotate(self.query_norm(q), cos, sin).to(v.dtype)
        k = rotate(self.key_norm(k), cos, sin).to(v.dtype)
        # written out: on the CPU its backward pass is ten times as fast as the fused kernel's at these lengths
        scores = q @ k.transpose(-2, -1) * (q.shape[-1] ** -0.5) + mask.to(v.dtype)
        attended = torch.softmax(scores, dim=-1) @ v
        return self.out(attended.transpose(1, 2).reshape(batch, length, width))


class Block(nn.Module):
    """Attention and MLP, each scaled, shifted and gated by the condition; the gates start at zero (adaLN-Zero)."""

    def __init__(self, config: MotionTransformerConfig) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(config.width, elementwise_affine=False)
        self.attention = Attention(config)
        self.mlp_norm = nn.LayerNorm(config.width, elementwise_affine=False)
        hidden = config.mlp_ratio * config.width
        self.mlp = nn.Sequential(
            nn.Linear(config.width, hidden),
            nn.GELU(approximate="tanh"),
            nn.Linear(hidden, config.width),
        )
        self.dropout = ChannelDropout(config.dropout)
        self.modulation = nn.Linear(config.condition_width, 6 * config.width)
        nn.init.zeros_(self.modulation.weight)
        nn.init.zeros_(self.modulation.bias)

    def forward(self, x: Tensor, condition: Tensor, cos: Tensor, sin: Tensor, mask: Tensor) -> Tensor:
        """x (B, S, width); condition (B, condition_width); the rest as in `Attention`."""
        scale_a, shift_a, gate_a, scale_m, shift_m, gate_m = self.modulation(condition)[:, None].chunk(6, dim=-1)
        attended = self.attention(self.attention_norm(x) * (1 + scale_a) + shift_a, cos, sin, mask)
        x = x + gate_a * self.dropout(attended)
        return x + gate_m * self.dropout(self.mlp(self.mlp_norm(x) * (1 + scale_m) + shift_m))


class MotionTransformer(nn.Module):
    """Predicts x0 from a noisy motion. All arrays are normalised features; see `forward` for the shapes."""

    def __init__(self, config: MotionTransformerConfig) -> None:
        super().__init__()
        if config.width % (2 * config.heads):
            raise ValueError(f"width {config.width} must divide into {config.heads} heads of even width")
        self.config = config
        width, condition = config.width, config.condition_width
        self.motion_in = nn.Linear(2 * config.features * config.patch, width)
        self.text_in = nn.Linear(config.text_width, width)
        self.null_text = nn.Parameter(torch.randn(width) * 0.02)
        self.pooled_in = nn.Linear(config.text_width, condition)
        self.null_pooled = nn.Parameter(torch.zeros(condition))
        self.noise_in = nn.Sequential(nn.Linear(256, condition), nn.SiLU(), nn.Linear(condition, condition))
        self.noisy_source = nn.Parameter(torch.zeros(condition)) if config.quality_flag else None
        sizes = config.frame_waves, condition, config.features, config.frame_wave_width, config.frame_wave_gate
        self.waves = FrameWaves(*sizes) if config.frame_waves else None
        self.skip = SmoothedSkip(config.skip_widths, condition, config.features) if config.skip_widths else None
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.out_norm = nn.LayerNorm(width, elementwise_affine=False)
        self.out_modulation = nn.Linear(condition, 2 * width)
        self.motion_out = nn.Linear(width, config.features * config.patch)
        for layer in (self.out_modulation, self.motion_out):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def condition(
        self, noise_level: Tensor, text_mask: Tensor, text_pooled: Tensor, noisy_source: Tensor | None = None
    ) -> Tensor:
        """(B, condition_width): what noise level and sentence say to all frames alike; arguments as in `forward`."""
        # the pooled text has unit length; as unit spread per number it's learned as fast as the rest
        pooled = self.pooled_in(text_pooled * math.sqrt(self.config.text_width))
        has_text = text_mask.amax(dim=1, keepdim=True)  # (B, 1)
        pooled = has_text * pooled + (1 - has_text) * self.null_pooled
        condition = self.noise_in(sinusoid(1000.0 * noise_angle(noise_level), 256)) + pooled
        if self.noisy_source is not None and noisy_source is not None:
            condition = condition + noisy_source[:, None] * self.noisy_source
        return F.silu(condition)

    def forward(
        self,
        x: Tensor,
        observed_mask: Tensor,
        noise_level: Tensor,
        text_tokens: Tensor,
        text_mask: Tensor,
        text_pooled: Tensor,
        frame_mask: Tensor,
        noisy_source: Tensor | None = None,
    ) -> Tensor:
        """x0 (B, T, features) from x (B, T, features): noisy, with the observed entries already in place.

        observed_mask (B, T, features): 1 where x is given. noise_level (B,): sqrt(1 - abar).
        text_tokens (B, L, text_width), text_mask (B, L): all zero means no text, the null condition.
        text_pooled (B, text_width). frame_mask (B, T): 1 for frames that exist. T is a multiple of `patch`.
        noisy_source (B,): 1 for windows of noisy clips, read by networks with the quality flag; None asks for clean
        motion (StableMotion's flag, one for a window).
        """
        batch, frames, features = x.shape
        tokens = frames // self.config.patch

        first = self.null_text.expand(batch, 1, -1)
        text = self.text_in(text_tokens)
        motion = torch.cat((x, observed_mask), dim=-1).reshape(batch, tokens, -1)

        token_mask = frame_mask.reshape(batch, tokens, self.config.patch).amax(dim=-1)
        # the first prefix token is always there, so that no row of the softmax is empty
        visible = torch.cat((torch.ones_like(text_mask[:, :1]), text_mask, token_mask), dim=1)
        mask = ((1.0 - visible) * -1e4)[:, None, None, :]
        cos, sin = rotary_table(1 + text_tokens.shape[1], tokens, self.config.width // self.config.heads, x.device)

        condition = self.condition(noise_level, text_mask, text_pooled, noisy_source)

        sequence = torch.cat((first, text, self.motion_in(motion)), dim=1)
        for block in self.blocks:
            sequence = block(sequence, condition, cos, sin, mask)

        motion = sequence[:, -tokens:]
        scale, shift = self.out_modulation(condition)[:, None].chunk(2, dim=-1)
        out = self.motion_out(self.out_norm(motion) * (1 + scale) + shift)
        out = out.reshape(batch, frames, features)
        if self.skip is not None:
            out = out + self.skip(x, observed_mask, frame_mask, condition)
        if self.waves is None:
            return out
        unseen = 1.0 - observed_mask.amax(dim=(1, 2))  # motion that is shown tells its phase, and may have any
        return out + unseen[:, None, None] * self.waves(frames, condition)


def parameter_count(model: nn.Module) -> int:
    """Number of trained numbers."""
    return sum(parameter.numel() for parameter in model.parameters())
