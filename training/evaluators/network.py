"""The two encoders of a judge: small transformers whose outputs lie on one sphere (torch)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F


@dataclass(frozen=True)
class JudgeConfig:
    """Sizes. patch: frames (of 15 a second) to a token. dimensions: of the common space."""

    features: int
    words: int
    buckets: int
    width: int = 96
    heads: int = 4
    motion_layers: int = 2
    text_layers: int = 2
    patch: int = 5
    dimensions: int = 64
    max_words: int = 32
    max_tokens: int = 36
    dropout: float = 0.15


def _transformer(config: JudgeConfig, layers: int) -> nn.TransformerEncoder:
    layer = nn.TransformerEncoderLayer(
        config.width, config.heads, 2 * config.width, 0.0, "gelu", batch_first=True, norm_first=True
    )  # dropout is on the inputs and the pooled outputs only: inside it would double the time of a step on a CPU
    return nn.TransformerEncoder(layer, layers, nn.LayerNorm(config.width), enable_nested_tensor=False)


class MotionEncoder(nn.Module):
    """(B, T, features) normalised, T a multiple of the patch -> (B, dimensions) of unit length."""

    def __init__(self, config: JudgeConfig) -> None:
        super().__init__()
        self.config = config
        self.inwards = nn.Linear(config.features * config.patch, config.width)
        self.places = nn.Parameter(torch.randn(config.max_tokens, config.width) * 0.02)
        self.drop = nn.Dropout(config.dropout)
        self.body = _transformer(config, config.motion_layers)
        self.drop_out = nn.Dropout(config.dropout)
        self.outwards = nn.Linear(2 * config.width, config.dimensions)

    def forward(self, motion: Tensor, frame_mask: Tensor) -> Tensor:
        """frame_mask (B, T): 1 for frames that exist; motion is 0 elsewhere."""
        batch, frames, _ = motion.shape
        tokens = frames // self.config.patch
        x = self.inwards(motion.reshape(batch, tokens, -1)) + self.places[:tokens]
        there = frame_mask.reshape(batch, tokens, -1).amax(-1)
        x = self.body(self.drop(x), src_key_padding_mask=there == 0)
        return F.normalize(self.outwards(self.drop_out(_pooled(x, there))), dim=-1)


class TextEncoder(nn.Module):
    """Word ids (B, L) and letter-group ids (B, L, G) -> (B, dimensions) of unit length."""

    def __init__(self, config: JudgeConfig) -> None:
        super().__init__()
        self.words = nn.Embedding(config.words, config.width, padding_idx=0)
        self.groups = nn.Embedding(config.buckets + 1, config.width, padding_idx=0)
        self.places = nn.Parameter(torch.randn(config.max_words, config.width) * 0.02)
        self.drop = nn.Dropout(config.dropout)
        self.body = _transformer(config, config.text_layers)
        self.drop_out = nn.Dropout(config.dropout)
        self.outwards = nn.Linear(2 * config.width, config.dimensions)
        for table in (self.words, self.groups):
            nn.init.normal_(table.weight, std=0.1)
            with torch.no_grad():
                table.weight[0] = 0

    def forward(self, words: Tensor, groups: Tensor) -> Tensor:
        """A word is its own vector and the mean of its letter groups'."""
        parts = self.groups(groups).sum(-2) / (groups > 0).sum(-1, keepdim=True).clamp(min=1)
        x = self.words(words) + parts + self.places[: words.shape[1]]
        there = (words > 0).float()
        x = self.body(self.drop(x), src_key_padding_mask=there == 0)
        return F.normalize(self.outwards(self.drop_out(_pooled(x, there))), dim=-1)


def _pooled(x: Tensor, there: Tensor) -> Tensor:
    """Mean and maximum over the tokens that exist: the maximum keeps what happens only once."""
    mean = (x * there[..., None]).sum(1) / there.sum(1, keepdim=True).clamp(min=1)
    highest = x.masked_fill(there[..., None] == 0, -1e4).amax(1)
    return torch.cat((mean, highest), dim=-1)


def contrastive_loss(text: Tensor, motion: Tensor, same: Tensor, temperature: Tensor) -> Tensor:
    """InfoNCE both ways over a batch of unit vectors (B, D); pairs of `same` (B, B) are no negatives (TMR 3.3)."""
    scores = text @ motion.T / temperature
    others = ~torch.eye(len(text), dtype=torch.bool, device=text.device)
    scores = scores.masked_fill(same & others, float("-inf"))
    target = torch.arange(len(text), device=text.device)
    return (F.cross_entropy(scores, target) + F.cross_entropy(scores.T, target)) / 2
