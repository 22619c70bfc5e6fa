"""Losses on held-out clips that arms can be compared by: the same clean windows, noise and units for every arm.

An arm's own validation is in its own units (its normaliser is fitted on its own clips) and cut its own way.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import nn

from motionmix_core.diffusion.schedule import named_schedule
from motionmix_core.mixed_data.cache import MotionCache
from motionmix_core.mixed_data.config import TrainConfig
from motionmix_core.mixed_data.losses import MotionLoss
from motionmix_core.mixed_data.text_bank import TextBank
from motionmix_core.mixed_data.trainer import NOISE_BANDS, validation_config
from motionmix_core.mixed_data.windows import Batch, WindowSampler, fit_window_normaliser
from motionmix_core.representation.default import POSITIONS, Normaliser

from .arm_data import arm_texts

TEXT_BAND = 0.9  # where the caption is nearly all there is to go by


@dataclass(frozen=True)
class HeldOut:
    """Batches of the clean validation clips in the units of all training clips."""

    config: TrainConfig
    normaliser: Normaliser
    batches: tuple[Batch, ...]
    fps: float

    @classmethod
    def of(cls, cache: MotionCache, texts: TextBank, config: TrainConfig, kind: str, count: int) -> HeldOut:
        """`count` batches, cut as `config` says; `kind`: what the network reads of the texts (`ArmData.text`)."""
        clips = cache.select("train", config.data.shippable_only)
        normaliser = fit_window_normaliser(cache, clips, texts, config)
        held_out = [clip for clip in cache.select("val", config.data.shippable_only) if clip.clean]
        sampler = WindowSampler(cache, held_out, arm_texts(texts, kind), normaliser, validation_config(config))
        batches = (sampler.batch(number, length=config.data.lengths[-1]) for number in range(count))
        return cls(config, normaliser, tuple(batches), cache.fps)

    @torch.no_grad()
    def losses(self, network: nn.Module, normaliser: Normaliser) -> dict[str, float]:
        """By name: loss@band (weighted by this config); error@band, the joints' mean distance from the truth in metres;
        text gain@0.9, by how much that distance grows when every window gets its neighbour's caption.

        network: gives x0 in the units of `normaliser`, the arm's.
        """
        network.eval()
        found: dict[str, list[float]] = {}
        for number, batch in enumerate(self.batches):
            for band in NOISE_BANDS:
                loss, error = self._at(network, normaliser, batch, number, band)
                found.setdefault(f"loss@{band}", []).append(loss)
                found.setdefault(f"error@{band}", []).append(error)
            texts = {
                name: np.roll(getattr(batch, name), 1, axis=0) for name in ("text_tokens", "text_mask", "text_pooled")
            }
            _, wrong = self._at(network, normaliser, replace(batch, **texts), number, TEXT_BAND)
            found.setdefault(f"text gain@{TEXT_BAND}", []).append(wrong - found[f"error@{TEXT_BAND}"][-1])
        return {name: float(np.mean(values)) for name, values in found.items()}

    def _at(
        self, network: nn.Module, normaliser: Normaliser, batch: Batch, number: int, band: float
    ) -> tuple[float, float]:
        """Loss, and error in metres, of one batch at one place of the schedule; `number` seeds the noise."""
        steps = self.config.diffusion_steps
        signal = float(named_schedule(self.config.schedule, steps).alphas_cumprod[int(band * (steps - 1))])
        truth = self.normaliser.denormalise(batch.motion)
        x0 = normaliser.normalise(truth)
        noise = np.random.default_rng(number).standard_normal(x0.shape)
        seen = (signal**0.5 * x0 + (1 - signal) ** 0.5 * noise) * batch.frame_mask[..., None]
        level = np.full(len(x0), (1 - signal) ** 0.5)
        texts = (batch.text_tokens, batch.text_mask, batch.text_pooled, batch.frame_mask)
        inputs = (seen, np.zeros_like(seen), level, *texts)
        made = network(*(torch.from_numpy(np.asarray(i, np.float32)) for i in inputs)).numpy()
        made = normaliser.denormalise(made)
        apart = (made - truth)[..., POSITIONS].reshape(*truth.shape[:2], -1, 3)
        pair = (self.normaliser.normalise(made), batch.motion, batch.frame_mask, np.full(len(x0), signal))
        measured = MotionLoss(self.config.loss, self.normaliser, self.fps, torch.device("cpu"))
        total, _ = measured(*(torch.from_numpy(np.asarray(p, np.float32)) for p in pair))
        return float(total), float(np.linalg.norm(apart, axis=-1)[batch.frame_mask > 0].mean())
