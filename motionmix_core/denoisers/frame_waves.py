"""What a prompt alone says of each frame by its number, added to the output (torch).

Some motion begins with its window: the first stroke of a hand that wipes. Its mean over all takes is no rest but the
stroke itself, and known where everything else is noise; carried through the blocks it was learned too slowly to matter.
Waves of the frame's number, mixed by the text and the noise level, say it in one product. They are for windows of which
nothing is shown: a window that goes on with a motion is in the middle of a stroke.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

PERIOD = 192.0
"""Frames of the slowest wave: the longest window that is trained (6.4 s)."""


class FrameWaves(nn.Module):
    """waves: of 1, 2, ... turns in `PERIOD` frames; width shapes made of them. Begins as nothing added.

    gate: width of a hidden layer between the condition and the shapes, which tells many prompts apart; 0 = none.
    """

    def __init__(self, waves: int, condition_width: int, features: int, width: int = 128, gate: int = 0) -> None:
        super().__init__()
        self.waves = waves
        self.shapes = nn.Linear(2 * waves, width)
        self.gate: nn.Module = nn.Linear(condition_width, width)
        if gate:
            self.gate = nn.Sequential(nn.Linear(condition_width, gate), nn.SiLU(), nn.Linear(gate, width))
        self.out = nn.Linear(width, features, bias=False)
        nn.init.zeros_(self.out.weight)

    def forward(self, frames: int, condition: Tensor) -> Tensor:
        """(B, frames, features) to add to the output; condition (B, C)."""
        return self.at(torch.arange(frames, device=condition.device), condition)

    def at(self, numbers: Tensor, condition: Tensor) -> Tensor:
        """(B, N, features) of the frames with these numbers (N,)."""
        turns = torch.arange(self.waves, device=condition.device) + 1.0
        angles = numbers.to(condition.dtype)[:, None] * turns * (2 * math.pi / PERIOD)
        shapes = self.shapes(torch.cat((angles.sin(), angles.cos()), dim=-1))
        return self.out(shapes * self.gate(condition)[:, None])
