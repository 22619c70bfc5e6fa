"""Samplers: from noise to motion with a denoiser that predicts x0.

`ddpm` is ancestral sampling with the posterior variance (Ho et al. 2020; what MDM uses), `ddim` the family of Song et
al. 2021 (eta = 0 deterministic, eta = 1 the same law as ddpm), `dpmpp_2m` the second-order multistep DPM-Solver++ (Lu
et al. 2022). Each turns the predicted x0 into x_{t-1}; they share the loop that in-paints, reports progress and can be
cancelled.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from ..errors import RequestError
from .forward_process import Array, Predict
from .inpainting import Observation
from .schedule import Schedule

SamplerName = Literal["ddpm", "ddim", "dpmpp_2m"]
Noise = Callable[[int], Array] | Array
"""Noise of network call 0, 1, ..: a function of the call number, or arrays indexed by it; unit variance, x's shape."""

OnStep = Callable[[int, int], None]
"""Told (network calls done, calls in all) after each; raising from it ends the sampling."""


@dataclass(frozen=True)
class _Update:
    """x_{t-1} = from_x0 * x0 + from_xt * x_t + from_noise * noise, and the same step written around implied noise:
    x_{t-1} = signal * x0 + implied * eps + from_noise * noise, with eps = (x_t - scale * x0) / level."""

    from_x0: float
    from_xt: float
    from_noise: float
    signal: float
    implied: float
    scale: float
    level: float
    history: float  # how much of the change since the last prediction is extrapolated (DPM-Solver++)


def sample(
    predict: Predict,
    x_T: Array,
    schedule: Schedule,
    *,
    sampler: SamplerName = "ddim",
    eta: float = 0.0,
    noise: Noise | None = None,
    observed: Observation | None = None,
    start_index: int | None = None,
    clip_x0: float | None = None,
    on_step: OnStep | None = None,
    after_step: Callable[[Array], Array] | None = None,
) -> Array:
    """Denoise x_T to a clean motion.

    Args:
        predict: denoiser, (x_t, Step) -> x0; guidance and pivot are wrappers around it.
        x_T: (batch, frames, features), noise; or, with `start_index`, a motion noised to that index. Never written to.
        schedule: the steps to visit, highest index first; respace it for fewer steps.
        sampler: "ddpm", "ddim" or "dpmpp_2m".
        eta: randomness of ddim, 0 to 1; the other samplers ignore it.
        noise: needed by ddpm, by ddim with eta > 0 and by projected in-painting.
        observed: known parts of the motion, imposed on every predicted x0 before the posterior.
        start_index: index of `schedule` to start from (editing strength, clean-up); the last one if None.
        clip_x0: bound on |x0|, for models trained on clipped features (EDGE: 1); None for no bound.
        on_step: progress and cancel.
        after_step: changes x_{t-1} after every step but the last (EDGE ties overlapping windows together so).
    Returns:
        The last predicted x0, with the observation imposed: on the mask it equals the observed values exactly.
    Raises:
        RequestError: an unknown sampler, missing noise, a start outside the schedule.
    """
    last = len(schedule) - 1 if start_index is None else start_index
    if not 0 <= last < len(schedule):
        raise RequestError(f"the step to start from must be between 0 and {len(schedule) - 1}, not {last}")
    updates = _updates(schedule, sampler, eta, last)
    projected = observed is not None and observed.projected
    if noise is None and last > 0 and (projected or any(u.from_noise for u in updates[1:])):
        raise RequestError("this sampler adds noise on the way: give it a noise source, or use ddim with eta 0")

    x = x_T
    before: Any = None
    for call, index in enumerate(range(last, -1, -1)):
        x0 = predict(x, schedule.step(index))
        if clip_x0 is not None:
            x0 = x0.clip(-clip_x0, clip_x0)
        if observed is not None:
            x0 = observed.impose(x0)
        if index == 0:
            x = x0  # the posterior of the last step is x0 itself, without noise
        else:
            update = updates[index]
            target = x0
            if update.history and before is not None:
                target = x0 * (1 + update.history) - before * update.history
            if projected and observed is not None and noise is not None:
                x = _recomposed(x, target, update, observed, _draw(noise, call))
            else:
                x = x * update.from_xt
                x += target * update.from_x0
                if update.from_noise:
                    x += _draw(noise, call) * update.from_noise
            before = x0
            if after_step is not None:
                x = after_step(x)
        if on_step is not None:
            on_step(call + 1, last + 1)
    return x


def _recomposed(x: Array, x0: Array, update: _Update, observed: Observation, fresh: Array) -> Array:
    """One step whose noise is renewed where the observation moved x0 (projected in-painting)."""
    implied = (x - x0 * update.scale) / update.level
    if update.from_noise:
        whole = math.hypot(update.implied, update.from_noise)
        implied = (implied * update.implied + fresh * update.from_noise) / whole
    else:
        whole = update.implied
    return x0 * update.signal + observed.renew(implied, fresh) * whole


def _draw(noise: Any, call: int) -> Array:
    return noise(call) if callable(noise) else noise[call]


def _updates(schedule: Schedule, sampler: str, eta: float, last: int) -> list[_Update]:
    """The coefficients of every step, computed once in double precision and kept as Python numbers."""
    if sampler not in ("ddpm", "ddim", "dpmpp_2m"):
        raise RequestError(f"unknown sampler '{sampler}': use ddpm, ddim or dpmpp_2m")
    bars = [float(bar) for bar in schedule.alphas_cumprod]
    half_log_snr = [0.5 * math.log(bar / (1 - bar)) if bar < 1 else math.inf for bar in bars]
    ddpm = sampler == "ddpm"
    randomness = {"ddpm": 1.0, "ddim": eta, "dpmpp_2m": 0.0}[sampler]
    mean_x0, mean_xt = schedule.posterior_mean_x0, schedule.posterior_mean_xt
    std = [math.exp(0.5 * float(value)) for value in schedule.posterior_log_variance]
    updates = []
    for index in range(last + 1):
        bar, below = bars[index], bars[index - 1] if index else 1.0
        scale, level, signal, floor = math.sqrt(bar), math.sqrt(1 - bar), math.sqrt(below), math.sqrt(1 - below)
        posterior = math.sqrt((1 - below) / (1 - bar)) * math.sqrt(1 - bar / below) if bar < 1 else 0.0
        sigma = randomness * posterior
        implied = math.sqrt(max(floor * floor - sigma * sigma, 0.0))
        history = 0.0
        if sampler == "dpmpp_2m" and 0 < index < last:
            taken, next_ = half_log_snr[index] - half_log_snr[index + 1], half_log_snr[index - 1] - half_log_snr[index]
            history = 0.5 * next_ / taken
        updates.append(
            _Update(
                from_x0=float(mean_x0[index]) if ddpm else signal - implied * scale / max(level, 1e-300),
                from_xt=float(mean_xt[index]) if ddpm else implied / max(level, 1e-300),
                from_noise=std[index] if ddpm else sigma,
                signal=signal,
                implied=implied,
                scale=scale,
                level=level,
                history=history,
            )
        )
    return updates
