"""Reconstruction guidance: pulling a denoiser's answer towards observations by a gradient (Ho et al. 2022, eq. 7).

An alternative to in-painting for networks that were never shown a mask: the free part of the motion is corrected by the
gradient of the error on the known part, so it moves along. Torch only, since it differentiates through the network.
"""

from __future__ import annotations

from .forward_process import Array, Predict, per_sample
from .inpainting import Observation
from .schedule import Step


def with_reconstruction_guidance(predict: Predict, observed: Observation, weight: float = 20.0) -> Predict:
    """Move each predicted x0 against the gradient of its squared error on the observed entries.

    Args:
        predict: a torch denoiser; gradients flow from its answer to x_t.
        observed: torch values and mask of the motion's shape.
        weight: w in x0 - w sqrt(alpha_bar) / 2 * d|mask (values - x0)|^2 / d x_t (CondMDI uses 20); 0 changes nothing.
    Returns:
        A denoiser whose answer carries no gradient. Give `observed` to `sample` as well for an exact match.
    """
    if weight == 0:
        return predict
    import torch

    def guided(x_t: Array, step: Step) -> Array:
        with torch.enable_grad():
            x = x_t.detach().requires_grad_(True)
            x0 = predict(x, step)
            error = (observed.mask * (observed.values - x0)).square().sum()
            (gradient,) = torch.autograd.grad(error, x)
        return x0.detach() - gradient * per_sample(step.alpha_bar**0.5 * (weight / 2), x0)

    return guided
