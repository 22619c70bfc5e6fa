"""How much the predicted motion trembles on its way through the sampler: python -m training.experiments.handover RUNS

Two-stage sampling hands over at the pivot. For each finished run this samples some motions again, in the steps that all
arms share, and keeps the mean jerk of the network's x0 at every step: so it can be seen which stage trembles. Writes
handover.json in each run's folder that has none yet.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from motionmix_core.errors import DataError, MotionMixError
from motionmix_core.files import written_whole
from motionmix_core.metrics.jitter import mean_jerk
from training.papers.checkpoints import load_checkpoint, load_config
from training.papers.conditioning import build_conditioner
from training.papers.networks import build_network
from training.papers.objective import Body, body_of
from training.papers.sampling import Settings

from .evaluator import joints_of
from .kept import HANDOVER
from .mixed_actions import common_schedule, make_motions

PER_ACTION = 10
BODY_JOINTS = 22  # without the hands, as everywhere else


def main(argv: list[str] | None = None) -> int:
    """Returns the exit status: 0, or 2 after one clear line about what is wrong."""
    parser = argparse.ArgumentParser(prog="python -m training.experiments.handover", description=__doc__)
    parser.add_argument("runs", type=Path)
    parser.add_argument("--arms", nargs="+", help="only these")
    parser.add_argument("--per-action", type=int, default=PER_ACTION)
    arguments = parser.parse_args(argv)
    torch.set_num_threads(1)
    try:
        for folder in sorted(path.parent for path in arguments.runs.glob("*/measures.json")):
            wanted = not arguments.arms or folder.name.rsplit("-", 1)[0] in arguments.arms
            if wanted and not (folder / HANDOVER).exists():
                with written_whole(folder / HANDOVER) as file:
                    json.dump(_traced(folder, arguments.per_action), file)
                print(folder.name, flush=True)
    except MotionMixError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


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
