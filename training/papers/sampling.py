"""Motions from a trained network: two-stage guided sampling by the config, for any of the papers' networks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from motionmix_core.denoisers.motion_diffuse import ClipTokens, MotionDiffuse
from motionmix_core.diffusion import EVERYWHERE, Interval, Observation, SeededNoise, from_epsilon, limited, sample
from motionmix_core.diffusion.forward_process import Predict, q_sample
from motionmix_core.diffusion.guidance import Weight
from motionmix_core.diffusion.pivot import two_stage, two_stage_schedule
from motionmix_core.diffusion.schedule import Schedule, Step
from motionmix_core.mixed_data.paper_config import PaperConfig

from .clips import Annotation
from .conditioning import Conditioner
from .networks import call_network


@dataclass(frozen=True)
class Settings:
    """How to sample; None stands for the config's. start_level: noise level to start from, below 1 with `observed`."""

    steps: int | None = None
    guidance: float | None = None
    sampler: str | None = None
    eta: float | None = None
    start_level: float = 1.0
    guidance_interval: Interval = EVERYWHERE


def sampling_schedule(config: PaperConfig, steps: int | None = None) -> Schedule:
    """The steps visited: the training schedule, respaced; with the mix on some of them always lie below the pivot."""
    full, count = config.schedule(), steps or config.sampling.steps
    if count >= len(full):
        return full
    return two_stage_schedule(full, count, config.pivot_level()) if config.pivot_level() else full.respaced(
        count, "trailing"
    )  # fmt: skip


def predictor(
    network: nn.Module,
    config: PaperConfig,
    conditioner: Conditioner,
    annotations: Sequence[Annotation],
    *,
    lengths: Tensor | None = None,
    guidance: float | None = None,
    steps: int | None = None,
    interval: Interval = EVERYWHERE,
) -> Predict:
    """The denoiser of a batch: condition and guidance above the pivot, the placeholder below it.

    annotations: one a sample; None samples without condition, by the placeholder. interval: noise levels between which
    guidance holds; everywhere in the papers.
    """
    device = next(network.parameters()).device
    given, hidden = (conditioner(list(some), device) for some in (annotations, [None] * len(annotations)))
    if isinstance(network, MotionDiffuse):
        with torch.no_grad():  # the text is the same in all steps
            given, hidden = (network.encode_text(c) if isinstance(c, ClipTokens) else c for c in (given, hidden))

    def branch(condition: object, unconditional: bool = False) -> Predict:
        def predict(x_t: Tensor, step: Step) -> Tensor:
            t = torch.as_tensor(step.timestep, device=device).expand(len(x_t))
            return call_network(network, x_t, t, condition, lengths, unconditional)

        return from_epsilon(predict) if config.diffusion.predicts == "epsilon" else predict

    weight: Weight = config.sampling.guidance if guidance is None else guidance
    if config.sampling.ramp and isinstance(weight, float | int):
        full, top = weight, (steps or config.sampling.steps) - 1
        # published: from 0 at the noisiest step to twice the weight at the last, capped at the weight
        weight = lambda step: min(full, 2 * full * (1 - step.index / max(top, 1)))  # noqa: E731
    null = branch(given, unconditional=True) if config.training.condition_drop > 0 else branch(hidden)
    if config.training.condition_drop == 0:
        weight = 1.0  # published so: without dropped conditions there is nothing to depart from
    return two_stage(
        branch(given),
        null,
        config.pivot_level(),
        limited(weight, interval),
        placeholder=branch(hidden),
        guide_second_stage=config.mix.guide_second_stage and config.training.condition_drop > 0,
    )


@torch.no_grad()
def generate(
    network: nn.Module,
    config: PaperConfig,
    conditioner: Conditioner,
    annotations: Sequence[Annotation],
    *,
    frames: int,
    seed: int = 0,
    settings: Settings | None = None,
    observed: tuple[NDArray[np.float32], NDArray[np.float32]] | None = None,
    schedule: Schedule | None = None,
    length: int | None = None,
    after_step: Callable[[Tensor], Tensor] | None = None,
) -> NDArray[np.float32]:
    """(B, frames, F) float32 in the network's space, one for each annotation.

    observed: values and mask, each (frames, F) or (B, frames, F); the result agrees with it where the mask is 1.
    schedule: in place of the config's. length: frames that count, for networks that mask the others. after_step:
    changes x_t on its way, for windows that hang together.
    """
    settings = settings or Settings()
    device = next(network.parameters()).device
    network.eval()
    shape = (len(annotations), frames, config.data.features)
    source = SeededNoise(seed, shape)
    schedule = schedule or sampling_schedule(config, settings.steps)
    known = None
    if observed is not None:
        values, mask = (
            torch.from_numpy(np.array(np.broadcast_to(part, shape), np.float32)).to(device) for part in observed
        )
        known = Observation(values, mask)
    start = torch.from_numpy(source.initial()).to(device)
    first = None
    if settings.start_level < 1 and known is not None:
        first = schedule.index_of_noise(settings.start_level)
        start = q_sample(known.values, start, float(schedule.alphas_cumprod[first]))
    predict = predictor(
        network,
        config,
        conditioner,
        annotations,
        lengths=torch.full((len(annotations),), length or frames, device=device),
        guidance=settings.guidance,
        steps=len(schedule),
        interval=settings.guidance_interval,
    )
    made = sample(
        predict,
        start,
        schedule,
        sampler=settings.sampler or config.sampling.sampler,  # type: ignore[arg-type]  # checked by sample
        eta=config.sampling.eta if settings.eta is None else settings.eta,
        noise=lambda call: torch.from_numpy(source(call)).to(device),
        observed=known,
        start_index=first,
        clip_x0=config.diffusion.clip_x0 or None,
        after_step=after_step,
    )
    out: NDArray[np.float32] = made.float().cpu().numpy()
    return out
