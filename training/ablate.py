"""Run ablations: python -m training.ablate motionmix data-size [--arms plain mixed] [--seeds 1] [--minutes 30]

Every arm has the same steps, seeds and validation measures. The same command goes on where it was ended; finished arms
are read back, also those that an arm of another ablation has done before. The tables are printed as they grow, and kept
in training/reports/ablations for the report. Without a name it lists what there is.
"""

from __future__ import annotations

import argparse
import itertools
import json
import platform
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import cache as remembered
from pathlib import Path
from typing import TYPE_CHECKING, Any

from motionmix_core.errors import MotionMixError
from training.evaluation.clip_cache import DEFAULT_CACHE
from training.train_evaluator import DEFAULT_FOLDER as DEFAULT_JUDGES

if TYPE_CHECKING:
    from motionmix_core.mixed_data.cache import MotionCache
    from motionmix_core.mixed_data.text_bank import TextBank
    from training.ablation.plan import Plan
    from training.ablation.runner import Yardstick

DEFAULT_RUNS = Path("runs/ablations")
DEFAULT_OUT = Path("training/reports/ablations")
HELD_OUT_WINDOWS = 64


def main(argv: Sequence[str] | None = None) -> int:
    """Returns the exit status: 0, or 2 after one clear line about what is wrong."""
    arguments = _parser().parse_args(argv)
    try:
        if arguments.names:
            _run(arguments)
        else:
            _list(arguments.plans)
    except (MotionMixError, OSError, ValueError) as error:
        print(f"ablate: {error}", file=sys.stderr)
        return 2
    return 0


def _list(folder: Path) -> None:
    from training.ablation.plan import read_plan

    for path in sorted(folder.glob("*.toml")):
        plan = read_plan(path)
        print(f"{plan.name}: {plan.question} ({', '.join(arm.name for arm in plan.arms)})")


def _run(arguments: argparse.Namespace) -> None:
    from training.ablation.plan import read_plan

    plans = [read_plan(arguments.plans / f"{name}.toml") for name in arguments.names]
    known = {arm.name for plan in plans for arm in plan.arms}
    if wrong := set(arguments.arms or ()) - known:
        raise ValueError(f"there is no arm {min(wrong)!r}; there are {', '.join(sorted(known))}")
    cache, texts = _data(arguments, plans)
    deadline = None if arguments.minutes is None else time.monotonic() + 60 * arguments.minutes
    for plan in plans:
        _run_plan(arguments, plan, cache, texts, deadline)


def _run_plan(
    arguments: argparse.Namespace, plan: Plan, cache: MotionCache, texts: TextBank, deadline: float | None
) -> None:
    from motionmix_core.mixed_data.checkpoints import LAST
    from training.ablation.results import kept_results, save_results, table_of, write_page
    from training.ablation.runner import RESULT, before_any, run_arm

    yardstick = _yardstick(arguments, plan, cache, texts)
    found: dict[str, list[dict[str, Any]]] = {}
    before, path = before_any(plan, yardstick), None
    kept = kept_results(arguments.out)  # also of other days and machines, whose runs are gone
    for seed in plan.seeds:
        for arm in plan.arms:
            digest = arm.digest(seed)
            folder = arguments.runs / digest
            left = None if deadline is None else (deadline - time.monotonic()) / 60
            wanted = seed in (arguments.seeds or plan.seeds) and (not arguments.arms or arm.name in arguments.arms)
            if (
                digest not in kept
                and not (folder / RESULT).exists()
                and (not wanted or (left is not None and left <= 0))
            ):
                continue
            result = kept.get(digest) or run_arm(
                arm,
                seed,
                folder,
                cache,
                texts,
                yardstick,
                minutes=left,
                threads=arguments.threads,
                told=lambda line: print(line, file=sys.stderr, flush=True),
            )
            if result is None:
                print(f"{arm.name}, seed {seed}: not finished; run this again to go on", file=sys.stderr)
                continue
            (folder / LAST).unlink(missing_ok=True)  # as large as everything else together, and measured
            found.setdefault(arm.name, []).append({"seed": seed, "digest": digest, **result})
            facts = {"device": f"{arguments.threads} CPU thread(s), {platform.machine()}", "samples": arguments.samples}
            path = save_results(plan, found, facts, arguments.out, before)
    if path is None:
        print(f"{plan.name}: nothing is finished yet", file=sys.stderr)
    else:
        print(table_of(json.loads(path.read_text(encoding="utf-8"))).markdown())
        print(path, write_page(arguments.out), flush=True)


def _yardstick(arguments: argparse.Namespace, plan: Plan, cache: MotionCache, texts: TextBank) -> Yardstick:
    from training.ablation.held_out import HeldOut
    from training.ablation.runner import Yardstick
    from training.evaluators.judge import load_judges
    from training.reporting.memory import Library
    from training.reporting.stretches import read_stretches, training_clips

    held_out, training = (read_stretches(arguments.cache, split) for split in ("val", "train"))

    @remembered
    def batches(kind: str) -> HeldOut:
        return HeldOut.of(cache, texts, plan.base, kind, HELD_OUT_WINDOWS // plan.base.batch)

    judges = load_judges(arguments.judges) if arguments.samples else []
    library = None
    if arguments.samples and any(arm.data.share < 1 for arm in plan.arms):
        library = Library.of(training_clips(arguments.cache, training.data), training.data.fps)
    return Yardstick.of(held_out, training, judges, arguments.samples, batches, library)


def _data(arguments: argparse.Namespace, plans: Sequence[Plan]) -> tuple[MotionCache, TextBank]:
    from motionmix_core.mixed_data.cache import load_cache
    from motionmix_core.mixed_data.text_bank import build_text_bank
    from motionmix_core.mixed_data.trainer import validation_config
    from motionmix_core.mixed_data.windows import possible_texts

    data = plans[0].base.data
    cache = load_cache(arguments.cache, data.caption_sources)
    training, held_out = (cache.select(split, data.shippable_only) for split in ("train", "val"))
    wanted = possible_texts(held_out, validation_config(plans[0].base))
    for plan in plans:
        for arm, seed in itertools.product(plan.arms, plan.seeds):  # which captions are joined is drawn from the seed
            wanted |= possible_texts(training, replace(arm.config, seed=seed))
    return cache, build_text_bank(wanted, arguments.text_encoder, data.text_tokens, arguments.cache)


def _parser() -> argparse.ArgumentParser:
    from training.ablation.plan import FOLDER

    parser = argparse.ArgumentParser(prog="python -m training.ablate", description=__doc__)
    parser.add_argument("names", nargs="*", help="ablations of training/configs/ablations, in this order; none = list")
    parser.add_argument("--arms", nargs="+", help="only these arms (default: all)")
    parser.add_argument("--seeds", type=int, nargs="+", help="only these seeds (default: the ablation's)")
    parser.add_argument("--minutes", type=float, help="end after so long; run again to go on")
    parser.add_argument(
        "--samples", type=int, default=64, help="validation stretches to generate, 0 = none (%(default)s)"
    )
    parser.add_argument("--threads", type=int, default=1, help="CPU threads (%(default)s)")
    parser.add_argument("--plans", type=Path, default=FOLDER, help="folder of ablations (%(default)s)")
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE, help="what training.prepare wrote (%(default)s)")
    parser.add_argument("--judges", type=Path, default=DEFAULT_JUDGES, help="by training.train_evaluator (%(default)s)")
    parser.add_argument("--text-encoder", type=Path, default=Path("pretrained/text-minilm"))
    parser.add_argument("--runs", type=Path, default=DEFAULT_RUNS, help="folder of the arms' runs (%(default)s)")
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT, help="folder of results (%(default)s)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
