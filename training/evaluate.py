"""`python -m training.evaluate`: looks at and measures motions.

Draws contact sheets (--sheet) and films (--film) of what a shipped model makes of prompts, of a training run's
checkpoint, or of real clips out of the cache, measures how physical they are beside real clips (--metrics), and how
good the timeline's edits are beside plain baselines and how often prompts are done (--task).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from motionmix_core.errors import MotionMixError
from training.evaluation.clip_cache import DEFAULT_CACHE
from training.evaluation.sources import (
    DEFAULT_PROMPTS,
    NamedMotion,
    Sampling,
    from_checkpoint,
    from_clips,
    from_model,
    read_prompts,
)

DEFAULT_MODEL = Path("pretrained/base-cmu")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line; returns the exit status (2 for a bad argument or missing data)."""
    arguments = _parser().parse_args(argv)
    try:
        return _run(arguments)
    except (MotionMixError, OSError, ValueError) as error:
        print(f"evaluate: {error}", file=sys.stderr)
        return 2


def _run(arguments: argparse.Namespace) -> int:
    if arguments.task:
        return _task(arguments)
    if not (arguments.sheet or arguments.film or arguments.strips or arguments.metrics):
        raise ValueError(
            "say what to make: --sheet out.png, --film out.mp4, --strips out.png, --metrics out or --task name"
        )
    motions = _motions(arguments)
    if arguments.sheet:
        from training.visualise import contact_sheet

        for page, path in _pages(motions, arguments.sheet, arguments.rows_per_page):
            print(contact_sheet([m.motion for m in page], [m.title for m in page], path, arguments.poses))
    if arguments.film:
        from training.visualise import film

        for page, path in _pages(motions, arguments.film, arguments.rows_per_page):
            print(film([m.motion for m in page], [m.title for m in page], path))
    if arguments.strips:
        from training.film_strips import film_strips

        for page, path in _pages(motions, arguments.strips, arguments.rows_per_page):
            print(film_strips([m.motion for m in page], [m.title for m in page], path))
    if arguments.metrics:
        from motionmix_core.metrics.report import write_tables
        from training.evaluation.physical import compare_with_real

        table = compare_with_real(motions, arguments.cache, arguments.split or "test")
        print(table.markdown())
        for path in write_tables([table], arguments.metrics):
            print(path)
    return 0


def _task(arguments: argparse.Namespace) -> int:
    from motionmix_core.metrics.report import write_tables
    from training.evaluation.tasks.registry import run_task

    model = arguments.model or DEFAULT_MODEL
    split = arguments.split or "val"
    tables = run_task(
        arguments.task, model, arguments.cache, split, arguments.limit, arguments.seed, arguments.steps,
        arguments.threads,
    )  # fmt: skip
    for table in tables:
        print(table.markdown())
    facts = {"task": arguments.task, "model": str(model), "split": split, "seed": arguments.seed}
    for path in write_tables(tables, arguments.out or Path(f"task-{arguments.task}"), facts):
        print(path)
    return 0


def _motions(arguments: argparse.Namespace) -> list[NamedMotion]:
    sampling = Sampling(
        seconds=arguments.seconds,
        seed=arguments.seed,
        count=arguments.count,
        steps=arguments.steps,
        guidance=arguments.guidance,
        sampler=arguments.sampler,
        foot_lock=not arguments.no_foot_lock,
    )
    motions: list[NamedMotion] = []
    if arguments.clips:
        motions += from_clips(arguments.cache, arguments.clips, arguments.seconds)
    prompts = list(arguments.prompts or [])
    if arguments.prompts_file:
        prompts += read_prompts(arguments.prompts_file)
    if arguments.from_checkpoint:
        motions += from_checkpoint(arguments.from_checkpoint, prompts or DEFAULT_PROMPTS, sampling)
    elif prompts or arguments.model or not motions:
        motions += from_model(arguments.model or DEFAULT_MODEL, prompts or DEFAULT_PROMPTS, sampling)
    return motions


def _pages(motions: list[NamedMotion], path: Path, size: int) -> list[tuple[list[NamedMotion], Path]]:
    """At most `size` motions to a file: out.png, out-2.png, ..."""
    starts = range(0, len(motions), max(size, 1))
    names = [
        path if not start else path.with_name(f"{path.stem}-{i}{path.suffix}") for i, start in enumerate(starts, 1)
    ]
    return [(motions[start : start + size], name) for start, name in zip(starts, names, strict=True)]


def _parser() -> argparse.ArgumentParser:
    defaults = Sampling()
    parser = argparse.ArgumentParser(prog="python -m training.evaluate", description=__doc__.splitlines()[0])
    made = parser.add_argument_group("what to make")
    made.add_argument("--sheet", type=Path, metavar="OUT.png", help="contact sheet of stick figures")
    made.add_argument("--film", type=Path, metavar="OUT.mp4", help="film of stick figures side by side")
    strips_help = "films as pictures: every third frame in rows, the feet's height under it"
    made.add_argument("--strips", type=Path, metavar="OUT.png", help=strips_help)
    made.add_argument("--metrics", type=Path, metavar="OUT", help="table of physical measures: OUT.json and OUT.md")
    tasks = ("inbetween", "bodypart", "cleanup", "continue", "doings")
    made.add_argument("--task", choices=tasks, help="table of an edit beside baselines, or of prompts done: see --out")
    made.add_argument("--out", type=Path, help="where --task writes OUT.json and OUT.md (task-NAME)")
    made.add_argument("--limit", type=int, help="windows of real clips in one table of --task (default: all)")
    made.add_argument("--threads", type=int, default=0, help="of the network in --task (default: physical cores)")
    made.add_argument("--rows-per-page", type=int, default=8, help="motions in one picture or film (%(default)s)")
    made.add_argument("--poses", type=int, default=10, help="poses in a row of the sheet (%(default)s)")
    source = parser.add_argument_group("of which motions")
    source.add_argument("--model", type=Path, metavar="FOLDER", help=f"a model folder (default {DEFAULT_MODEL})")
    source.add_argument("--from-checkpoint", type=Path, metavar="RUN", help="a training run's folder")
    source.add_argument("--clips", nargs="+", metavar="ID", help="real clips out of the cache, such as cmu/07_01")
    source.add_argument("--cache", type=Path, default=DEFAULT_CACHE, help="the motion cache (%(default)s)")
    source.add_argument(
        "--split", help="real clips that --metrics (default test) and --task (default val) compare with"
    )
    source.add_argument("--prompts", nargs="+", metavar="TEXT", help="prompts (default: a list of sixteen)")
    source.add_argument("--prompts-file", type=Path, metavar="FILE", help="prompts, one a line")
    how = parser.add_argument_group("how they are generated")
    how.add_argument("--seconds", type=float, default=defaults.seconds, help="length (%(default)s)")
    how.add_argument("--seed", type=int, default=defaults.seed, help="first seed (%(default)s)")
    how.add_argument("--count", type=int, default=defaults.count, help="motions a prompt (%(default)s)")
    how.add_argument("--steps", type=int, help="sampling steps (default: the model's)")
    how.add_argument("--guidance", type=float, help="guidance weight (default: the model's)")
    how.add_argument("--sampler", help="ddim, ddpm or dpmpp_2m (default: the model's)")
    how.add_argument("--no-foot-lock", action="store_true", help="leave the feet as the network made them")
    return parser


if __name__ == "__main__":
    sys.exit(main())
