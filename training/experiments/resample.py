"""Finished runs sampled again, as the paper does: python -m training.experiments.resample RUNS

DDPM in place of DDIM and every step below timestep 30, where MotionMix's second stage is; writes measures-fine.json in
each run's folder that has none yet.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from motionmix_core.errors import DataError
from motionmix_core.files import written_whole
from training.command import command
from training.papers.checkpoints import load_checkpoint, load_config
from training.papers.conditioning import build_conditioner
from training.papers.networks import build_network
from training.papers.sampling import Settings

from .finished import each_finished_run
from .kept import FINE, kept_clips, kept_evaluator
from .measures import measure
from .mixed_actions import PER_ACTION, fine_schedule, make_motions, real_windows


@command
def main(argv: list[str] | None) -> None:
    """Measures what isn't measured yet."""
    each_finished_run(argv, "python -m training.experiments.resample", __doc__, FINE, PER_ACTION, _resample)


def _resample(folder: Path, runs: Path, per_action: int) -> None:
    done = json.loads((folder / "measures.json").read_text("utf-8"))
    config, checkpoint = load_config(folder), load_checkpoint(folder)
    if config is None or checkpoint is None:
        raise DataError(f"{folder} holds no checkpoint")
    train, test = kept_clips(runs / "clips.npz", Path(), config)
    evaluator = kept_evaluator(runs / "evaluator.safetensors", train, config, 0)
    real = evaluator.judge(real_windows(test, per_action, seed=1)[0])
    network = build_network(config)
    network.load_state_dict(checkpoint.best)
    labels = np.repeat(np.arange(config.data.actions), per_action)
    seed = int(done["seed"])
    motions = make_motions(
        network,
        config,
        build_conditioner(config, (), None, folder),
        labels,
        seed,
        fine_schedule(config),
        Settings(sampler="ddpm"),
    )
    measures = measure(motions, labels, test, evaluator, real, seed)
    with written_whole(folder / FINE) as file:
        json.dump(measures, file, indent=1)
    print(json.dumps({name: round(value, 3) for name, value in measures.items()}), flush=True)


if __name__ == "__main__":
    sys.exit(main())
