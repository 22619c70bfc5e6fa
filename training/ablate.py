"""Run an ablation: python -m training.ablate motionmix [--arms plain mixed] [--seeds 1] [--minutes 30]

Every arm has the same steps, seeds and validation measures. The same command goes on where it was ended; finished arms
are read back. The table is printed, and kept in training/reports/ablations for the report. Without a name it lists what
there is.
"""

from __future__ import annotations

import argparse
import platform
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from motionmix_core.errors import MotionMixError
from training.evaluation.clip_cache import DEFAULT_CACHE
from training.train_evaluator import DEFAULT_FOLDER as DEFAULT_JUDGES

if TYPE_CHECKING:
    from motionmix_core.mixed_data.cache import MotionCache
    from motionmix_core.mixed_data.text_bank import TextBank
    from training.ablation.plan import Plan

DEFAULT_RUNS = Path("runs/ablations")
DEFAULT_OUT = Path("training/reports/ablations")


def main(argv: Sequence[str] | None = None) -> int:
    """Returns the exit status: 0, or 2 after one clear line about what is wrong."""
    arguments = _parser().parse_args(argv)
    try:
        if arguments.name:
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
    from training.ablation.results import save_results, table_of
    from training.ablation.runner import Yardstick, run_arm
    from training.evaluators.judge import load_judges
    from training.reporting.stretches import read_stretches

    plan = read_plan(arguments.plans / f"{arguments.name}.toml")
    known = {arm.name for arm in plan.arms}
    if wrong := set(arguments.arms or ()) - known:
        raise ValueError(f"{plan.name} has no arm {min(wrong)!r}; it has {', '.join(sorted(known))}")
    cache, texts = _data(arguments, plan)
    held_out, training = (read_stretches(arguments.cache, split) for split in ("val", "train"))
    yardstick = Yardstick.of(held_out, training, load_judges(arguments.judges), arguments.samples)
    deadline = None if arguments.minutes is None else time.monotonic() + 60 * arguments.minutes
    found: dict[str, list[dict[str, Any]]] = {}
    for seed in arguments.seeds or plan.seeds:
        for arm in plan.arms:
            folder = arguments.runs / plan.name / f"{arm.name}-{seed}"
            left = None if deadline is None else (deadline - time.monotonic()) / 60
            wanted = not arguments.arms or arm.name in arguments.arms
            if not (folder / "result.json").exists() and (not wanted or (left is not None and left <= 0)):
                continue
            result = run_arm(
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
            else:
                found.setdefault(arm.name, []).append(result)
    facts = {"device": f"{arguments.threads} CPU thread(s), {platform.machine()}", "samples": len(yardstick.wanted)}
    path = save_results(plan, found, facts, arguments.out)
    import json

    print(table_of(json.loads(path.read_text(encoding="utf-8"))).markdown())
    print(path)


def _data(arguments: argparse.Namespace, plan: Plan) -> tuple[MotionCache, TextBank]:
    from motionmix_core.mixed_data.cache import load_cache
    from motionmix_core.mixed_data.text_bank import build_text_bank
    from motionmix_core.mixed_data.windows import possible_texts

    data = plan.arms[0].config.data
    cache = load_cache(arguments.cache, data.caption_sources)
    clips = [c for split in ("train", "val") for c in cache.select(split, data.shippable_only)]
    wanted = set().union(*(possible_texts(clips, arm.config) for arm in plan.arms))
    return cache, build_text_bank(wanted, arguments.text_encoder, data.text_tokens, arguments.cache)


def _parser() -> argparse.ArgumentParser:
    from training.ablation.plan import FOLDER

    parser = argparse.ArgumentParser(prog="python -m training.ablate", description=__doc__)
    parser.add_argument("name", nargs="?", help="an ablation of training/configs/ablations; none = list them")
    parser.add_argument("--arms", nargs="+", help="only these arms (default: all)")
    parser.add_argument("--seeds", type=int, nargs="+", help="only these seeds (default: the ablation's)")
    parser.add_argument("--minutes", type=float, help="end after so long; run again to go on")
    parser.add_argument("--samples", type=int, default=64, help="validation stretches to generate (%(default)s)")
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
