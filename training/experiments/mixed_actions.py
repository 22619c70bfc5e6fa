"""The runs: python -m training.experiments.mixed_actions --data ../shared/data/bandai_nc --runs runs/bandai

Each arm is trained with each seed, sampled and measured; the numbers go to RUNS/ARM-SEED/measures.json. The same
command goes on with what isn't done yet. The data is for research only: keep its weights out of releases.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from motionmix_core.diffusion.schedule import Schedule
from motionmix_core.files import written_whole
from motionmix_core.mixed_data.paper_config import PaperConfig, load_paper_config
from training.benchmarks.measures import machine_facts
from training.command import command
from training.papers.action_clips import ActionClips
from training.papers.conditioning import Conditioner, build_conditioner
from training.papers.objective import Objective, body_of
from training.papers.sampling import Settings, generate
from training.papers.trainer import PaperTrainer

from .arms import ARMS, Arm
from .evaluator import Evaluator, Judged, windows
from .kept import kept_clips, kept_evaluator
from .measures import measure

PER_ACTION = 50
BATCH = 100
SAMPLE_SEED = 4242
LOW_STEPS = (10, 25, 40, 55, 75, 95)  # of the sampling steps that all arms share, those below timestep 100


def common_schedule(config: PaperConfig) -> Schedule:
    """The sampling steps that all arms share, whatever their pivot: 20 from 999 to 115, and six below."""
    full = config.schedule()
    return full.kept(np.concatenate([LOW_STEPS, np.rint(np.linspace(115, len(full) - 1, 20)).astype(int)]))


def fine_schedule(config: PaperConfig) -> Schedule:
    """As near to the published 1,000 steps as is worth its time: the same above timestep 30, and every step below."""
    coarse = common_schedule(config).timesteps
    return config.schedule().kept(np.concatenate([np.arange(30), coarse[coarse >= 30], [30]]))


@command
def main(argv: list[str] | None) -> None:
    """Trains, samples and measures what isn't done yet."""
    parser = argparse.ArgumentParser(prog="python -m training.experiments.mixed_actions", description=__doc__)
    parser.add_argument("--config", type=Path, default=Path("training/configs/papers/mdm-bandai.toml"))
    parser.add_argument("--data", type=Path, required=True, help="the folder bandai_nc")
    parser.add_argument("--runs", type=Path, required=True)
    parser.add_argument("--arms", nargs="+", default=["full", "half", "motionmix", "plain"], choices=sorted(ARMS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--compile", action="store_true", help="the losses by torch.compile (needs a C++ compiler)")
    parser.add_argument("--evaluator-steps", type=int, default=400)
    parser.add_argument("--per-action", type=int, default=PER_ACTION, help="motions made of each action")
    arguments = parser.parse_args(argv)
    _run_all(arguments)


def _run_all(arguments: argparse.Namespace) -> None:
    torch.set_num_threads(arguments.threads)
    base = load_paper_config(arguments.config)
    arguments.runs.mkdir(parents=True, exist_ok=True)
    train, test = kept_clips(arguments.runs / "clips.npz", arguments.data, base)
    evaluator = kept_evaluator(arguments.runs / "evaluator.safetensors", train, base, arguments.evaluator_steps)
    real, labels = real_windows(test, arguments.per_action, seed=1)
    judged = evaluator.judge(real)
    other, other_labels = real_windows(test, arguments.per_action, seed=2)
    noisy = train.corrupted(base.white_noise(0), train.ids)  # type: ignore[arg-type]  # as clips they are alike
    worse, worse_labels = real_windows(noisy, arguments.per_action, seed=3)
    floor, _ = real_windows(train, arguments.per_action, seed=4)
    _write(
        arguments.runs / "real.json",
        {
            "facts": machine_facts(arguments.threads),
            "config": base.to_plain(),
            "clips": {"train": len(train.clips), "test": len(test.clips)},
            "test": measure(other, other_labels, test, evaluator, judged, 0),
            "train": measure(floor, labels, train, evaluator, judged, 0),
            "noisy": measure(worse, worse_labels, train, evaluator, judged, 0),
        },
    )
    for seed in arguments.seeds:  # all arms of a seed first, so that an early end leaves comparable runs
        for name in arguments.arms:
            run_arm(
                ARMS[name],
                base,
                train,
                test,
                evaluator,
                judged,
                seed,
                arguments.runs,
                arguments.per_action,
                compiled=arguments.compile,
            )


def real_windows(clips: ActionClips, per_action: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Equally many random windows of each action, (N, frames, 150), and their labels."""
    generator = np.random.default_rng([seed, 5])
    actions = np.array([clip.action for clip in clips.clips])
    places = [generator.choice(np.flatnonzero(actions == action), per_action) for action in np.unique(actions)]
    return windows(clips, generator, np.concatenate(places))


def run_arm(
    arm: Arm,
    base: PaperConfig,
    train: ActionClips,
    test: ActionClips,
    evaluator: Evaluator,
    real: Judged,
    seed: int,
    runs: Path,
    per_action: int,
    *,
    compiled: bool = False,
) -> None:
    """Train, sample and measure one arm with one seed, unless that is done; its numbers go to measures.json.

    compiled: the losses by torch.compile, the same to rounding and a third of a small network's step quicker.
    """
    folder = runs / f"{arm.name}-{seed}"
    if (folder / "measures.json").exists():
        return
    config = arm.config(base)
    conditioner = build_conditioner(config, (), None, folder)
    device = torch.device("cpu")
    objective = Objective(config, body_of(config), None, device)
    trainer = PaperTrainer(
        config,
        arm.data(base, train, seed),
        conditioner,
        torch.compile(objective, dynamic=False) if compiled else objective,
        folder,
        seed=seed,
        checkpoint_minutes=1.0,
        on_progress=lambda told: _log(folder, told.step, told.loss, told.parts, told.steps_per_second),
    )
    begin, cpu = time.monotonic(), time.process_time()
    trainer.run()
    trained, cpu_trained = time.monotonic() - begin, time.process_time() - cpu
    network = trainer.average or trainer.network
    labels = np.repeat(np.arange(config.data.actions), per_action)
    motions = make_motions(network, config, conditioner, labels, seed, common_schedule(config), Settings())
    np.save(folder / "motions.npy", motions.astype(np.float16))
    result = measure(motions, labels, test, evaluator, real, seed)
    _write(
        folder / "measures.json",
        {
            "arm": arm.name,
            "seed": seed,
            "config": config.to_plain(),
            "steps": trainer.step,
            "training_seconds": trained,
            "training_cpu_seconds": cpu_trained,
            "sampling_seconds": time.monotonic() - begin - trained,
            "parameters": sum(p.numel() for p in network.parameters()),
            "measures": result,
        },
    )
    print(f"{arm.name}-{seed}: {trained:.0f} s, {json.dumps({k: round(v, 3) for k, v in result.items()})}", flush=True)


def make_motions(
    network: nn.Module,
    config: PaperConfig,
    conditioner: Conditioner,
    labels: np.ndarray,
    seed: int,
    schedule: Schedule,
    settings: Settings,
) -> np.ndarray:
    """(N, frames, 150), one for each label; the noise is the same for all arms of a seed."""
    made = [
        generate(
            network,
            config,
            conditioner,
            [int(label) for label in labels[start : start + BATCH]],
            frames=config.data.frames,
            seed=SAMPLE_SEED + 1000 * seed + start,
            schedule=schedule,
            settings=settings,
        )
        for start in range(0, len(labels), BATCH)
    ]
    return np.concatenate(made)


def _log(folder: Path, step: int, loss: float, parts: dict[str, float], rate: float) -> None:
    with open(folder / "log.jsonl", "a", encoding="utf-8") as file:
        file.write(json.dumps({"step": step, "loss": loss, "parts": parts, "steps_per_second": rate}) + "\n")


def _write(path: Path, table: dict[str, Any]) -> None:
    with written_whole(path) as file:
        json.dump(table, file, indent=1)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: os._exit(143))  # what is done is on disk
    sys.exit(main())
