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

from .arms import ABLATIONS, ARMS, MAIN
from .kept import FINE
from .report_text import PREFACE, notes_of, settings_lines

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
            if (path.parent / FINE).exists():
                run["fine"] = json.loads((path.parent / FINE).read_text("utf-8"))
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
            note = "" if done == len(seeds) else f" ({done} seed{'s' if done > 1 else ''})"
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
            seeds = len(runs.arms[arm.name])
            rows[f"{arm.title} ({seeds} seed{'s' if seeds > 1 else ''})"] = estimates(runs.arms[arm.name])
    return Table("Ablations", COLUMNS, rows, formats=FORMATS, row_header="trained on")


def fine_table(runs: Runs) -> Table | None:
    """The runs sampled again by DDPM with every step below timestep 30; None if none was."""
    rows = {}
    for name, arm in ARMS.items():
        again = [run["fine"] for run in runs.arms.get(name, {}).values() if "fine" in run]
        if again:
            rows[f"{arm.title} ({len(again)} seed{'s' if len(again) > 1 else ''})"] = {
                column: over_seeds([measures[column] for measures in again]) for column in COLUMNS
            }
    note = "DDPM, 25 steps down to timestep 30 and then every one, on the same networks."
    return Table("The same networks, other steps", COLUMNS, rows, (note,), FORMATS, "trained on") if rows else None


def verdict_lines(runs: Runs) -> list[str]:
    """The comparisons that the question is about, each measure in words."""
    lines = []
    for arm, other in (("motionmix", "full"), ("motionmix", "half"), ("motionmix", "plain"), ("plain", "full"),
                       ("motionmix", "noisy-half"), ("strong-motionmix", "strong-plain")):  # fmt: skip
        gains = compared(runs, arm, other)
        if not gains:
            continue
        lines += ["", f"**{ARMS[arm].title}** against **{ARMS[other].title}**:", ""]
        for name, gain in gains.items():
            shown = format(gain, FORMATS.get(name, ".3f"))
            lines.append(f"- {name}: {verdict(gain)} ({shown})")
    return lines


def document(runs: Runs, picture: str | None, remarks: str = "") -> str:
    """The report as Markdown. remarks: what somebody saw who looked at the motions."""
    parts = [PREFACE, *settings_lines(runs.real, runs.arms), "", "## Result", "", main_table(runs).markdown()]
    if picture:
        parts += [f"![The measures of each arm, one dot a seed, and the losses]({picture})", ""]
    parts += [
        "## What it says",
        "",
        "Differences seed by seed; above 0 is better. Of diversity, multimodality, skating and jerk, better is what is",
        "nearer to real test clips. Intervals are 95 %, by Student's t over the seeds.",
        *verdict_lines(runs),
        "",
    ]
    table = ablation_table(runs)
    if table is not None:
        parts += ["## Ablations", "", table.markdown()]
    table = fine_table(runs)
    if table is not None:
        parts += ["## Sampled as the paper does", "", table.markdown()]
    if remarks:
        parts += ["## Seen in the motions", "", remarks.strip(), ""]
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
        picture = None
        if not arguments.no_picture:
            from .figure import draw

            picture = draw(runs, arguments.runs, arguments.output.with_suffix(".png"))
        with written_whole(arguments.output) as file:
            file.write(document(runs, picture, arguments.remarks.read_text("utf-8") if arguments.remarks else ""))
        with written_whole(arguments.output.with_suffix(".json")) as file:
            json.dump(as_plain(runs), file, indent=1)
    except MotionMixError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(arguments.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
