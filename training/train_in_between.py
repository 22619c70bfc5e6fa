"""`python -m training.train_in_between`: teaches the network of short gaps, `pretrained/in-between`.

An hour and a half of one core; the same for the same seed and clips. Prints the loss on clips that are taught and on
held-out ones, over plain curves', and keeps the weights on the way. Networks of several seeds answer together once
`python -m training.in_between.join` has put them in one file.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch

from motionmix_core.errors import DataError, MotionMixError
from training.evaluation.clip_cache import DEFAULT_CACHE, open_cache
from training.in_between.gaps import GapSampler
from training.in_between.learning import AgainstCurves, Lessons, taught
from training.in_between.network import TorchGapNetwork, load, save

TOLD_EVERY = 500
"""Steps."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line; returns the exit status (2 for missing data)."""
    parser = argparse.ArgumentParser(prog="python -m training.train_in_between", description=__doc__.splitlines()[0])
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE, help="prepared motion")
    parser.add_argument("-o", "--out", type=Path, default=Path("pretrained/in-between"), help="folder of the weights")
    parser.add_argument("--steps", type=int, default=Lessons().steps)
    parser.add_argument("--batch", type=int, default=Lessons().batch, help="gaps a step")
    parser.add_argument("--gaps", type=int, default=Lessons().gaps, help="that are worked out to learn from")
    parser.add_argument("--rate", type=float, default=Lessons().learning_rate, help="learning rate at the beginning")
    parser.add_argument("--start", type=Path, help="folder of weights to begin with (of several networks, the first)")
    parser.add_argument(
        "--clips", type=float, default=1.0, help="share of the clips to learn from: what would more bring?"
    )
    parser.add_argument("--told", type=int, default=512, help="gaps of each length that losses are told of")
    parser.add_argument("--seed", type=int, default=Lessons().seed)
    parser.add_argument("--bf16", action="store_true", help="products in bfloat16: faster on processors that know them")
    arguments = parser.parse_args(argv)
    torch.set_num_threads(1)
    try:
        cache = open_cache(arguments.cache)
        train = GapSampler(cache, "train", vary=True, share=arguments.clips)
        start = load(arguments.start)[0] if arguments.start else None
        known, held_out = (
            AgainstCurves(GapSampler(cache, split, (1.0,)), count=arguments.told) for split in ("train", "val")
        )
    except MotionMixError as error:
        print(f"train_in_between: {error}", file=sys.stderr)
        return 2

    def tell(step: int, network: TorchGapNetwork) -> None:
        if step % TOLD_EVERY == 0 or step == arguments.steps:
            print(f"{step}  taught {known(network)} | held out {held_out(network)}", flush=True)
            save([network], arguments.out)

    lessons = replace(
        Lessons(),
        steps=arguments.steps,
        batch=arguments.batch,
        gaps=arguments.gaps,
        seed=arguments.seed,
        learning_rate=arguments.rate,
        bf16=arguments.bf16,
    )
    try:
        network = taught(train, lessons, tell, start)
    except DataError as error:
        print(f"train_in_between: {error}", file=sys.stderr)
        return 2
    print(save([network], arguments.out))
    return 0


if __name__ == "__main__":
    sys.exit(main())
