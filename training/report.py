"""Measure a model and write its report: python -m training.report [pretrained/base-cmu] [--run runs/base-cmu]

Generates what it needs (kept under .cache/report, so that a report that was broken off goes on), lets the judges score
it beside real clips and baselines, draws sheets and plots, and writes training/reports/<model>.md.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from motionmix_core.errors import DataError, MotionMixError
from training.evaluation.clip_cache import DEFAULT_CACHE
from training.train_evaluator import DEFAULT_FOLDER as DEFAULT_JUDGES

DEFAULT_MODEL = Path("pretrained/base-cmu")
DEFAULT_OUT = Path("training/reports")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line; returns the exit status (2 for a bad argument or missing data)."""
    arguments = _parser().parse_args(argv)
    try:
        _run(arguments)
    except (MotionMixError, OSError, ValueError) as error:
        print(f"report: {error}", file=sys.stderr)
        return 2
    return 0


def _run(arguments: argparse.Namespace) -> None:
    from training.evaluators.judge import load_judges
    from training.reporting import document, prompts
    from training.reporting.measurements import Bench, Settings
    from training.reporting.orders import Shelf
    from training.reporting.outside import outside_text

    began = time.monotonic()
    model: Path = arguments.model
    if not (model / "model.json").exists():
        raise DataError(f"there is no model in {model}")
    description = json.loads((model / "model.json").read_text(encoding="utf-8"))
    name, weights = model.resolve().name, str(description["weights_sha256"])
    pictures: Path = arguments.out / name
    judges = load_judges(arguments.judges)
    settings = Settings(
        arguments.captions,
        arguments.curve_stretches,
        arguments.processes,
        arguments.repeats,
        arguments.seed,
        arguments.outside,
        arguments.taught_on,
    )
    deadline = None if arguments.minutes is None else began + 60 * arguments.minutes
    bench = Bench(model, arguments.cache, judges, Shelf.of_model(model), settings, deadline, _tell)
    six = None if arguments.no_speed else seconds_for_six(model)
    sheets: list[Path] = []
    orders = prompts.prompt_orders(arguments.prompts_file)
    if bench.made("prompts", orders):
        motions = [bench.shelf.get(order) for order in orders]
        sheets = prompts.draw_sheets(orders, motions, pictures)  # first, so that they can be looked at meanwhile
        _tell(f"sheets drawn in {pictures}")
        if arguments.films:
            for draw in (prompts.draw_strips, prompts.draw_films):
                print(*draw(orders, motions, arguments.films), sep="\n")
    bench.measure_main()
    _tell("main table done")
    if arguments.pairs and bench.out.copies:
        from training.reporting.pairs_sheet import draw_pairs

        print(draw_pairs(bench.out.copies, bench.shelf, arguments.cache, arguments.pairs))
    bench.measure_multimodality()
    bench.measure_outside()
    if arguments.curve_stretches:
        bench.measure_curve()
    sections = [
        ("Words outside the data", outside_text(bench.out.outside)),
        ("Few steps", document.curve_text(bench.out, _curve_picture(bench.out, pictures, arguments.out))),
        (
            "What a person sees",
            document.sheets_text(sheets, arguments.out, prompts.read_notes(arguments.out / f"{name}.seen.md", weights)),
        ),
        *_training_sections(arguments, name, pictures, document.coverage_text(bench.out)),
        ("Other pages", _other_pages(arguments.out)),
    ]
    facts = _facts(arguments, description, bench.out.cpu_seconds, time.monotonic() - began)
    distances, density = _distances_pictures(bench.out, pictures, arguments.out)
    page = document.Page(name, facts, bench.out, judges, six, sections, distances, density)
    target = arguments.out / f"{name}.md"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page.markdown(), encoding="utf-8")
    print(target)


PAGES = {
    "guidance.md": "how much to guide, and where",
    "one-pass.md": "guidance in one pass of the network",
    "speed.md": "speed and memory (it says of which weights)",
    "edits/inbetween.md": "in-betweens",
    "edits/bodypart.md": "new motion for a part of the body",
    "edits/continue.md": "continuations",
    "edits/cleanup.md": "clean-up",
    "motionmix-on-bandai.md": "MotionMix against full supervision, three seeds, on other data",
}


def _other_pages(folder: Path) -> str:
    """Links to the reports that are there."""
    lines = [f"- [{page}]({page}): {about}" for page, about in PAGES.items() if (folder / page).exists()]
    return "\n".join(lines or ["None yet."]) + "\n"


def seconds_for_six(model: Path, repeats: int = 5) -> float:
    """Median seconds of a warm generator for a 6 s clip with the model's own settings, on two threads."""
    import statistics

    from motionmix_core.generation import GenerationRequest, Generator
    from training.benchmarks.measures import seconds_of

    folder = model.resolve()
    generator = Generator(folder.parent, threads=2)
    request = GenerationRequest(prompt="a person walks forward", seconds=6.0, model=folder.name)
    generator.generate(request)
    return statistics.median(seconds_of(lambda: generator.generate(request), repeats))


def _curve_picture(measured: Any, pictures: Path, beside: Path) -> str | None:
    if not measured.curve:
        return None
    from training.reporting.figures import steps_figure

    path = steps_figure(measured.curve, measured.curve_real, pictures / "steps.png")
    return path.relative_to(beside).as_posix()


def _distances_pictures(measured: Any, pictures: Path, beside: Path) -> tuple[str | None, str | None]:
    if not measured.memory:
        return None, None
    from training.reporting.density_text import density_figure
    from training.reporting.figures import distances_figure

    distances = distances_figure(measured.memory, pictures / "distances.png")
    density = density_figure(measured.density, pictures / "density.png")
    return distances.relative_to(beside).as_posix(), density.relative_to(beside).as_posix()


def _training_sections(
    arguments: argparse.Namespace, name: str, pictures: Path, coverage: str
) -> list[tuple[str, str]]:
    from training.ablation.results import ablations_text, data_size_text
    from training.reporting.figures import losses_figure
    from training.reporting.runlog import RunLog, read_runs

    kept = pictures / "run.json"
    if arguments.run:
        read_runs(arguments.run, arguments.device).save(kept)
    log = RunLog.load(kept)
    text = "No log of the run was given (--run).\n"
    if log is not None:
        text = f"{log.in_words}\n"
        if len(log.validation) > 1:
            path = losses_figure(log.validation, pictures / "losses.png", log.starts)
            text += f"\n![validation losses]({path.relative_to(arguments.out).as_posix()})\n"
    config = Path("training/configs") / f"{name}.toml"
    if config.exists():
        text += f"\n`{config.as_posix()}`:\n\n```toml\n{config.read_text(encoding='utf-8').strip()}\n```\n"
    results = arguments.out / "ablations"
    return [
        ("Training", text),
        ("Would more data help?", coverage + "\n" + data_size_text(results, pictures, arguments.out)),
        ("What each choice brings", ablations_text(results)),
    ]


def _facts(
    arguments: argparse.Namespace, description: dict[str, Any], cpu_seconds: float | None, taken: float
) -> dict[str, Any]:
    import datetime

    from training.benchmarks.measures import machine_facts

    facts: dict[str, Any] = {
        "model": f"{description['name']}, weights {description['weights_sha256'][:12]}, "
        f"{description.get('trained_steps', 'unknown')} steps in its last run",
        "sampling": f"{description['default_sampler']}, {description['default_steps']} steps, guidance "
        f"{_guidance(description)}, foot lock on",
        "seed": arguments.seed,
        "date": datetime.date.today().isoformat(),
        "command": f"python -m training.report {arguments.model.as_posix()} --captions {arguments.captions} "
        f"--curve-stretches {arguments.curve_stretches} --repeats {arguments.repeats} --seed {arguments.seed}"
        + (f" --taught-on {arguments.taught_on.as_posix()}" if arguments.taught_on else ""),
        **machine_facts(2),
    }
    if cpu_seconds is not None:
        facts["cost of a sample"] = f"{cpu_seconds:.2f} s of one core (median over the test captions)"
    facts["cost of this report"] = f"{taken / 60:.1f} minutes (samples that were on the shelf not counted)"
    return facts


def _guidance(description: dict[str, Any]) -> str:
    from motionmix_core.diffusion import EVERYWHERE, checked_interval
    from training.reporting.guidance import Setting

    interval = checked_interval(description.get("guidance_interval", EVERYWHERE))
    name = Setting(description["default_guidance"], interval).name
    return name if interval == EVERYWHERE else f"{name} of the noise level"


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    from training.reporting.prompts import DEFAULT_PROMPTS_FILE

    parser = argparse.ArgumentParser(prog="python -m training.report", description=__doc__)
    parser.add_argument("model", type=Path, nargs="?", default=DEFAULT_MODEL, help="a model folder (%(default)s)")
    parser.add_argument(
        "--run",
        type=Path,
        nargs="+",
        help="the run's folder, for its losses and hours (kept for later); several that went on from one another",
    )
    parser.add_argument("--device", default="", help="what was trained on, in words, beside --run")
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT, help="folder of reports (%(default)s)")
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE, help="what training.prepare wrote (%(default)s)")
    taught_help = (
        "the cache that the model was taught on, if it holds clips that training.prepare made and --cache none"
    )
    parser.add_argument("--taught-on", type=Path, metavar="CACHE", help=taught_help)
    parser.add_argument("--judges", type=Path, default=DEFAULT_JUDGES, help="by training.train_evaluator (%(default)s)")
    parser.add_argument("--prompts-file", type=Path, default=DEFAULT_PROMPTS_FILE, help="prompts (%(default)s)")
    parser.add_argument("--films", type=Path, metavar="FOLDER", help="film the prompts into a folder, and as strips")
    pairs_help = "draw the samples nearest to training clips beside those clips (captured motion: not for passing on)"
    parser.add_argument("--pairs", type=Path, metavar="OUT.png", help=pairs_help)
    parser.add_argument("--captions", type=int, default=3, help="of each test stretch and side (%(default)s)")
    parser.add_argument("--curve-stretches", type=int, default=32, help="in the curve of steps; 0 = none (%(default)s)")
    parser.add_argument("--outside", type=int, default=3, help="samples of each prompt of unknown words (%(default)s)")
    parser.add_argument("--repeats", type=int, default=20, help="of every random choice (%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of the repeats (%(default)s)")
    parser.add_argument("--minutes", type=float, help="generate no longer than this; what lacks is said and left out")
    parser.add_argument("--processes", type=int, default=2, help="generators at once (%(default)s)")
    parser.add_argument("--no-speed", action="store_true", help="leave the timing of a 6 s clip out")
    return parser


if __name__ == "__main__":
    sys.exit(main())
