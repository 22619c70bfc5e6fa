"""Two-stage sampling around a pivot (MotionMix, the denoising pivot): condition first, then none.

Timesteps t >= T* are denoised with the condition, t < T* with the null condition: the first stage was learned from
noisy annotated clips, the second from clean clips without annotation. The pivot is kept as a *noise level*, so that it
means the same on any schedule or number of steps. Only text, action or music is dropped at the switch; an in-painting
mask lives in both predictors and in the sampler and therefore survives it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import RequestError
from .forward_process import Array, Predict, per_sample
from .guidance import Weight, with_guidance
from .schedule import Schedule, Spacing, Step

ALWAYS_CONDITIONED = 0.0
"""The pivot that switches the second stage off (T* = 0)."""

_NEVER_CONDITIONED = 2.0  # above every noise level
_SLACK = 1 - 1e-7  # a pivot that went through float32 still equals its own step


def pivot_noise_level(schedule: Schedule, pivot_index: int) -> float:
    """The noise level that stands for T* = `pivot_index` of `schedule`; 0 for T* = 0."""
    if pivot_index == 0:
        return ALWAYS_CONDITIONED
    if pivot_index == len(schedule):
        return _NEVER_CONDITIONED
    if not 0 < pivot_index < len(schedule):
        raise RequestError(f"the pivot must be between 0 and {len(schedule)}, not {pivot_index}")
    return float(schedule.noise_std(pivot_index))


def pivot_index(schedule: Schedule, pivot_level: float) -> int:
    """T* on this schedule: how many of its steps lie below the pivot (0-based, t < T* is the second stage)."""
    return int(np.count_nonzero(schedule.noise_levels < pivot_level * _SLACK))


def in_first_stage(noise_level: Any, pivot_level: float) -> Any:
    """Whether a noise level (number, or array of any library) is denoised with the condition."""
    return noise_level >= pivot_level * _SLACK


def with_pivot(conditional: Predict, null: Predict, pivot_level: float | None) -> Predict:
    """Denoise with `conditional` at and above the pivot's noise level, with `null` below it.

    In a batch of mixed steps (`Step` of arrays (batch,)) each sample is switched by its own noise level; both
    predictors are called only if both are needed.
    """
    if pivot_level is None:
        return conditional
    level = pivot_level

    def predict(x_t: Array, step: Step) -> Array:
        first = in_first_stage(step.noise_level, level)
        if getattr(first, "ndim", 0) == 0:
            return conditional(x_t, step) if bool(first) else null(x_t, step)
        if bool(first.all()):
            return conditional(x_t, step)
        if not bool(first.any()):
            return null(x_t, step)
        share = per_sample(first, x_t)
        return conditional(x_t, step) * share + null(x_t, step) * (~share)

    return predict


def two_stage(
    conditional: Predict,
    null: Predict,
    pivot_level: float | None,
    weight: Weight = 2.5,
    placeholder: Predict | None = None,
    guide_second_stage: bool = False,
) -> Predict:
    """Guidance and pivot together.

    Args:
        conditional: the network with the condition.
        null: the network with the null condition that guidance departs from.
        pivot_level: noise level of T*, or None for one stage.
        weight: guidance weight of the first stage.
        placeholder: the network with the placeholder that clean clips were trained with, where that is not `null`
            (released MotionMix: text "" against a zero feature).
        guide_second_stage: the released code's behaviour: extrapolate from `null` to `placeholder` below the pivot too.
            The paper's formula, and the default, is a single call.
    """
    second = null if placeholder is None else placeholder
    if guide_second_stage:
        second = with_guidance(second, null, weight)
    return with_pivot(with_guidance(conditional, null, weight), second, pivot_level)


def two_stage_schedule(
    schedule: Schedule, count: int, pivot_level: float | None, below: int | None = None, spacing: Spacing = "trailing"
) -> Schedule:
    """A respaced schedule of `count` steps that leaves enough of them for the second stage.

    With few steps an even spacing may jump over the whole second stage. Here `below` steps (default: a fifth, at least
    one) lie under the pivot, spaced down from just beneath it, and the others lie above.
    """
    split = 0 if pivot_level is None else pivot_index(schedule, pivot_level)
    if split == 0 or split == len(schedule) or count < 2:
        return schedule.respaced(count, spacing)
    low = max(1, round(count / 5)) if below is None else below
    low = min(low, split, count - 1)
    high = min(count - low, len(schedule) - split)
    lower = schedule.kept(np.arange(split)).respaced(low, "trailing")
    upper = schedule.kept(np.arange(split, len(schedule))).respaced(high, "even")
    return Schedule(
        np.concatenate([lower.alphas_cumprod, upper.alphas_cumprod]),
        np.concatenate([lower.timesteps, upper.timesteps]),
    )
