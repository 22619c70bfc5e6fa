"""A training run's last checkpoint as a generator, through torch: to look at a run that is under way."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from motionmix_core.conditions.text import TextFeatures
from motionmix_core.denoisers.description import ModelDescription
from motionmix_core.denoisers.root_then_body import denoiser_of
from motionmix_core.errors import DataError
from motionmix_core.generation import Generator
from motionmix_core.generation.phrasebook import Phrasebook, no_phrasebook
from motionmix_core.mixed_data.checkpoints import Checkpoint, load_checkpoint

FPS = 30.0
STEPS, SAMPLER, GUIDANCE = 16, "ddim", 2.5


class TorchDenoiser:
    """Takes the place of `OnnxDenoiser`: the EMA weights of a checkpoint, numpy in and out."""

    def __init__(self, checkpoint: Checkpoint, name: str) -> None:
        self.description = _description(checkpoint, name)
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._network = denoiser_of(checkpoint.config.network).eval().requires_grad_(False)
        self._network.load_state_dict(checkpoint.ema)
        self._network.to(self._device)

    @torch.no_grad()
    def __call__(
        self, x: NDArray[np.float32], observed_mask: NDArray[np.float32], noise_level: float, text: TextFeatures
    ) -> NDArray[np.float32]:
        """x0 (B, T, F), as `OnnxDenoiser.__call__`."""
        batch, frames, _ = x.shape
        after = ((0, 0), (0, -frames % self.description.patch), (0, 0))
        frame_mask = np.pad(np.ones((batch, frames), np.float32), after[:2])
        inputs = (
            np.pad(x, after),
            np.pad(observed_mask, after),
            np.full(batch, noise_level, np.float32),
            text.tokens,
            text.mask.astype(np.float32),
            text.pooled,
            frame_mask,
        )
        x0 = self._network(*(torch.from_numpy(np.ascontiguousarray(i, np.float32)).to(self._device) for i in inputs))
        return x0[:, :frames].cpu().numpy()


class CheckpointGenerator(Generator):
    """The shipped generator with its network replaced by a checkpoint's; the text encoder is the shipped one."""

    def __init__(self, run: Path, models_dir: Path | None = None) -> None:
        """Reads the last checkpoint of a run's folder.

        Raises:
            DataError: there is none, or it is damaged.
        """
        super().__init__(models_dir)
        checkpoint = load_checkpoint(run)
        if checkpoint is None:
            raise DataError(f"{run} holds no checkpoint yet")
        self.step = checkpoint.step
        self._denoiser = TorchDenoiser(checkpoint, run.name)

    def denoiser(self, model: str = "") -> TorchDenoiser:  # type: ignore[override]  # there is one network
        """The checkpoint's network, whatever the name."""
        return self._denoiser

    def name_of(self, model: str = "") -> str:
        """The run's name."""
        return self._denoiser.description.name

    def phrasebook(self, model: str = "") -> Phrasebook:
        """None: of a network that is looked at, its own answers are asked for."""
        return no_phrasebook()


def _description(checkpoint: Checkpoint, name: str) -> ModelDescription:
    config = checkpoint.config
    return ModelDescription(
        name=name,
        fps=FPS,
        patch=config.network.patch,
        normaliser=checkpoint.normaliser,
        schedule_kind=config.schedule,
        schedule_steps=config.diffusion_steps,
        pivot_noise_level=None,
        default_steps=STEPS,
        default_sampler=SAMPLER,
        default_guidance=GUIDANCE,
        min_seconds=config.network.patch / FPS,
        max_seconds=max(config.data.lengths) / FPS,
        text_encoder="minilm-l6",
        weights_sha256="",
    )
