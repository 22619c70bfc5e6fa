"""Tables of finished ablations, and what the size of the data says."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from motionmix_core.metrics.report import Estimate, Table
from training.reporting.extrapolation import fit_law

from .plan import Plan

COLUMNS = (
    "validation loss",
    "error@0.5",
    "error@0.9",
    "text gain@0.9",
    "slide@0.5",
    "jerk@0.5",
    "R@3 of all",
    "FID (8 axes)",
    "KID",
    "skating",
    "jitter",
)
FORMATS = {"error@0.5": ".4f", "error@0.9": ".4f", "text gain@0.9": ".4f", "jerk@0.5": ".2f", "jitter": ".1f"}
BEFORE = "before"
PLOTTED = ("validation loss", "error@0.9", "text gain@0.9", "jerk@0.5")
DATA_SIZE = "data-size"
SAMPLES_TO_TRAINING, REAL_TO_TRAINING = "samples to training", "real to training"
EXTRAPOLATED = ("loss@0.9", "error@0.9", "text gain@0.9", "R@3 of all", "KID", "jitter")


def save_results(
    plan: Plan,
    found: Mapping[str, Sequence[Mapping[str, Any]]],
    facts: Mapping[str, Any],
    folder: Path,
    before: Mapping[str, float] | None = None,
) -> Path:
    """<folder>/<plan>.json: each arm's measures, one entry a seed; `before`: of the weights they began with."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{plan.name}.json"
    config = plan.arms[0].config
    plain = {
        "title": plan.title,
        "question": plan.question,
        "steps": config.steps,
        "batch": config.batch,
        "facts": dict(facts),
        BEFORE: None if before is None else _rounded(before),
        "arms": {
            arm.name: {
                "label": arm.label,
                "share": arm.data.share,
                "runs": [_rounded(run) for run in found.get(arm.name, ())],
            }
            for arm in plan.arms
        },
    }
    path.write_text(json.dumps(plain, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def kept_results(folder: Path) -> dict[str, dict[str, Any]]:
    """The measures that <folder>/*.json hold, by the digest of what was run (`Arm.digest`)."""
    tables = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
    runs = [run for table in tables for arm in table["arms"].values() for run in arm["runs"]]
    return {
        run["digest"]: {name: value for name, value in run.items() if name not in ("seed", "digest")}
        for run in runs
        if "digest" in run
    }


def table_of(stored: Mapping[str, Any]) -> Table:
    """A row an arm; ± over seeds, left away where there is only one. Columns that nobody measured are left out."""
    rows = {}
    before = stored.get(BEFORE)
    if before:
        rows["before any of these steps"] = {c: Estimate(before[c]) for c in COLUMNS if c in before}
    for arm in stored["arms"].values():
        runs = arm["runs"]
        if runs:
            name = f"{arm['label']} ({len(runs)} seed{'s' if len(runs) > 1 else ''})"
            rows[name] = {c: Estimate.of([run[c] for run in runs]) for c in COLUMNS if c in runs[0]}
    return Table(stored["title"], _measured(rows), rows, formats=FORMATS, row_header="arm")


def differences_of(stored: Mapping[str, Any]) -> Table | None:
    """Each arm less the first, seed by seed, so that what a seed brings falls away; None without two common seeds.

    ± is the 95 % interval over seeds by Student's t, which is wide for two or three.
    """
    arms = list(stored["arms"].values())
    first = {run["seed"]: run for run in arms[0]["runs"] if "seed" in run}
    rows = {}
    for arm in arms[1:]:
        pairs = [(run, first[run["seed"]]) for run in arm["runs"] if run.get("seed") in first]
        if len(pairs) >= 2:
            columns = [c for c in COLUMNS if c in pairs[0][0] and c in pairs[0][1]]
            rows[f"{arm['label']} ({len(pairs)} pairs)"] = {
                c: _paired([a[c] - b[c] for a, b in pairs]) for c in columns
            }
    if not rows:
        return None
    return Table(
        f"{stored['title']}: less {arms[0]['label']}", _measured(rows), rows, formats=FORMATS, row_header="arm"
    )


def _paired(values: Sequence[float]) -> Estimate:
    """Mean and t interval of a few differences."""
    from scipy.stats import t

    count = len(values)
    half = float(t.ppf(0.975, count - 1) * np.std(values, ddof=1) / np.sqrt(count))
    return Estimate(float(np.mean(values)), half, count)


def _measured(rows: Mapping[str, Mapping[str, Estimate]]) -> tuple[str, ...]:
    return tuple(c for c in COLUMNS if any(c in row for row in rows.values()))


def ablations_text(folder: Path) -> str:
    """The report's section: what somebody made of the tables, and where they are."""
    if not any(folder.glob("*.json")):
        return "No ablation has been run yet: `python -m training.ablate`.\n"
    remarks = folder / "remarks.md"
    seen = remarks.read_text(encoding="utf-8") + "\n" if remarks.exists() else ""
    return f"{seen}All tables: [{folder.name}.md]({folder.name}.md).\n"


def write_page(folder: Path) -> Path:
    """<folder>.md: all finished ablations, their tables and plots (which go into the folder)."""
    head = (
        "# Ablations\n\nMade by `python -m training.ablate`.\n\n"
        "Every arm has the same budget and is measured on the clean clips of the validation split, on the same windows "
        "and in the same units; the short runs show which way a choice leans, not what the shipped model gains by it. "
        "Where seeds are few or intervals reach 0, nothing has been shown. error@x: mean distance of the joints from "
        "the truth, in metres, at the place x of the schedule (0.9 = nearly noise). text gain: by how much it grows "
        "with another clip's caption. slide: speed of planted feet in m/s. jerk: third differences over the truth's.\n"
    )
    remarks = folder / "remarks.md"
    seen = ["## In words\n", remarks.read_text(encoding="utf-8")] if remarks.exists() else []
    sections = [_section(json.loads(p.read_text(encoding="utf-8")), p) for p in sorted(folder.glob("*.json"))]
    page = folder.with_suffix(".md")
    page.write_text("\n".join([head, *seen, *sections]), encoding="utf-8")
    return page


def _section(stored: Mapping[str, Any], path: Path | None = None) -> str:
    """Tables of one ablation; with `path`, that of its JSON, a plot beside it."""
    runs = [run for arm in stored["arms"].values() for run in arm["runs"]]
    if not runs:
        return f"### {stored['title']}\n\n{stored['question']} Not run yet.\n"
    missing = [arm["label"] for arm in stored["arms"].values() if not arm["runs"]]
    differences = differences_of(stored)
    lines = [
        table_of(stored).markdown(),
        *([differences.markdown()] if differences else ()),
        f"{stored['question']} {stored['steps']:,} steps of {stored['batch']} windows, "
        f"{runs[0]['parameters'] / 1e6:.1f} M parameters, {stored['facts'].get('device', 'CPU')}.",
    ]
    if missing:
        lines.append(f"Not run: {'; '.join(missing)}.")
    if path is not None:
        from training.reporting.figures import arms_figure

        arms = [(arm["label"], arm["runs"]) for arm in stored["arms"].values() if arm["runs"]]
        plotted = [name for name in PLOTTED if all(name in run for _, runs in arms for run in runs)]
        if plotted:
            picture = arms_figure(arms, plotted, path.with_suffix(".png"))
            lines.append(f"\n![{stored['title']}]({path.parent.name}/{picture.name})")
    return "\n".join(lines) + "\n"


def data_size_text(folder: Path, pictures: Path, beside: Path) -> str:
    """The section about the data's size: the arms' table, the laws through them, the picture of the first."""
    path = folder / f"{DATA_SIZE}.json"
    stored = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"arms": {}}
    points = [(arm["share"], run) for arm in stored["arms"].values() for run in arm["runs"]]
    if not points:
        return "By training: not measured (`python -m training.ablate data-size`).\n"
    text = _section(stored) + _nearness_text(stored)
    shares = sorted({share for share, _ in points})
    if len(shares) < 3:
        return text + "\nToo few shares of the data are finished to extrapolate.\n"
    from training.reporting.figures import extrapolation_figure

    measures = [name for name in EXTRAPOLATED if all(name in run for _, run in points)]
    laws = {name: fit_law([s for s, _ in points], [run[name] for _, run in points]) for name in measures}
    rows = [
        f"| {name} | {law.at(1):.4g} | {law.at(2):.4g} | {law.at(4):.4g} | {_spread(name, points)} |"
        for name, law in laws.items()
    ]
    first = laws[measures[0]]
    picture = extrapolation_figure(
        [share for share, _ in points],
        [run[measures[0]] for _, run in points],
        (first.limit, first.scale, first.power),
        f"{measures[0]} on validation",
        pictures / "data-size.png",
    )
    return text + (
        "\nPower laws through these points, to more data than there is: an extrapolation of few points. Where a step of"
        " the law is smaller than the spread of seeds, the data's size was not seen to matter at this budget.\n\n"
        "| measure | all the data | twice | four times | spread of seeds |\n|---|---:|---:|---:|---:|\n"
        + "\n".join(rows)
        + f"\n\n![data size]({picture.relative_to(beside).as_posix()})\n"
    )


def _nearness_text(stored: Mapping[str, Any]) -> str:
    """How near each arm's samples lie to the clips that it was taught on; nothing where no run was asked."""
    rows = []
    for arm in stored["arms"].values():
        runs = [run for run in arm["runs"] if SAMPLES_TO_TRAINING in run]
        if runs:
            made, real = (Estimate.of([run[key] for run in runs]) for key in (SAMPLES_TO_TRAINING, REAL_TO_TRAINING))
            rows.append(f"| {arm['label']} | {len(runs)} | {made:.3f} | {real:.3f} | {made.mean / real.mean:.2f} |")
    if not rows:
        return ""
    return (
        "\nSamples of these networks for validation captions, held against the clips that each was taught on: median "
        "metres to the nearest two seconds, beside real motion for the same captions. Networks that learn by heart "
        "come nearer than real motion does where they have less to learn.\n\n"
        "| arm | seeds | samples | real motion | samples over real |\n|---|---:|---:|---:|---:|\n"
        + "\n".join(rows)
        + "\n"
    )


def _spread(name: str, points: Sequence[tuple[float, Mapping[str, Any]]]) -> str:
    """Standard deviation of a measure about its share's mean; a dash with one seed each."""
    values = {share: [run[name] for at, run in points if at == share] for share, _ in points}
    apart = [value - float(np.mean(some)) for some in values.values() for value in some if len(some) > 1]
    free = sum(len(some) - 1 for some in values.values())
    return f"{np.sqrt(np.square(apart).sum() / free):.2g}" if free else "–"


def _rounded(run: Mapping[str, Any]) -> dict[str, Any]:
    return {key: round(value, 5) if isinstance(value, float) else value for key, value in run.items()}
