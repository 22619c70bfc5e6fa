"""The forward process and its algebra: noising a clean motion, and turning predicted noise into predicted motion."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .schedule import Step

Array = Any
"""A numpy array or torch tensor; the functions of this package use only what both have."""

Predict = Callable[[Array, Step], Array]
"""A denoiser: (x_t of shape (batch, frames, features), step) -> predicted clean motion x0 of the same shape."""


def per_sample(value: Any, like: Array) -> Any:
    """A scalar as it is; values of shape (batch,) shaped to multiply `like` of shape (batch, ...)."""
    if getattr(value, "ndim", 0) == 0:
        return value
    return value.reshape((-1,) + (1,) * (like.ndim - 1))


def q_sample(x0: Array, noise: Array, alpha_bar: Any) -> Array:
    """x_t = sqrt(alpha_bar) x0 + sqrt(1 - alpha_bar) noise; alpha_bar a number or (batch,) of x0's library."""
    bar = per_sample(alpha_bar, x0)
    return x0 * bar**0.5 + noise * (1 - bar) ** 0.5


def x0_from_epsilon(x_t: Array, epsilon: Array, alpha_bar: Any) -> Array:
    """The clean motion that `epsilon` implies at x_t."""
    bar = per_sample(alpha_bar, x_t)
    return (x_t - epsilon * (1 - bar) ** 0.5) / bar**0.5


def epsilon_from_x0(x_t: Array, x0: Array, alpha_bar: Any) -> Array:
    """The noise that a predicted clean motion implies at x_t (alpha_bar below 1)."""
    bar = per_sample(alpha_bar, x_t)
    return (x_t - x0 * bar**0.5) / (1 - bar) ** 0.5


def from_epsilon(predict_epsilon: Predict) -> Predict:
    """Wrap a network that predicts the noise (DDPM, MotionDiffuse) as one that predicts x0."""

    def predict(x_t: Array, step: Step) -> Array:
        return x0_from_epsilon(x_t, predict_epsilon(x_t, step), step.alpha_bar)

    return predict
