"""The denoiser as the sampler wants it: observed motion put in, guided by the text, text dropped below the pivot."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..conditions.text import TextFeatures, no_text
from ..diffusion import EVERYWHERE, Interval, Observation, Step, with_batched_guidance, with_interval, with_pivot
from ..representation.default import FEATURES, ROOT_XZ

Features = NDArray[np.float32]
Denoise = Callable[[Features, Features, float, TextFeatures], Features]
"""(x (B,T,F), observed_mask (B,T,F), noise level, B prompts) -> x0 (B,T,F)."""
Predict = Callable[[Features, Step], Features]


def make_predictor(
    denoise: Denoise,
    text: TextFeatures | None,
    observation: Observation | None,
    guidance: float,
    pivot_noise_level: float | None,
    interval: Interval = EVERYWHERE,
) -> Predict:
    """What `diffusion.sample` calls, for one motion (a batch of 1).

    Args:
        denoise: the network.
        text: one encoded prompt; None = no condition.
        observation: normalised known motion (1,T,F). It is put into the network's input at every step: the mask
            survives the pivot, only the text is dropped.
        guidance: weight of classifier-free guidance; 1 = the plain conditional prediction, 0 = the unconditional.
            It holds for poses; the way travelled is never pushed beyond the conditional prediction.
        pivot_noise_level: below it the null condition is used, in a single network call; None = never.
        interval: noise levels between which guidance holds; outside it is 1, and the network is called once.
    """

    def network(x: Features, step: Step, condition: TextFeatures) -> Features:
        if observation is not None:
            x = observation.overwrite(x)
            mask = np.broadcast_to(observation.mask, x.shape).astype(np.float32)
        else:
            mask = np.zeros_like(x)
        return denoise(x, mask, step.noise_level, condition)

    def null(x: Features, step: Step) -> Features:
        return network(x, step, no_text())

    if text is None or guidance == 0:
        return null
    condition = text

    def conditional(x: Features, step: Step) -> Features:
        return network(x, step, condition)

    both = _null_and(condition)

    def branches(x: Features, step: Step) -> list[Features]:
        # One call of a batch of two takes 8 % less than two calls (2 cores, 180 frames).
        free, told = network(np.concatenate((x, x)), step, both)
        return [free[None], told[None]]

    if guidance == 1:
        return with_pivot(conditional, null, pivot_noise_level)
    guided = with_batched_guidance(branches, [feature_weights(guidance)])
    return with_pivot(with_interval(guided, conditional, interval), null, pivot_noise_level)


def feature_weights(guidance: float) -> Features:
    """(207,) one weight a feature. Pushing a body's path away from the mean one, which hardly moves, doubles its speed
    while its steps stay as long as they are: feet slide (run: 6.5 m/s where the captures have 3.4).
    """
    weights = np.full(FEATURES, guidance, np.float32)
    weights[ROOT_XZ] = min(guidance, 1.0)
    return weights


def _null_and(text: TextFeatures) -> TextFeatures:
    """A batch of two: the null condition, then the text."""
    null = no_text(1, text.tokens.shape[1])
    return TextFeatures(
        np.concatenate((null.tokens, text.tokens)),
        np.concatenate((null.mask, text.mask)),
        np.concatenate((null.pooled, text.pooled)),
        np.concatenate((null.cut, text.cut)),
    )
