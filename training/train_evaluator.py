"""Train the judges that reports stand on: python -m training.train_evaluator

Two text-motion encoders with different seeds, taught on the training split alone, stopped on the validation split.
They take some minutes each on one core, lie under .cache/evaluators, and are never shipped.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

from training.command import command
from training.evaluation.clip_cache import DEFAULT_CACHE

DEFAULT_FOLDER = Path(".cache/evaluators")
SEEDS = (11, 23)


@command
def main(argv: list[str] | None) -> None:
    """Train the judges."""
    _run(_parser().parse_args(argv))


def _run(arguments: argparse.Namespace) -> None:
    import torch

    from training.evaluators.learning import LearningConfig, train_judge
    from training.evaluators.pairs import read_pairs

    torch.set_num_threads(arguments.threads)
    training, validation = (read_pairs(arguments.cache, split) for split in ("train", "val"))
    for seed in arguments.seeds:
        name = f"judge-{seed}"
        config = replace(LearningConfig(), seed=seed, minutes=arguments.minutes, steps=arguments.steps)

        def show(step: int, loss: float, scores: dict[str, float], name: str = name) -> None:
            told = ", ".join(f"{key} {value:.3f}" for key, value in scores.items() if key != "pool")
            print(f"{name} step {step}: loss {loss:.3f}; {told}", file=sys.stderr, flush=True)

        judge = train_judge(name, training, validation, config, show)
        judge.save(arguments.out / name)
        print(json.dumps({"judge": str(arguments.out / name), **judge.record}), flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training.train_evaluator", description=__doc__)
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE, help="what training.prepare wrote (%(default)s)")
    parser.add_argument("--out", type=Path, default=DEFAULT_FOLDER, help="a folder a judge (%(default)s)")
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS, help="a judge for each (%(default)s)")
    parser.add_argument("--steps", type=int, default=700, help="training steps at most (%(default)s)")
    parser.add_argument("--minutes", type=float, default=10.0, help="processor time a judge at most (%(default)s)")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads (%(default)s)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
