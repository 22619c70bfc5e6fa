"""The report: python -m training.experiments.report RUNS -o training/reports/motionmix-on-bandai.md

Made from what the runs have logged, whichever way it goes: FILE.md, FILE.json and FILE.png.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from motionmix_core.errors import DataError, MotionMixError
from motionmix_core.files import written_whole
from motionmix_core.metrics.report import Estimate, Table

from .arms import ABLATIONS, ARMS, LONG, MAIN
from .kept import FINE, HANDOVER
from .report_text import HANDOVER_PREFACE, PREFACE, longer_lines, notes_of, settings_lines

COLUMNS = ("accuracy", "fid", "kid", "diversity", "multimodality", "skating", "jerk")
FORMATS = {"fid": ".2f", "diversity": ".2f", "multimodality": ".2f", "jerk": ".1f"}
HIGHER_IS_BETTER, LOWER_IS_BETTER = ("accuracy",), ("fid", "kid")  # of the others, what is nearer to real motion
# 97.5 % points of Student's t for 1, 2, .. degrees of freedom: three seeds are too few for 1.96
_T = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262)


@dataclass(frozen=True)
class Runs:
    """What a folder of runs holds. real: measures of real motion. arms: arm -> seed -> what was written of the run."""

    real: dict[str, Any]
    arms: dict[str, dict[int, dict[str, Any]]]


def read_runs(folder: Path) -> Runs:
    """Raises DataError if the folder holds no finished run."""
    try:
        real = json.loads((folder / "real.json").read_text("utf-8"))
        arms: dict[str, dict[int, dict[str, Any]]] = {}
        for path in sorted(folder.glob("*/measures.json")):
            run = json.loads(path.read_text("utf-8"))
            for key, name in (("fine", FINE), ("handover", HANDOVER)):
                if (path.parent / name).exists():
                    run[key] = json.loads((path.parent / name).read_text("utf-8"))
            arms.setdefault(run["arm"], {})[int(run["seed"])] = run
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"{folder} holds no runs of training.experiments.mixed_actions ({error})") from error
    if not arms:
        raise DataError(f"{folder} holds no finished run yet")
    return Runs(real, arms)


def over_seeds(values: Sequence[float]) -> Estimate:
    """Mean over seeds with its 95 % interval by Student's t; no interval for one seed."""
    array = np.asarray(values, np.float64)
    if len(array) < 2:
        return Estimate(float(array.mean()))
    half = _T[min(len(array) - 2, len(_T) - 1)] * array.std(ddof=1) / math.sqrt(len(array))
    return Estimate(float(array.mean()), float(half), len(array))


def estimates(runs: Mapping[int, Mapping[str, Any]]) -> dict[str, Estimate]:
    """All measures of an arm over its seeds."""
    return {name: over_seeds([run["measures"][name] for run in runs.values()]) for name in COLUMNS}


def badness(name: str, value: float, real: float) -> float:
    """How bad a value is: lower is better, for each measure in its own way."""
    if name in HIGHER_IS_BETTER:
        return -value
    return value if name in LOWER_IS_BETTER else abs(value - real)


def compared(runs: Runs, arm: str, other: str) -> dict[str, Estimate]:
    """How much better `arm` is than `other`, seed by seed (they share clips, roles and noise): above 0 is better."""
    seeds = sorted(set(runs.arms.get(arm, {})) & set(runs.arms.get(other, {})))
    out = {}
    for name in COLUMNS if seeds else ():
        real = runs.real["test"][name]
        gains = [
            badness(name, runs.arms[other][seed]["measures"][name], real)
            - badness(name, runs.arms[arm][seed]["measures"][name], real)
            for seed in seeds
        ]
        out[name] = over_seeds(gains)
    return out


def verdict(gain: Estimate) -> str:
    """In words what a paired difference says."""
    if gain.repeats < 2:
        return "one seed only"
    if abs(gain.mean) <= gain.interval:
        return "can't be told apart"
    return "better" if gain.mean > 0 else "worse"


def main_table(runs: Runs) -> Table:
    """Real motion and the main arms."""
    rows = {
        title: {name: Estimate(float(runs.real[key][name])) for name in COLUMNS}
        for key, title in (
            ("test", "*real, test clips*"),
            ("train", "*real, training clips*"),
            ("noisy", "*training clips with the noise*"),
        )
    }
    seeds = sorted({seed for arm in MAIN for seed in runs.arms.get(arm.name, {})})
    for arm in MAIN:
        done = len(runs.arms.get(arm.name, {}))
        if done:
            note = "" if done == len(seeds) else f" ({_seeds(done)})"
            rows[arm.title + note] = estimates(runs.arms[arm.name])
    return Table(
        f"{len(seeds)} seeds, mean ± 95 % interval over them", COLUMNS, rows, formats=FORMATS, row_header="trained on"
    )


def ablation_table(runs: Runs) -> Table | None:
    """The ablations beside MotionMix as configured; None if none was run."""
    arms = [arm for arm in ABLATIONS if arm.name in runs.arms]
    if not arms:
        return None
    rows = {}
    for arm in (ARMS["motionmix"], *arms):
        if arm.name in runs.arms:
            rows[f"{arm.title} ({_seeds(len(runs.arms[arm.name]))})"] = estimates(runs.arms[arm.name])
    return Table("Ablations", COLUMNS, rows, formats=FORMATS, row_header="trained on")


def longer_table(runs: Runs) -> Table | None:
    """The main arms with a larger network, trained longer; None if none was."""
    rows = {}
    for arm in LONG:
        done = len(runs.arms.get(arm.name, {}))
        if done:
            rows[f"{arm.title} ({_seeds(done)})"] = estimates(runs.arms[arm.name])
    return Table("A larger network, trained longer", COLUMNS, rows, (), FORMATS, "trained on") if rows else None


def fine_table(runs: Runs) -> Table | None:
    """The runs sampled again by DDPM with every step below timestep 30; None if none was."""
    rows = {}
    for name, arm in ARMS.items():
        again = [run["fine"] for run in runs.arms.get(name, {}).values() if "fine" in run]
        if again:
            rows[f"{arm.title} ({_seeds(len(again))})"] = {
                column: over_seeds([measures[column] for measures in again]) for column in COLUMNS
            }
    note = "DDPM, 25 steps down to timestep 30 and then every one, on the same networks."
    return Table("The same networks, other steps", COLUMNS, rows, (note,), FORMATS, "trained on") if rows else None


TRACED = (255, 115, 40, 25, 10)  # timesteps that every run visits; the published pivot lies between 40 and 25


def handover_table(runs: Runs) -> Table | None:
    """How much the predicted motion trembles on its way through the sampler; None if it wasn't looked at."""
    rows = {}
    for arm in (*MAIN, *LONG):
        traced = [run["handover"] for run in runs.arms.get(arm.name, {}).values() if "handover" in run]
        if traced:
            at = [dict(zip(one["timesteps"], one["jerk"], strict=True)) for one in traced]
            rows[f"{arm.name} ({_seeds(len(at))})"] = {f"t = {t}": over_seeds([one[t] for one in at]) for t in TRACED}
    columns = tuple(f"t = {t}" for t in TRACED)
    title = "Jerk of the predicted x0 by timestep, m/s³"
    return Table(title, columns, rows, (), dict.fromkeys(columns, ".0f"), "trained on") if rows else None


COMPARED = (
    ("motionmix", "full"),
    ("motionmix", "half"),
    ("motionmix", "plain"),
    ("motionmix", "noisy-half"),
    ("plain", "full"),
)
MARKS = {"better": "**better**", "worse": "**worse**", "can't be told apart": "≈", "one seed only": "?"}


def verdict_lines(runs: Runs) -> list[str]:
    """The comparisons that the question is about: a row each, in words and numbers."""
    lines = ["", "| difference | " + " | ".join(COLUMNS) + " |", "|---|" + "---|" * len(COLUMNS)]
    for arm, other in COMPARED:
        gains = compared(runs, arm, other)
        if gains:
            cells = [f"{MARKS[verdict(gain)]} {format(gain, FORMATS.get(name, '.3f'))}" for name, gain in gains.items()]
            lines.append(f"| {arm} against {other} | " + " | ".join(cells) + " |")
    return lines


def _seeds(count: int) -> str:
    return f"{count} seed{'s' if count > 1 else ''}"


def document(runs: Runs, pictures: Sequence[str], remarks: str = "") -> str:
    """The report as Markdown. pictures: of the main arms and of the ablations. remarks: a person's discussion."""
    picture, swept = (*pictures, None, None)[:2]
    parts = [PREFACE, *settings_lines(runs.real, runs.arms), "", "## Result", "", main_table(runs).markdown()]
    if picture:
        parts += [f"![The measures of each arm, one dot a seed, and the losses]({picture})", ""]
    parts += [
        "## What it says",
        "",
        "Differences seed by seed; above 0 is better. Of diversity, multimodality, skating and jerk, better is what is",
        "nearer to real test clips. Intervals are 95 %, by Student's t over the seeds; ≈ where they hold 0.",
        *verdict_lines(runs),
        "",
    ]
    if remarks:
        parts += ["## Discussion", "", remarks.strip(), ""]
    table = handover_table(runs)
    if table is not None:
        parts += ["## Where the trembling comes from", "", HANDOVER_PREFACE, "", table.markdown()]
    table = longer_table(runs)
    if table is not None:
        parts += ["## Does it change with training?", "", *longer_lines(runs.arms), "", table.markdown()]
    table = ablation_table(runs)
    if table is not None:
        parts += ["## Ablations", "", table.markdown()]
        if swept:
            parts += [f"![Pivot, noisy share and kind of noise]({swept})", ""]
    table = fine_table(runs)
    if table is not None:
        parts += ["## Sampled as the paper does", "", table.markdown()]
    return "\n".join([*parts, *notes_of(runs.real, runs.arms)]).rstrip() + "\n"


def as_plain(runs: Runs) -> dict[str, Any]:
    """All numbers for FILE.json."""
    return {
        "real": runs.real,
        "runs": [run for seeds in runs.arms.values() for run in seeds.values()],
        "main": main_table(runs).as_plain(),
    }


def main(argv: list[str] | None = None) -> int:
    """Returns the exit status: 0, or 2 after one clear line about what is wrong."""
    parser = argparse.ArgumentParser(prog="python -m training.experiments.report", description=__doc__)
    parser.add_argument("runs", type=Path)
    parser.add_argument("-o", "--output", type=Path, default=Path("training/reports/motionmix-on-bandai.md"))
    parser.add_argument("--remarks", type=Path, help="a text file: what was seen in the motions")
    parser.add_argument("--no-picture", action="store_true")
    arguments = parser.parse_args(argv)
    try:
        runs = read_runs(arguments.runs)
        arguments.output.parent.mkdir(parents=True, exist_ok=True)
        pictures: list[str] = []
        if not arguments.no_picture:
            from .figure import draw, draw_ablations

            output = arguments.output
            pictures = [
                draw(runs, arguments.runs, output.with_suffix(".png")),
                draw_ablations(runs, output.with_name(f"{output.stem}-ablations.png")),
            ]
        with written_whole(arguments.output) as file:
            file.write(document(runs, pictures, arguments.remarks.read_text("utf-8") if arguments.remarks else ""))
        with written_whole(arguments.output.with_suffix(".json")) as file:
            json.dump(as_plain(runs), file, indent=1)
    except MotionMixError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(arguments.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
