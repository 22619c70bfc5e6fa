"""The papers' training loop: AdamW, Adam or Adan, EMA, exact resume, a time budget.

Full supervision is the same loop over `training_set.fully_supervised`: with the mix off nothing of it is left.
"""

from __future__ import annotations

import copy
import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from motionmix_core.errors import DataError
from motionmix_core.mixed_data.adan import Adan
from motionmix_core.mixed_data.paper_config import PaperConfig, PaperTraining

from .batches import Batch, BatchSampler
from .checkpoints import Checkpoint, load_checkpoint, load_config, save_checkpoint, save_config
from .conditioning import Conditioner
from .networks import build_network, call_network
from .space import save_space
from .training_set import TrainingSet

Loss = Callable[[Tensor, Tensor, Tensor, Tensor], tuple[Tensor, Mapping[str, Tensor]]]
"""`objective.Objective`, or the same compiled."""


@dataclass(frozen=True)
class Progress:
    """Told after each logged step."""

    step: int
    steps: int
    loss: float
    parts: dict[str, float]
    steps_per_second: float


@dataclass(frozen=True)
class Ended:
    """step: done in all. why: "done", "time" or "stopped". losses: the logged ones, step -> loss."""

    step: int
    why: str
    losses: dict[int, float]


def build_optimiser(network: nn.Module, training: PaperTraining) -> torch.optim.Optimizer:
    """The optimiser of a config."""
    rate, decay = training.learning_rate, training.weight_decay
    if training.optimiser == "adan":
        return Adan(network.parameters(), lr=rate, weight_decay=decay)
    kind = torch.optim.AdamW if training.optimiser == "adamw" else torch.optim.Adam
    return kind(network.parameters(), lr=rate, weight_decay=decay)


def step_seed(seed: int, step: int) -> int:
    """The seed of noise and dropout of a step: a resumed run repeats them."""
    return int.from_bytes(hashlib.sha256(f"{seed} {step}".encode()).digest()[:7], "little")


class PaperTrainer:
    """One run in one folder. Construct, then `run`; construct again with the same folder to go on."""

    def __init__(
        self,
        config: PaperConfig,
        data: TrainingSet,
        conditioner: Conditioner,
        objective: Loss,
        folder: Path,
        *,
        seed: int = 10,
        device: torch.device | None = None,
        log_every: int = 50,
        checkpoint_minutes: float = 5.0,
        stop_requested: Callable[[], bool] = lambda: False,
        on_progress: Callable[[Progress], None] = lambda progress: None,
    ) -> None:
        """seed: of everything; MDM publishes with 10. Raises DataError for a folder that holds another run."""
        if data.clips.space.features != config.data.features:
            raise DataError(
                f"the data has {data.clips.space.features} numbers a frame, the config {config.name} expects "
                f"{config.data.features}"
            )
        self.config, self.folder, self.seed = config, folder, seed
        self._conditioner, self._objective = conditioner, objective
        self._device = device or torch.device("cpu")
        self._log_every, self._checkpoint_minutes = log_every, checkpoint_minutes
        self._stop_requested, self._on_progress = stop_requested, on_progress
        self._sampler = BatchSampler(data, config.training.batch, seed)
        self.steps = config.training.steps_in_all(self._sampler.per_epoch)
        stored, known = load_checkpoint(folder), load_config(folder)
        if stored and (stored.seed != seed or known != config):
            raise DataError(f"{folder} holds a run with another config or seed; choose another folder")
        save_config(folder, config, data.split)
        save_space(folder, data.clips.space)

        torch.manual_seed(seed)
        self.network = build_network(config).to(self._device)
        self.average = copy.deepcopy(self.network).eval().requires_grad_(False) if config.training.ema else None
        self.optimiser = build_optimiser(self.network, config.training)
        schedule = config.schedule()
        self._bars = torch.tensor(schedule.alphas_cumprod, dtype=torch.float32, device=self._device)
        self.step = 0
        if stored:
            self.step = stored.step
            self.network.load_state_dict(stored.network)
            self.optimiser.load_state_dict(stored.optimiser)
            if self.average is not None:
                self.average.load_state_dict(stored.average)

    def run(self, minutes: float | None = None) -> Ended:
        """Train until the config's steps, the time budget or a stop request; always ends with a checkpoint."""
        deadline = None if minutes is None else time.monotonic() + 60 * minutes
        last_save = last_log = time.monotonic()
        last_step, why = self.step, "done"
        losses: dict[int, float] = {}
        while self.step < self.steps:
            loss, parts = self.train_step(self._sampler.batch(self.step))
            self.step += 1
            now = time.monotonic()
            if self.step % self._log_every == 0 or self.step == self.steps:
                losses[self.step] = float(loss)
                rate = (self.step - last_step) / max(now - last_log, 1e-9)
                last_log, last_step = now, self.step
                shown = {name: float(part) for name, part in parts.items()}
                self._on_progress(Progress(self.step, self.steps, float(loss), shown, rate))
            if now - last_save > 60 * self._checkpoint_minutes:
                self.save()
                last_save = now
            if self._stop_requested() or (deadline is not None and now > deadline):
                why = "stopped" if self._stop_requested() else "time"
                break
        self.save()
        return Ended(self.step, why, losses)

    def train_step(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """One optimiser step on a batch; returns the loss and its parts. Raises DataError if it isn't finite."""
        training = self.config.training
        torch.manual_seed(step_seed(self.seed, self.step))
        self.network.train()
        clean = torch.from_numpy(batch.motion).to(self._device)
        noise = torch.randn(clean.shape).to(self._device)
        t, lengths = (torch.from_numpy(part).to(self._device) for part in (batch.timesteps, batch.lengths))
        bars = self._bars[t][:, None, None]
        noisy = bars.sqrt() * clean + (1 - bars).sqrt() * noise
        condition = self._conditioner(batch.annotations, self._device)
        with torch.autocast(self._device.type, torch.bfloat16, enabled=training.precision == "bf16"):
            answer = call_network(self.network, noisy, t, condition, lengths)
        mask = (torch.arange(clean.shape[1], device=self._device) < lengths[:, None]).float()
        loss, parts = self._objective(answer.float(), clean, noise, mask)
        if not torch.isfinite(loss):
            raise DataError(f"the loss became {loss.item()} at step {self.step}: check the data for broken clips")
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        if training.clip_norm:
            nn.utils.clip_grad_norm_(self.network.parameters(), training.clip_norm)
        self.optimiser.step()
        if self.average is not None:
            decay = training.ema
            if training.ema_warm_up:
                decay = min(decay, (1 + self.step) / (10 + self.step))
            with torch.no_grad():
                torch._foreach_lerp_(list(self.average.parameters()), list(self.network.parameters()), 1 - decay)
        return loss.detach(), {name: part.detach() for name, part in parts.items()}

    def save(self) -> None:
        """Write the checkpoint."""
        average = {} if self.average is None else self.average.state_dict()
        save_checkpoint(
            self.folder,
            Checkpoint(self.step, self.seed, self.network.state_dict(), average, self.optimiser.state_dict()),
        )
