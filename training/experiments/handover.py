"""How much the predicted motion trembles on its way through the sampler: python -m training.experiments.handover RUNS

Two-stage sampling hands over at the pivot. For each finished run this samples some motions again, in the steps that all
arms share, and keeps the mean jerk of the network's x0 at every step: so it can be seen which stage trembles. Writes
handover.json in each run's folder that has none yet.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from motionmix_core.errors import DataError
from motionmix_core.files import written_whole
from motionmix_core.metrics.jitter import mean_jerk
from training.command import command
from training.papers.checkpoints import load_checkpoint, load_config
from training.papers.conditioning import build_conditioner
from training.papers.networks import build_network
from training.papers.objective import Body, body_of
from training.papers.sampling import Settings

from .evaluator import joints_of
from .finished import each_finished_run
from .kept import HANDOVER
from .mixed_actions import common_schedule, make_motions

PER_ACTION = 10
BODY_JOINTS = 22  # without the hands, as everywhere else


@command
def main(argv: list[str] | None) -> None:
    """Measures what isn't measured yet."""
    each_finished_run(argv, "python -m training.experiments.handover", __doc__, HANDOVER, PER_ACTION, _trace)


def _trace(folder: Path, _runs: Path, per_action: int) -> None:
    with written_whole(folder / HANDOVER) as file:
        json.dump(_traced(folder, per_action), file)


def _traced(folder: Path, per_action: int) -> dict[str, Any]:
    """{"timesteps": visited, noisiest first, "jerk": of x0 there, m/s^3}."""
    config, checkpoint = load_config(folder), load_checkpoint(folder)
    if config is None or checkpoint is None:
        raise DataError(f"{folder} holds no checkpoint")
    network = build_network(config)
    network.load_state_dict(checkpoint.best)
    labels = np.repeat(np.arange(config.data.actions), per_action)
    schedule = common_schedule(config)
    seen: list[Tensor] = []
    watched = network.register_forward_hook(lambda module, given, answer: seen.append(answer))
    conditioner = build_conditioner(config, (), None, folder)
    make_motions(network, config, conditioner, labels, 0, schedule, Settings())
    watched.remove()
    steps = len(schedule)
    body = body_of(config)
    jerks = [jerk_of(torch.cat(seen[step::steps]), body, config.data.fps) for step in range(steps)]
    return {"timesteps": schedule.timesteps[::-1].tolist(), "jerk": jerks}


def jerk_of(motions: Tensor, body: Body, fps: float) -> float:
    """Mean jerk of motions (N, T, 150), m/s^3."""
    joints = joints_of(motions, body)[:, :, :BODY_JOINTS].numpy()
    return float(np.mean([mean_jerk(positions, fps) for positions in joints]))


if __name__ == "__main__":
    sys.exit(main())
