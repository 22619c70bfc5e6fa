"""Adan (Xie et al. 2022), the optimiser that EDGE is trained with: Adam with Nesterov momentum estimated from how the
gradient changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor


class Adan(torch.optim.Optimizer):
    """betas: how fast the gradient, its change, and the square of both are averaged; EDGE's (0.02, 0.08, 0.01).

    One step: m, v, n move towards g, g - g', and (g + (1 - b2)(g - g'))^2; then
    w = (w - lr (m + (1 - b2) v) / (sqrt(n) + eps)) / (1 + lr decay), the averages corrected for starting at 0.
    """

    def __init__(
        self,
        params: Iterable[Tensor] | Iterable[dict[str, Any]],
        lr: float = 4e-4,
        betas: tuple[float, float, float] = (0.02, 0.08, 0.01),
        eps: float = 1e-8,
        weight_decay: float = 0.02,
    ) -> None:
        """Raises ValueError for settings out of their range."""
        if not (lr > 0 and eps > 0 and weight_decay >= 0 and all(0 < beta <= 1 for beta in betas)):
            raise ValueError(f"Adan needs lr and eps above 0, betas in 0..1 and no negative decay: {lr} {betas}")
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]  # overloaded
        """One step by the gradients there are; parameters without one stay."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._update(parameter, parameter.grad, group)
        return loss

    def _update(self, parameter: Tensor, gradient: Tensor, group: dict[str, Any]) -> None:
        first, second, third = group["betas"]
        state = self.state[parameter]
        if not state:
            state["step"] = 0
            state["m"], state["v"], state["n"] = (torch.zeros_like(parameter) for _ in range(3))
            state["before"] = gradient.clone()  # the first change is none
        state["step"] += 1
        change = gradient - state["before"]
        state["m"].lerp_(gradient, first)
        state["v"].lerp_(change, second)
        state["n"].lerp_((gradient + (1 - second) * change).square(), third)
        state["before"].copy_(gradient)
        m, v, n = (
            state[name] / (1 - (1 - beta) ** state["step"]) for name, beta in zip("mvn", group["betas"], strict=True)
        )
        parameter.sub_(group["lr"] * (m + (1 - second) * v) / (n.sqrt() + group["eps"]))
        parameter.div_(1 + group["lr"] * group["weight_decay"])
