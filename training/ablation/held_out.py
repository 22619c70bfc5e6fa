"""Losses on held-out clips that arms can be compared by: the same clean windows, noise and units for every arm.

An arm's own validation is in its own units (its normaliser is fitted on its own clips) and cut its own way.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from motionmix_core.diffusion.schedule import named_schedule
from motionmix_core.mixed_data.cache import MotionCache
from motionmix_core.mixed_data.config import TrainConfig
from motionmix_core.mixed_data.losses import MotionLoss
from motionmix_core.mixed_data.text_bank import TextBank
from motionmix_core.mixed_data.trainer import NOISE_BANDS, validation_config
from motionmix_core.mixed_data.windows import Batch, WindowSampler, fit_window_normaliser
from motionmix_core.motion.contacts import FOOT_INDICES
from motionmix_core.representation import default as R
from motionmix_core.representation.default import Normaliser

from .arm_data import arm_texts

TEXT_BAND = 0.9  # where the caption is nearly all there is to go by
BODY_BAND = 0.5


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
        text gain@0.9, by how much that distance grows when every window gets its neighbour's caption; slide@0.5, speed
        of feet that are planted in truth, in m/s; jerk@0.5, third difference of the joints' paths over the truth's.

        network: gives x0 in the units of `normaliser`, the arm's.
        """
        network.eval()
        found: dict[str, list[float]] = {}
        for number, batch in enumerate(self.batches):
            for band in NOISE_BANDS:
                made = self._made(network, normaliser, batch, number, band)
                found.setdefault(f"loss@{band}", []).append(self._loss(made, batch, band))
                found.setdefault(f"error@{band}", []).append(self._error(made, batch))
                if band == BODY_BAND:
                    slide, jerk = self._body(made, batch)
                    found.setdefault(f"slide@{band}", []).append(slide)
                    found.setdefault(f"jerk@{band}", []).append(jerk)
            texts = {
                name: np.roll(getattr(batch, name), 1, axis=0) for name in ("text_tokens", "text_mask", "text_pooled")
            }
            wrong = self._error(self._made(network, normaliser, replace(batch, **texts), number, TEXT_BAND), batch)
            found.setdefault(f"text gain@{TEXT_BAND}", []).append(wrong - found[f"error@{TEXT_BAND}"][-1])
        return {name: float(np.mean(values)) for name, values in found.items()}

    def _signal(self, band: float) -> float:
        steps = self.config.diffusion_steps
        return float(named_schedule(self.config.schedule, steps).alphas_cumprod[int(band * (steps - 1))])

    def _made(
        self, network: nn.Module, normaliser: Normaliser, batch: Batch, number: int, band: float
    ) -> NDArray[np.float32]:
        """x0 (B, T, 207), not normalised, of one batch at one place of the schedule; `number` seeds the noise."""
        signal = self._signal(band)
        x0 = normaliser.normalise(self.normaliser.denormalise(batch.motion))
        noise = np.random.default_rng(number).standard_normal(x0.shape)
        seen = (signal**0.5 * x0 + (1 - signal) ** 0.5 * noise) * batch.frame_mask[..., None]
        level = np.full(len(x0), (1 - signal) ** 0.5)
        texts = (batch.text_tokens, batch.text_mask, batch.text_pooled, batch.frame_mask)
        inputs = (seen, np.zeros_like(seen), level, *texts)
        made = network(*(torch.from_numpy(np.asarray(i, np.float32)) for i in inputs)).numpy()
        return normaliser.denormalise(made)

    def _loss(self, made: NDArray[np.float32], batch: Batch, band: float) -> float:
        signal = np.full(len(made), self._signal(band))
        pair = (self.normaliser.normalise(made), batch.motion, batch.frame_mask, signal)
        measured = MotionLoss(self.config.loss, self.normaliser, self.fps, torch.device("cpu"))
        return float(measured(*(torch.from_numpy(np.asarray(p, np.float32)) for p in pair))[0])

    def _error(self, made: NDArray[np.float32], batch: Batch) -> float:
        apart = (made - self.normaliser.denormalise(batch.motion))[..., R.POSITIONS]
        return float(np.linalg.norm(apart.reshape(*apart.shape[:2], -1, 3), axis=-1)[batch.frame_mask > 0].mean())

    def _body(self, made: NDArray[np.float32], batch: Batch) -> tuple[float, float]:
        """Speed of planted feet (m/s); third differences of all joints over the truth's."""
        truth = self.normaliser.denormalise(batch.motion)
        places, true_places = (_in_world(features) for features in (made, truth))
        planted = (truth[..., R.CONTACTS] > 0.5) & (batch.frame_mask > 0)[..., None]
        both = planted[:, 1:] & planted[:, :-1]
        feet = places[:, :, list(FOOT_INDICES)]
        slide = np.linalg.norm(np.diff(feet, axis=1), axis=-1)[both].mean() * self.fps
        whole = batch.frame_mask[:, 3:] > 0
        jerks = [np.linalg.norm(np.diff(p, n=3, axis=1), axis=-1)[whole].mean() for p in (places, true_places)]
        return float(slide), float(jerks[0] / jerks[1])


def _in_world(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """(B, T, 22, 3) metres of features (B, T, 207) that aren't normalised."""
    places = features[..., R.POSITIONS].reshape(*features.shape[:2], R.JOINTS, 3).copy()
    places[..., ::2] += features[..., None, R.ROOT_XZ]
    return places
