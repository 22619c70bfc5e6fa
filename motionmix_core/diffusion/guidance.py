"""Classifier-free guidance: pushing a prediction away from the unconditional one (Ho & Salimans 2022; MDM eq. 7).

Text and constraints have weights of their own: out = u + w_text (c - u) + w_mask (m - u).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .forward_process import Array, Predict
from .schedule import Step

Weight = float | Array | Callable[[Step], float | Array]
"""A guidance weight: constant, or a function of the step (EDGE ramps it from 0). An array that broadcasts against x0
gives each feature a weight of its own."""


def weight_at(weight: Weight, step: Step) -> float | Array:
    """The guidance weight that holds at `step`."""
    return weight(step) if callable(weight) else weight


def combine(unconditional: Array, conditional: Array, weight: float | Array) -> Array:
    """u + weight (c - u): the numbers 0 and 1 give u and c, exactly."""
    if _is(weight, 0):
        return unconditional
    if _is(weight, 1):
        return conditional
    return unconditional + (conditional - unconditional) * weight


def _is(weight: float | Array, number: int) -> bool:
    """Whether the weight is this number for every feature."""
    return isinstance(weight, int | float) and weight == number


def with_guidance(
    conditional: Predict,
    unconditional: Predict,
    weight: Weight = 2.5,
    constrained: Predict | None = None,
    constraint_weight: Weight = 2.0,
) -> Predict:
    """A guided denoiser that calls the network once per branch, leaving out branches whose weight makes them idle.

    Args:
        conditional: sees the text, action or music (and nothing of the constraints, if `constrained` is given).
        unconditional: sees neither.
        weight: of the condition; 0 = unconditional, 1 = conditional without a second call.
        constrained: sees the observed motion and its mask, but not the text; None for models without mask input.
        constraint_weight: of the constraints.
    """

    def predict(x_t: Array, step: Step) -> Array:
        text = weight_at(weight, step)
        if constrained is None:
            if _is(text, 1):
                return conditional(x_t, step)
            if _is(text, 0):
                return unconditional(x_t, step)
            return combine(unconditional(x_t, step), conditional(x_t, step), text)
        mask = weight_at(constraint_weight, step)
        if _is(mask, 0):
            return with_guidance(conditional, unconditional, text)(x_t, step)
        if _is(text, 0):
            return with_guidance(constrained, unconditional, mask)(x_t, step)
        free = unconditional(x_t, step)
        return free + (conditional(x_t, step) - free) * text + (constrained(x_t, step) - free) * mask

    return predict


def with_batched_guidance(branches: Callable[[Array, Step], Sequence[Array]], weights: Sequence[Weight]) -> Predict:
    """A guided denoiser over a network that answers all branches in one call.

    Args:
        branches: (x_t, step) -> [unconditional, branch 1, branch 2, ..], each shaped like x_t.
        weights: one for each branch after the unconditional.
    Returns:
        u + sum of w_i (branch_i - u).
    """

    def predict(x_t: Array, step: Step) -> Array:
        free, *others = branches(x_t, step)
        if len(others) == 1:
            return combine(free, others[0], weight_at(weights[0], step))
        out: Any = free
        for other, weight in zip(others, weights, strict=True):
            out = out + (other - free) * weight_at(weight, step)
        return out

    return predict
