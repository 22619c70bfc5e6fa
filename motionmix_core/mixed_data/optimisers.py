"""What moves the weights: AdamW, or Muon for the blocks' matrices beside AdamW for all else (torch)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from .config import TrainConfig

_BETAS = (0.9, 0.98)


class Together(torch.optim.Optimizer):
    """Several optimisers as one: one step, one list of parameter groups, one state."""

    def __init__(self, parts: list[torch.optim.Optimizer]) -> None:
        self.parts = parts
        super().__init__([group for part in parts for group in part.param_groups], {})
        self._share_groups()

    def _share_groups(self) -> None:
        self.param_groups = [group for part in self.parts for group in part.param_groups]  # theirs, not copies

    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]  # gives no loss back
        """One step of each."""
        for part in self.parts:
            part.step()

    def state_dict(self) -> dict[str, Any]:
        """{"parts": [each one's state]}."""
        return {"parts": [part.state_dict() for part in self.parts]}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """What `state_dict` gave."""
        for part, state in zip(self.parts, state_dict["parts"], strict=True):
            part.load_state_dict(state)
        self._share_groups()


def optimiser_of(network: nn.Module, config: TrainConfig) -> torch.optim.Optimizer:
    """The optimiser that the config asks for; a group's `rate_scale` multiplies the schedule's learning rate.

    Muon (Jordan et al. 2024) takes the matrices inside the blocks: its steps have all singular values alike, so that
    rare directions are learned as fast as common ones. Its rate is scaled to the size of AdamW's steps (Moonlight).
    """
    named = list(network.named_parameters())
    matrices = [p for name, p in named if _is_inner_matrix(name, p)] if config.muon > 0 else []
    inner = {id(p) for p in matrices}
    adamw = torch.optim.AdamW(
        [{"params": [p for _, p in named if id(p) not in inner], "rate_scale": 1.0}],
        lr=config.learning_rate, betas=_BETAS, weight_decay=config.weight_decay,
    )  # fmt: skip
    if not matrices:
        return adamw
    muon = torch.optim.Muon(
        [{"params": matrices, "rate_scale": config.muon}],
        lr=config.learning_rate, weight_decay=config.weight_decay, adjust_lr_fn="match_rms_adamw",
    )  # fmt: skip
    return Together([adamw, muon])


def _is_inner_matrix(name: str, parameter: nn.Parameter) -> bool:
    return parameter.ndim == 2 and (".attention." in name or ".mlp." in name)
