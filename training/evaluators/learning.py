"""Contrastive training of a judge, stopped where it does best on the validation split."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from motionmix_core.metrics.distribution import pairwise_distances

from .features import FEATURES
from .judge import Encoders, Judge
from .network import JudgeConfig, contrastive_loss
from .pairs import PairSampler, PairSet, fixed_pairs
from .words import UNKNOWN, Vocabulary


@dataclass(frozen=True)
class LearningConfig:
    """One judge's training.

    duplicate: cosine of caption words from which a pair is no negative. word_dropout: share of words read as unknown.
    patience: validations without gain after which it ends. minutes: of processor time, at most.
    """

    seed: int = 0
    steps: int = 700
    batch: int = 96
    learning_rate: float = 1e-3
    warm_up: int = 100
    weight_decay: float = 0.05
    duplicate: float = 0.6
    word_dropout: float = 0.1
    noise: float = 0.1
    validate_every: int = 100
    patience: int = 3
    minutes: float = 10.0
    dimensions: int = 64
    width: int = 96
    dropout: float = 0.2
    ema: float = 0.99


Report = Callable[[int, float, dict[str, float]], None]


def train_judge(
    name: str, training: PairSet, validation: PairSet, config: LearningConfig, report: Report | None = None
) -> Judge:
    """A judge taught on `training`, its weights those of the step that ranked `validation` best.

    report: called after each validation with step, mean training loss and the measures of `validation_scores`.
    """
    torch.manual_seed(config.seed)
    vocabulary = Vocabulary.of(t for pair in training.pairs for t in (pair.text, pair.mirrored))
    sampler = PairSampler(training, config.batch, config.seed, config.duplicate)
    encoders = Encoders(
        JudgeConfig(
            FEATURES,
            vocabulary.size,
            vocabulary.buckets,
            width=config.width,
            dimensions=config.dimensions,
            dropout=config.dropout,
        )
    )
    _fit_statistics(encoders, sampler)
    average = copy.deepcopy(encoders).eval().requires_grad_(False)
    optimiser = torch.optim.AdamW(
        encoders.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay, fused=True
    )
    held_out = fixed_pairs(validation)
    best: dict[str, float] = {}
    best_state, best_step, stale, losses = copy.deepcopy(average.state_dict()), 0, 0, []
    started = time.process_time()
    step = 0
    while step < config.steps and time.process_time() - started < 60 * config.minutes:
        losses.append(_step(encoders, optimiser, sampler, vocabulary, config, step))
        step += 1
        _follow(average, encoders, min(config.ema, (1 + step) / (10 + step)))
        if step % config.validate_every and step < config.steps:
            continue
        scores = validation_scores(Judge(name, average, vocabulary, {}), *held_out)
        if report:
            report(step, float(np.mean(losses)), scores)
        losses.clear()
        if not best or scores["mean_log_rank"] < best["mean_log_rank"]:
            best, best_state, best_step, stale = scores, copy.deepcopy(average.state_dict()), step, 0
        else:
            stale += 1
            if stale >= config.patience:
                break
    average.load_state_dict(best_state)
    record: dict[str, Any] = {
        "learning": asdict(config),
        "step": best_step,
        "steps_run": step,
        "minutes": round((time.process_time() - started) / 60, 2),
        "threads": torch.get_num_threads(),
        "parameters": sum(p.numel() for p in average.parameters()),
        "pairs": len(training.pairs),
        "stretches": len({pair.span for pair in training.pairs}),
        "validation": best,
    }
    return Judge(name, average.eval(), vocabulary, record)


def validation_scores(
    judge: Judge, captions: list[str], motions: list[NDArray[np.float32]], own: NDArray[np.int64]
) -> dict[str, float]:
    """How captions rank their own motion among all: R@1, R@3, R@10 and the mean logarithm of the rank (0 is perfect).

    own: the index of each caption's motion.
    """
    distances = pairwise_distances(judge.texts(captions), judge.features(motions))
    ranks = (distances < distances[np.arange(len(own)), own][:, None]).sum(axis=1) + 1
    return {
        "R@1": float((ranks <= 1).mean()),
        "R@3": float((ranks <= 3).mean()),
        "R@10": float((ranks <= 10).mean()),
        "mean_log_rank": float(np.log(ranks).mean()),
        "pool": float(len(motions)),
    }


def _step(
    encoders: Encoders,
    optimiser: torch.optim.Optimizer,
    sampler: PairSampler,
    vocabulary: Vocabulary,
    config: LearningConfig,
    step: int,
) -> float:
    warm = min(1.0, (step + 1) / config.warm_up)
    rate = warm * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * step / config.steps)))
    for group in optimiser.param_groups:
        group["lr"] = config.learning_rate * rate
    torch.manual_seed(hash((config.seed, step)) & 0x7FFFFFFF)
    batch = sampler.batch(step)
    encoders.train()
    packed, frame_mask = encoders.pack(batch.motions)
    packed = (packed + config.noise * torch.randn_like(packed)) * frame_mask[..., None]
    encoded = vocabulary.encode(batch.texts)
    words, groups = torch.from_numpy(encoded.words), torch.from_numpy(encoded.groups)
    hidden = (torch.rand(words.shape) < config.word_dropout) & (words > 0)
    words = torch.where(hidden, UNKNOWN, words)
    groups = torch.where(hidden[..., None], 0, groups)
    temperature = encoders.log_temperature.exp().clamp(0.03, 0.5)
    loss = contrastive_loss(
        encoders.text(words, groups), encoders.motion(packed, frame_mask), torch.from_numpy(batch.same), temperature
    )
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(encoders.parameters(), 1.0)
    optimiser.step()
    return float(loss.item())


def _fit_statistics(encoders: Encoders, sampler: PairSampler) -> None:
    frames = np.concatenate([motion for step in range(4) for motion in sampler.batch(step).motions])
    std = np.maximum(frames.std(axis=0), 0.02)
    encoders.mean.copy_(torch.from_numpy(frames.mean(axis=0)))
    encoders.std.copy_(torch.from_numpy(std))


@torch.no_grad()
def _follow(average: Encoders, encoders: Encoders, decay: float) -> None:
    torch._foreach_lerp_(list(average.parameters()), list(encoders.parameters()), 1 - decay)
