"""`python -m training.train_in_between`: teaches the network of short gaps, `pretrained/in-between`.

An hour and a half of one core; the same for the same seed and clips. Prints the loss on clips that are taught and on
held-out ones, over plain curves', and keeps the weights on the way.
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
from training.in_between.learning import AgainstCurves, Lessons, taught
from training.in_between.network import TorchGapNetwork, load, save


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line; returns the exit status (2 for missing data)."""
    parser = argparse.ArgumentParser(prog="python -m training.train_in_between", description=__doc__.splitlines()[0])
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE, help="prepared motion")
    parser.add_argument("-o", "--out", type=Path, default=Path("pretrained/in-between"), help="folder of the weights")
    parser.add_argument("--steps", type=int, default=Lessons().steps)
    parser.add_argument("--batch", type=int, default=Lessons().batch, help="gaps a step")
    parser.add_argument("--gaps", type=int, default=Lessons().gaps, help="that are worked out to learn from")
    parser.add_argument("--rate", type=float, default=Lessons().learning_rate, help="learning rate at the beginning")
    parser.add_argument("--start", type=Path, help="folder of weights to begin with")
    parser.add_argument("--seed", type=int, default=Lessons().seed)
    parser.add_argument("--bf16", action="store_true", help="products in bfloat16: faster on processors that know them")
    arguments = parser.parse_args(argv)
    torch.set_num_threads(1)
    try:
        cache = open_cache(arguments.cache)
        train = GapSampler(cache, "train", vary=True)
        start = load(arguments.start) if arguments.start else None
        known, held_out = (AgainstCurves(GapSampler(cache, split, (1.0,))) for split in ("train", "val"))
    except MotionMixError as error:
        print(f"train_in_between: {error}", file=sys.stderr)
        return 2

    def tell(step: int, network: TorchGapNetwork) -> None:
        if step % 500 == 0:
            print(f"{step}  taught {known(network)} | held out {held_out(network)}", flush=True)
            save(network, arguments.out, step)

    lessons = replace(
        Lessons(),
        steps=arguments.steps,
        batch=arguments.batch,
        gaps=arguments.gaps,
        seed=arguments.seed,
        learning_rate=arguments.rate,
        bf16=arguments.bf16,
    )
    network = taught(train, lessons, tell, start)
    print(save(network, arguments.out, arguments.steps))
    return 0


if __name__ == "__main__":
    sys.exit(main())
