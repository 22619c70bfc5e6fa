"""`python -m training.train_in_between`: teaches the network of short gaps, `pretrained/in-between`.

Six minutes of one core; the same for the same seed and clips. Prints the loss on held-out clips over plain curves'.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch

from motionmix_core.errors import MotionMixError
from training.evaluation.clip_cache import DEFAULT_CACHE, open_cache
from training.in_between.gaps import GapSampler
from training.in_between.learning import Lessons, against_curves, taught
from training.in_between.network import TorchGapNetwork, load, save


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line; returns the exit status (2 for missing data)."""
    parser = argparse.ArgumentParser(prog="python -m training.train_in_between", description=__doc__.splitlines()[0])
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE, help="prepared motion")
    parser.add_argument("-o", "--out", type=Path, default=Path("pretrained/in-between"), help="folder of the weights")
    parser.add_argument("--steps", type=int, default=Lessons().steps)
    parser.add_argument("--rate", type=float, default=Lessons().learning_rate, help="learning rate at the beginning")
    parser.add_argument("--start", type=Path, help="folder of weights to begin with")
    parser.add_argument("--seed", type=int, default=Lessons().seed)
    arguments = parser.parse_args(argv)
    torch.set_num_threads(1)
    try:
        cache = open_cache(arguments.cache)
        train, held_out = GapSampler(cache, "train"), GapSampler(cache, "val", (1.0,))
    except MotionMixError as error:
        print(f"train_in_between: {error}", file=sys.stderr)
        return 2

    def tell(step: int, network: TorchGapNetwork) -> None:
        if step % 500 == 0:
            print(f"{step}  {against_curves(network, held_out)}", flush=True)

    lessons = replace(Lessons(), steps=arguments.steps, seed=arguments.seed, learning_rate=arguments.rate)
    network = taught(train, lessons, tell, load(arguments.start) if arguments.start else None)
    print(save(network, arguments.out, arguments.steps))
    return 0


if __name__ == "__main__":
    sys.exit(main())
