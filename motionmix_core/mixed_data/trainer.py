"""The training loop: mixed-role batches, EMA, exact resume, several processes through accelerate."""

from __future__ import annotations

import copy
import gc
import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator
from torch import Tensor

from ..denoisers.motion_transformer import parameter_count
from ..denoisers.root_then_body import denoiser_of
from ..diffusion.schedule import named_schedule
from ..errors import DataError
from ..generation.predictor import feature_weights
from .cache import MotionCache
from .checkpoints import load_checkpoint, save_checkpoint
from .compiled import compiled
from .config import TrainConfig
from .initial_weights import initial_weights, load_into
from .losses import MotionLoss
from .optimisers import optimiser_of
from .resuming import check_same_run, fingerprint, other_clips
from .text_bank import TextBank
from .windows import Batch, WindowSampler, fit_window_normaliser, trainable

NOISE_BANDS = (0.1, 0.3, 0.5, 0.7, 0.9)  # where validation looks, as positions on the schedule


def learning_rate(config: TrainConfig, step: int) -> float:
    """Linear warm-up, a long constant stretch, then a cosine fall to a twentieth."""
    if step < config.warm_up:
        return config.learning_rate * (step + 1) / config.warm_up
    begin = config.decay_from * config.steps
    if step <= begin:
        return config.learning_rate
    done = min(1.0, (step - begin) / max(config.steps - begin, 1))
    return config.learning_rate * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * done)))


def validation_config(config: TrainConfig) -> TrainConfig:
    """How validation windows are cut: real clips only, nothing shown, other random numbers."""
    return replace(
        config, mix=replace(config.mix, mask_share=0.0, composite_share=0.0), seed=config.seed + 7919, init_from=""
    )


def choose_precision(wanted: str, device: torch.device) -> str:
    """ "auto" -> "bf16" where the machine multiplies bf16 in hardware, else "no"."""
    if wanted != "auto":
        return {"fp32": "no", "bf16": "bf16", "no": "no"}[wanted]
    if device.type == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported() else "no"
    has_bf16 = getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)()
    return "bf16" if has_bf16 else "no"


@dataclass(frozen=True)
class Progress:
    """Told to the caller after each logged step."""

    step: int
    loss: float
    parts: dict[str, float]
    steps_per_second: float


@dataclass
class TrainResult:
    """steps done in all, why the loop ended ("done", "time" or "stopped"), and the last validation."""

    step: int
    ended: str
    validation: dict[str, float]


def end_training(accelerator: Accelerator) -> None:
    """Let go of the network and the processes' connection, once nobody else holds the trainer.

    Connections that are left to the end of the interpreter abort the process there now and then, in one of ten runs.
    """
    accelerator.free_memory()
    gc.collect()
    accelerator.end_training()


class Ema:
    """Exponential moving average of the weights. Warms up, so that short runs profit too (method 6.14)."""

    def __init__(self, network: torch.nn.Module, decay: float) -> None:
        self.decay = decay
        self.network = copy.deepcopy(network).eval().requires_grad_(False)

    @torch.no_grad()
    def update(self, network: torch.nn.Module, step: int) -> None:
        """Move the average towards the weights after training step `step`."""
        decay = min(self.decay, (1 + step) / (10 + step))
        torch._foreach_lerp_(list(self.network.parameters()), list(network.parameters()), 1 - decay)


def _teacher(config: TrainConfig) -> torch.nn.Module | None:
    """The weights that the run begins with, as they were; None if nothing is distilled."""
    if config.distil_guidance <= 0:
        return None
    if not config.init_from:
        raise DataError("distil_guidance needs init_from: the model whose guided motion is to be learned")
    teacher = denoiser_of(config.network)
    load_into(teacher, initial_weights(Path(config.init_from)), config.init_from)
    return teacher.eval().requires_grad_(False)


class Trainer:
    """One run in one folder. Construct, then `run`; construct again with the same folder to resume.

    `note` then says what a person should know of how it goes on, None for nothing. Raises DataError for a folder whose
    run has other settings (`resuming`).
    """

    def __init__(
        self,
        config: TrainConfig,
        cache: MotionCache,
        texts: TextBank,
        folder: Path,
        *,
        accelerator: Accelerator | None = None,
        stop_requested: Callable[[], bool] = lambda: False,
        on_progress: Callable[[Progress], None] = lambda progress: None,
        on_validation: Callable[[int, dict[str, float]], None] = lambda step, values: None,
    ) -> None:
        self.config, self.folder = config, folder
        self._stop_requested, self._on_progress = stop_requested, on_progress
        self._on_validation = on_validation
        if accelerator is None:
            device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
            accelerator = Accelerator(
                mixed_precision=choose_precision(config.precision, device), cpu=device.type == "cpu"
            )
        self.accelerator = accelerator
        device = self.accelerator.device

        stored = load_checkpoint(folder)
        train_clips = cache.select("train", config.data.shippable_only)
        if not train_clips:
            barred = sum(clip.split == "train" for clip in cache.clips)
            why = f": its {barred} clips are marked as not for models that ship (shippable_only)" if barred else ""
            raise DataError(f"{cache.folder} holds no clips to train on (split train){why}")
        self._clips = fingerprint(cache, train_clips)
        if stored:
            check_same_run(stored.config, config, folder)
        self.note = other_clips(stored, self._clips, folder) if stored else None
        first = initial_weights(Path(config.init_from)) if config.init_from and not stored else None
        known = stored or first
        self.normaliser = known.normaliser if known else fit_window_normaliser(cache, train_clips, texts, config)
        self._sampler = WindowSampler(cache, train_clips, texts, self.normaliser, config)
        held_out = trainable(cache.select("val", config.data.shippable_only), validation_config(config))
        self._validator = (
            WindowSampler(cache, held_out, texts, self.normaliser, validation_config(config)) if held_out else None
        )

        torch.manual_seed(config.seed)
        network = denoiser_of(config.network)
        if first:
            load_into(network, first, config.init_from)
        self._ema = Ema(network, config.ema)
        self._teacher = _teacher(config)
        optimiser = optimiser_of(network, config)
        self.step = 0
        if stored:
            network.load_state_dict(stored.network)
            self._ema.network.load_state_dict(stored.ema)
            self.step = stored.step
        self._network, self._optimiser = self.accelerator.prepare(network, optimiser)
        self._ema.network.to(device)
        if self._teacher is not None:
            self._teacher.to(device)
        self._guidance = torch.from_numpy(feature_weights(config.distil_guidance)).to(device)
        if stored:
            self._optimiser.load_state_dict(stored.optimiser)
        self._forward: Callable[..., Tensor] = compiled(self._network) if config.compile else self._network
        schedule = named_schedule(config.schedule, config.diffusion_steps)
        self._alpha_bar = torch.from_numpy(schedule.alphas_cumprod.copy()).float().to(device)
        self._loss = MotionLoss(config.loss, self.normaliser, cache.fps, device)
        self.parameters = parameter_count(network)

    @property
    def ema_network(self) -> torch.nn.Module:
        """The averaged network: the one to sample from and to ship."""
        return self._ema.network

    def run(self, minutes: float | None = None) -> TrainResult:
        """Train until the configured steps, the time budget or a stop request; always ends with a checkpoint."""
        deadline = None if minutes is None else time.monotonic() + 60 * minutes
        last_save = last_log = time.monotonic()
        last_log_step, ended = self.step, "done"
        rank = self.accelerator.process_index
        validation: dict[str, float] = {}
        validated = -1
        with ThreadPoolExecutor(1) as prefetch:
            upcoming = prefetch.submit(self._sampler.batch, self.step, rank)
            while self.step < self.config.steps:
                batch = upcoming.result()
                upcoming = prefetch.submit(self._sampler.batch, self.step + 1, rank)
                loss, parts = self._train_step(batch)
                self.step += 1
                now = time.monotonic()
                if self.step % self.config.log_every == 0:
                    rate = (self.step - last_log_step) / max(now - last_log, 1e-9)
                    last_log, last_log_step = now, self.step
                    self._on_progress(Progress(self.step, loss.item(), {k: v.item() for k, v in parts.items()}, rate))
                if self.step % self.config.validate_every == 0:
                    validation, validated = self.validate(), self.step
                    self._on_validation(self.step, validation)
                if now - last_save > 60 * self.config.checkpoint_minutes:
                    self.save()
                    last_save = now
                why = self._agreed_end(deadline)
                if why:
                    ended = why
                    break
        self.save()
        return TrainResult(self.step, ended, validation if validated == self.step else self.validate())

    def _agreed_end(self, deadline: float | None) -> str:
        """All processes end after the same step: any one's wish counts for all."""
        wish = 2 if self._stop_requested() else int(deadline is not None and time.monotonic() > deadline)
        if self.accelerator.num_processes > 1:
            wish = int(self.accelerator.gather(torch.tensor([wish], device=self.accelerator.device)).max())
        return ("", "time", "stopped")[wish]

    def _tensors(self, batch: Batch) -> dict[str, Tensor]:
        return {name: torch.from_numpy(array).to(self.accelerator.device) for name, array in batch.arrays().items()}

    def _predict(self, forward: Callable[..., Tensor], data: dict[str, Tensor], noise: Tensor) -> tuple[Tensor, Tensor]:
        """x0 and alpha_bar (B,) for a batch; observed entries go in clean, beside their mask."""
        alpha_bar = self._alpha_bar[data["timesteps"]]
        signal = alpha_bar.sqrt()[:, None, None]
        level = (1 - alpha_bar).sqrt()
        noisy = signal * data["motion"] + level[:, None, None] * noise
        seen = torch.where(data["observed_mask"] > 0, data["shown"], noisy) * data["frame_mask"][..., None]
        predicted = forward(
            seen,
            data["observed_mask"],
            level,
            data["text_tokens"],
            data["text_mask"],
            data["text_pooled"],
            data["frame_mask"],
            *((data["noisy_source"],) if self.config.network.quality_flag else ()),
        )
        return predicted.float(), alpha_bar

    @torch.no_grad()
    def _guided(self, teacher: torch.nn.Module, data: dict[str, Tensor], noise: Tensor) -> Tensor:
        """What the teacher and classifier-free guidance make of the same noisy motion; without text, the teacher."""
        told, _ = self._predict(teacher, data, noise)
        silence = {name: torch.zeros_like(data[name]) for name in ("text_tokens", "text_mask", "text_pooled")}
        free, _ = self._predict(teacher, {**data, **silence}, noise)
        guided = free + self._guidance * (told - free)
        return torch.where(data["observed_mask"] > 0, data["motion"], guided) * data["frame_mask"][..., None]

    def _train_step(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        config = self.config
        for group in self._optimiser.param_groups:
            group["lr"] = group.get("rate_scale", 1.0) * learning_rate(config, self.step)
        # noise and dropout follow from the step as the batch does, so that a resumed run repeats them
        torch.manual_seed(hash((config.seed, self.step, self.accelerator.process_index)) & 0x7FFFFFFF)
        data = self._tensors(batch)
        self._network.train()
        noise = torch.randn_like(data["motion"])
        with self.accelerator.autocast():
            predicted, alpha_bar = self._predict(self._forward, data, noise)
            target = data["motion"] if self._teacher is None else self._guided(self._teacher, data, noise)
        loss, parts = self._loss(predicted, target, data["frame_mask"], alpha_bar)
        self._optimiser.zero_grad(set_to_none=True)
        self.accelerator.backward(loss)
        if not torch.isfinite(loss):
            raise DataError(f"the loss became {loss.item()} at step {self.step}: check the data for broken clips")
        self.accelerator.clip_grad_norm_(self._network.parameters(), config.clip_norm)
        self._optimiser.step()
        self._ema.update(self.accelerator.unwrap_model(self._network), self.step)
        return loss.detach(), {name: part.detach() for name, part in parts.items()}

    @torch.no_grad()
    def validate(self, batches: int = 2) -> dict[str, float]:
        """EMA losses on the validation split, per noise band, always on the same windows and noise."""
        if self._validator is None:
            return {}
        results: dict[str, list[float]] = {}
        for number in range(batches):
            batch = self._validator.batch(number, length=self.config.data.lengths[-1])
            data = self._tensors(batch)
            generator = torch.Generator().manual_seed(number)
            noise = torch.randn(data["motion"].shape, generator=generator).to(data["motion"].device)
            for band in NOISE_BANDS:
                at = int(band * (self.config.diffusion_steps - 1))
                data["timesteps"] = torch.full_like(data["timesteps"], at)
                with self.accelerator.autocast():
                    predicted, alpha_bar = self._predict(self._ema.network, data, noise)
                total, parts = self._loss(predicted, data["motion"], data["frame_mask"], alpha_bar)
                results.setdefault(f"loss@{band}", []).append(total.item())
                for name in ("root_xz", "positions", "rotations"):
                    results.setdefault(f"{name}@{band}", []).append(parts[name].item())
        return {name: float(np.mean(values)) for name, values in results.items()}

    def save(self) -> None:
        """Write the checkpoint (one process writes, all wait)."""
        if self.accelerator.is_main_process:
            save_checkpoint(
                self.folder,
                step=self.step,
                config=self.config,
                normaliser=self.normaliser,
                network=self.accelerator.unwrap_model(self._network).state_dict(),
                ema=self._ema.network.state_dict(),
                optimiser=self._optimiser.state_dict(),
                clips=self._clips,
            )
        self.accelerator.wait_for_everyone()
