"""The waves of `denoisers/frame_waves.py` fitted alone: to what a network leaves over of strokes that begin a clip.

In training they share every step with clips that know no first frame, and are drowned for thousands of steps: their
gradient is small beside those clips' noise. What the network leaves over at high noise, kept once, tells them the same
in minutes. Training then goes on with all weights.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ..denoisers.frame_waves import FrameWaves
from ..denoisers.motion_transformer import MotionTransformer
from ..denoisers.root_then_body import denoiser_of
from ..errors import DataError
from .cache import Clip, MotionCache
from .checkpoints import Checkpoint
from .text_bank import TextBank
from .windows import TIMED, Batch, WindowSampler, possible_texts

PREFIX = "waves."
LOWEST_PLACE = 0.5
"""Where on a cosine schedule the fit begins; at 1 all is noise."""

_BATCH = 64
_STROKES, _OTHERS = 48, 100  # of a step; the others are captions alone, to which the waves say nothing
_STROKES_SHARE = 0.2
_FRAMES_APART = 4  # a step fits every fourth frame of strokes, and is silent at every sixteenth
_SMALL_COUNT = 0.5
"""How far strokes count alike however small they are: 1 gives a nod the weight of a squat, 0 none but its own."""


@dataclass(frozen=True)
class FitConfig:
    """batches of 64 windows to fit to; frames of each; steps of Adam, its rate falling to 0 along a cosine."""

    batches: int = 14
    frames: int = 144
    steps: int = 300
    learning_rate: float = 4e-3
    seed: int = 0


@dataclass(frozen=True)
class WavesFit:
    """weights: of the waves, named as in the whole network's state. left: share of what was left over that still is."""

    weights: dict[str, Tensor]
    left: float


@dataclass(frozen=True)
class _Left:
    """conditions (N, C); values (N, T, F): x0 less what the network said; there (N, T, 1) frames that exist."""

    conditions: Tensor
    values: Tensor
    there: Tensor


def fit_waves(
    checkpoint: Checkpoint,
    cache: MotionCache,
    texts: TextBank,
    fit: FitConfig | None = None,
    on_progress: Callable[[str, float], None] = lambda part, done: None,
) -> WavesFit:
    """Fit the waves of a run's averaged network to the training split.

    Raises DataError if the network has no waves, or if no training clip's strokes begin with the clip.
    """
    fit = fit or FitConfig()
    network = denoiser_of(checkpoint.config.network)
    if not isinstance(network, MotionTransformer) or network.waves is None:
        raise DataError("the run's network has no waves to fit: its config's [network] frame_waves is 0")
    network.load_state_dict(checkpoint.ema)
    network.eval().requires_grad_(False)
    clips = cache.select("train", checkpoint.config.data.shippable_only)
    timed = [clip for clip in clips if clip.dataset in TIMED]
    if not timed:
        raise DataError(f"no training clip's strokes begin with the clip (datasets {', '.join(sorted(TIMED))})")
    generator = torch.Generator().manual_seed(fit.seed)
    left = _left_over(network, checkpoint, cache, timed, texts, fit, generator, on_progress)
    silent = _others_conditions(network, checkpoint, [clip for clip in clips if clip not in timed], texts, generator)
    waves = network.waves.requires_grad_(True)
    power = (left.values * left.there).square().mean(dim=(1, 2))
    count = (power.mean() / power.clamp(min=1e-3 * power.mean())) ** _SMALL_COUNT
    count = count / count.mean()
    optimiser = torch.optim.Adam(waves.parameters(), lr=fit.learning_rate)
    for step in range(fit.steps):
        optimiser.param_groups[0]["lr"] = fit.learning_rate * 0.5 * (1 + math.cos(math.pi * step / fit.steps))
        rows = torch.randint(len(left.values), (_STROKES,), generator=generator)
        frames = torch.arange(int(torch.randint(_FRAMES_APART, (1,), generator=generator)), fit.frames, _FRAMES_APART)
        squares = _error(waves, left, rows, frames).square().mean(dim=(1, 2))
        loss = _STROKES_SHARE * (count[rows] * squares).mean()
        if len(silent):
            others = silent[torch.randint(len(silent), (_OTHERS,), generator=generator)]
            loss = loss + (1 - _STROKES_SHARE) * waves.at(frames[::4], others).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        on_progress("fitting", (step + 1) / fit.steps)
    with torch.no_grad():
        parts = torch.arange(len(left.values)).split(_BATCH)
        frames = torch.arange(fit.frames)
        still = sum(float(_error(waves, left, part, frames).square().sum()) for part in parts)
        still /= float(power.sum()) * left.values[0].numel()
    return WavesFit({PREFIX + name: value.detach().clone() for name, value in waves.state_dict().items()}, still)


def _error(waves: FrameWaves, left: _Left, rows: Tensor, frames: Tensor) -> Tensor:
    """(R, N, F) of some rows and frames."""
    said = waves.at(frames, left.conditions[rows])
    return (said - left.values[rows[:, None], frames]) * left.there[rows[:, None], frames]


@torch.no_grad()
def _left_over(
    network: MotionTransformer,
    checkpoint: Checkpoint,
    cache: MotionCache,
    timed: list[Clip],
    texts: TextBank,
    fit: FitConfig,
    generator: torch.Generator,
    on_progress: Callable[[str, float], None],
) -> _Left:
    config = replace(
        checkpoint.config, seed=fit.seed, batch=_BATCH,
        mix=replace(checkpoint.config.mix, mask_share=0.0, composite_share=0.0),
    )  # fmt: skip
    sampler = WindowSampler(cache, timed, texts, checkpoint.normaliser, config)
    found = []
    for number in range(fit.batches):
        batch = sampler.batch(number, length=fit.frames)
        found.append(_left_of(network, batch, generator))
        on_progress("reading", (number + 1) / fit.batches)
    conditions, values, there = (torch.cat(parts) for parts in zip(*found, strict=True))
    return _Left(conditions, values, there)


def _left_of(network: MotionTransformer, batch: Batch, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    motion, there = torch.from_numpy(batch.motion), torch.from_numpy(batch.frame_mask)
    tokens, mask, pooled = (torch.from_numpy(a) for a in (batch.text_tokens, batch.text_mask, batch.text_pooled))
    place = LOWEST_PLACE + (1 - LOWEST_PLACE) * torch.rand(len(motion), generator=generator)
    level = torch.sin(0.5 * math.pi * place)
    noise = torch.randn(motion.shape, generator=generator)
    seen = (torch.cos(0.5 * math.pi * place)[:, None, None] * motion + level[:, None, None] * noise) * there[..., None]
    said = network(seen, torch.zeros_like(seen), level, tokens, mask, pooled, there)
    if network.waves is not None:  # what the waves say already isn't left over
        said = said - network.waves(seen.shape[1], network.condition(level, mask, pooled))
    return network.condition(level, mask, pooled), motion - said, there[..., None]


@torch.no_grad()
def _others_conditions(
    network: MotionTransformer, checkpoint: Checkpoint, clips: list[Clip], texts: TextBank, generator: torch.Generator
) -> Tensor:
    """(M, C) conditions of the other clips' captions, each at a few noise levels."""
    alone = replace(checkpoint.config, mix=replace(checkpoint.config.mix, composite_share=0.0))
    rows = texts.rows(sorted(possible_texts(clips, alone)))  # which clips are joined depends on which there are
    if not len(rows):
        return torch.zeros(0, checkpoint.config.network.condition_width)
    _, mask, pooled = (torch.from_numpy(array) for array in texts.gather(rows))
    levels = [torch.sin(0.5 * math.pi * torch.rand(len(rows), generator=generator)) for _ in range(4)]
    return torch.cat([network.condition(level, mask, pooled) for level in levels])
