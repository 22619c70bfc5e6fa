"""Guidance in a limited interval of noise levels (Kynkaanniemi et al. 2024, section 3): the condition alone elsewhere.

At the noisiest steps guidance pulls every sample to the same few outcomes; at the clean ones it does nothing but cost a
second network call and push details. In between it decides what happens, which is what it is for.
"""

from __future__ import annotations

from typing import Any

from ..errors import RequestError
from .forward_process import Array, Predict, per_sample
from .guidance import Weight, weight_at
from .schedule import Step

Interval = tuple[float, float]
"""(low, high): guided where low < noise level <= high; noise level = sqrt(1 - alpha_bar), 0..1."""
EVERYWHERE: Interval = (0.0, 1.0)
"""Plain classifier-free guidance."""


def checked_interval(interval: Any) -> Interval:
    """The interval as two floats.

    Raises:
        RequestError: not two numbers 0 <= low <= high <= 1.
    """
    try:
        low, high = (float(value) for value in interval)
    except (TypeError, ValueError):
        raise RequestError(f"The interval of guidance must be two noise levels, not {interval!r}.") from None
    if not 0 <= low <= high <= 1:
        raise RequestError(
            "The interval of guidance must be two noise levels from 0 to 1, the lower one first, "
            f"not {low:g} to {high:g}."
        )
    return low, high


def guided_at(noise_level: Any, interval: Interval) -> Any:
    """Whether a noise level (a number, or an array of any library) is guided."""
    low, high = interval
    return (noise_level > low) & (noise_level <= high)


def limited(weight: Weight, interval: Interval) -> Weight:
    """A weight that is 1 outside the interval (`with_guidance` then leaves the second branch out). Plain steps only."""
    if interval == EVERYWHERE:
        return weight
    return lambda step: weight_at(weight, step) if guided_at(step.noise_level, interval) else 1


def with_interval(guided: Predict, conditional: Predict, interval: Interval) -> Predict:
    """A denoiser that is `guided` inside the interval and `conditional`, without a second branch, outside.

    In a batch of mixed steps (`Step` of arrays (batch,)) each sample goes by its own noise level.
    """
    if interval == EVERYWHERE:
        return guided

    def predict(x_t: Array, step: Step) -> Array:
        inside = guided_at(step.noise_level, interval)
        if getattr(inside, "ndim", 0) == 0:
            return guided(x_t, step) if bool(inside) else conditional(x_t, step)
        if bool(inside.all()):
            return guided(x_t, step)
        if not bool(inside.any()):
            return conditional(x_t, step)
        share = per_sample(inside, x_t)
        return guided(x_t, step) * share + conditional(x_t, step) * (~share)

    return predict
