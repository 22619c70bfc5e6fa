"""A way past the blocks: the noisy input, smoothed over several windows of time, added to the output (torch).

A network that must carry every detail through its width blunts what it has seldom seen: of a hand's strokes it gave
back two thirds even where little noise hid them. Means over time of the noisy motion are nearly right there without
knowing anything, as in Wiener's filter; how much of which mean each feature gets is learned from the noise level and
the text. EDM's skip connection (Karras et al. 2022) is the case of the narrowest window alone.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

_OBSERVED_WEIGHT = 5.0  # of a frame's given value, beside a noisy one's 1, in the means around it


class SmoothedSkip(nn.Module):
    """widths: standard deviations in frames of Gaussian windows; 0 is the input as it is. Begins as nothing added."""

    def __init__(self, widths: tuple[float, ...], condition_width: int, features: int) -> None:
        super().__init__()
        if not widths or any(not width >= 0 for width in widths):
            raise ValueError(f"the skip's widths are {widths}: some numbers of frames, 0 or more, are needed")
        self.widths = widths
        self.gate = nn.Linear(condition_width, len(widths) * features)
        nn.init.zeros_(self.gate.weight)
        nn.init.zeros_(self.gate.bias)

    def forward(self, x: Tensor, observed_mask: Tensor, frame_mask: Tensor, condition: Tensor) -> Tensor:
        """(B, T, F) to add to the output; x, observed_mask (B, T, F), frame_mask (B, T), condition (B, C)."""
        frames = x.shape[1]
        weight = frame_mask[..., None] * (1 + (_OBSERVED_WEIGHT - 1) * observed_mask)
        times = torch.arange(frames, device=x.device).to(x.dtype)
        apart = (times[:, None] - times) ** 2
        added = torch.zeros_like(x)
        for gate, width in zip(self.gate(condition)[:, None].chunk(len(self.widths), dim=-1), self.widths, strict=True):
            if width == 0:
                added = added + gate * x
                continue
            near = torch.exp(apart * (-0.5 / width**2))
            added = added + gate * (near @ (weight * x)) / (near @ weight + 1e-6)
        return added
