"""The page: Markdown from measurements, each section saying plainly what its numbers do and don't show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from motionmix_core.metrics.report import Estimate, Table
from training.evaluation.physical import FORMATS
from training.evaluators.judge import Judge

from . import goals
from .copying import copying_text, less_real
from .curves import TITLES, Point
from .density_text import density_text
from .extrapolation import fit_law
from .measurements import MODEL_ROW, NEAREST_ROW, Measurements
from .memory import Nearest
from .scores import AXES, FLOOR, REAL, SHUFFLED
from .uncertainty import ratio

COLUMNS = (
    "R@1 of 32", "R@2 of 32", "R@3 of 32", "R@1 of all", "R@2 of all", "R@3 of all", "MM-Dist",
    f"FID ({AXES} axes)", "FID (all)", "KID", "diversity", "multimodality",
)  # fmt: skip
_FORMATS = dict.fromkeys(COLUMNS, ".3f") | {"MM-Dist": ".2f", "diversity": ".2f", "multimodality": ".2f"}


@dataclass(frozen=True)
class Page:
    """All that goes onto it. facts: head of the page. sections: further (title, Markdown) in order."""

    name: str
    facts: Mapping[str, Any]
    measured: Measurements
    judges: Sequence[Judge]
    seconds_for_six: float | None = None
    sections: Sequence[tuple[str, str]] = field(default_factory=tuple)
    distances: str | None = None  # the picture of distances to training clips
    density: str | None = None  # the picture of distances against takes and speed

    def markdown(self) -> str:
        """The whole page."""
        parts = [
            f"# Report: {self.name}\n",
            "Made by `python -m training.report`; every number below comes from that command's run.\n",
            "\n".join(f"- {name}: {value}" for name, value in self.facts.items()) + "\n",
            "## Goals\n",
            goals.markdown(judged(self.measured, self.seconds_for_six)),
        ]
        if self.measured.lacking:
            lines = "\n".join(f"- {line}" for line in self.measured.lacking)
            parts.append(f"Not finished in the time that was given, and so left out:\n\n{lines}\n")
        parts += ["## Text and motion, by judges of our own\n", judges_text(self.judges), main_text(self.measured)]
        parts += ["## Feet, shaking, floor\n", physical_text(self.measured)]
        parts += ["## Is it copying?\n", memory_text(self.measured)]
        parts += [f"![distances to the training clips]({self.distances})\n"] if self.distances else []
        if self.measured.density:
            parts += [density_text(self.measured.density, REAL, MODEL_ROW, self.density)]
        for title, text in self.sections:
            parts += [f"## {title}\n", text]
        return "\n".join(parts)


def judged(measured: Measurements, seconds_for_six: float | None) -> list[goals.Goal]:
    """The goals that this project set for its model (on the test split; each judge's numbers are averaged)."""
    recall, real_recall = _mean(measured, MODEL_ROW, "R@3 of all"), _mean(measured, REAL, "R@3 of all")
    fid, floor = _mean(measured, MODEL_ROW, f"FID ({AXES} axes)"), _mean(measured, FLOOR, f"FID ({AXES} axes)")
    skating = _physical(measured, MODEL_ROW, "skate GMD")
    jitter, real_jitter = _physical(measured, MODEL_ROW, "jitter"), _physical(measured, REAL, "jitter")
    shaking = None if jitter is None or real_jitter is None else ratio(jitter, real_jitter)
    made, real = (_median(measured.memory.get(name)) for name in (MODEL_ROW, REAL))
    cases = measured.cases.get("test", ())
    apart = less_real(cases) if cases else None
    return [
        goals.Goal("R@3 of all", recall, _times(real_recall, 0.85), False, "85 % of real test clips"),
        goals.Goal(f"FID ({AXES} axes)", fid, _times(floor, 3.0), True, "three times real against real"),
        goals.Goal("skating", _value(skating), 0.06, True, "GMD's definition", sure=_half(skating)),
        goals.Goal(
            "jitter",
            None if shaking is None else abs(shaking.mean - 1),
            0.15,
            True,
            f"{_side(shaking)}distance from real test clips",
            ".0%",
            _half(shaking),
        ),
        goals.Goal(
            "distance to training clips",
            made,
            real,
            False,
            "median in metres, as far as test clips; [why](#why-so-near)",
            sure=_half(apart),
        ),
        goals.Goal("a 6 s clip", seconds_for_six, 1.0, True, "seconds on 2 cores, warm", ".2f"),
    ]


def judges_text(judges: Sequence[Judge]) -> str:
    """Who judges, and how well on held-out pairs."""
    lines = [
        "Text-motion encoders of this repository, TMR-like (InfoNCE both ways, near-duplicate captions left out of",
        "the negatives), taught on the training split alone and stopped on the validation split. They see joint",
        "positions only and read captions by words and letter groups of their own, so that they share no text encoder",
        "with the generator. The numbers mean nothing beside published ones: other data, other judges.\n",
        "| judge | parameters | step (of those run) | processor minutes | R@1 / R@3 / R@10 of the validation pool |",
        "|---|---:|---:|---:|---|",
    ]
    for judge in judges:
        record, scores = judge.record, judge.record["validation"]
        lines.append(
            f"| {judge.name} | {record['parameters'] / 1e6:.2f} M | {record['step']:,} ({record['steps_run']:,}) | "
            f"{record['minutes']:.0f} | {scores['R@1']:.2f} / {scores['R@3']:.2f} / {scores['R@10']:.2f} of "
            f"{scores['pool']:.0f} |"
        )
    return "\n".join(lines) + "\n"


def main_text(measured: Measurements) -> str:
    """A table a judge."""
    if not measured.rows:
        return "Not measured.\n"
    parts = [
        f"{measured.stretches} captioned stretches of {measured.clips} test clips, as recorded and mirrored; "
        f"{measured.samples} samples of the model, one for each of the first {len(measured.words)} captions of every "
        f"stretch and side ({measured.caption_groups} groups of captions "
        "that say the same, at a cosine of 0.95 between sentence vectors). 20 repeats, ± is the 95 % interval over "
        "them: it covers the choice of captions, samples, pools and halves, not that the test clips are few.\n",
        f"FID and KID compare {measured.stretches // 2 * 2} motions with as many real ones of the other half of the "
        f"test stretches. So few motions bias FID upwards, which is why it is also taken in the {AXES} main axes of "
        "the training motions, and why real against real isn't 0. Hits of R@k are counted by groups of captions. "
        "R@k: more is better; MM-Dist, FID, KID: less is; diversity: as real clips.\n",
    ]
    for judge, rows in measured.rows.items():
        full = {name: dict(row) for name, row in rows.items()}
        if judge in measured.multimodality:
            full[MODEL_ROW]["multimodality"] = measured.multimodality[judge]
        parts.append(Table(judge, COLUMNS, full, formats=_FORMATS, row_header="motions").markdown())
    parts.append(_in_words(measured))
    parts.append(_by_caption_text(measured))
    return "\n".join(parts)


def _in_words(measured: Measurements) -> str:
    """The main table's answer in two sentences: does it follow captions, and better than a search would."""
    column = "R@3 of all"
    values = {name: _mean(measured, name, column) for name in (REAL, SHUFFLED, NEAREST_ROW, MODEL_ROW)}
    if any(value is None for value in values.values()):
        return ""
    real, chance, search, made = (float(value or 0.0) for value in values.values())
    span = max(real - chance, 1e-9)
    wins = sum(rows[MODEL_ROW][column].mean > rows[NEAREST_ROW][column].mean for rows in measured.rows.values())
    kid, floor = _mean(measured, MODEL_ROW, "KID"), _mean(measured, FLOOR, "KID")
    tail = "" if kid is None or floor is None else f" KID, which small sets don't bias: {kid:.3f}, real {floor:.3f}."
    return (
        f"In words: by {column}, captions dealt out at random are 0 % and real clips 100 %; the model lies at "
        f"{(made - chance) / span:.0%}, a search for the nearest training caption at {(search - chance) / span:.0%}. "
        f"It follows captions better than a search would by {wins} of {len(measured.rows)} judges. Above 100 % means "
        f"plainer motion than real clips, not better: see FID and KID.{tail}\n"
    )


def _by_caption_text(measured: Measurements) -> str:
    titles = [f"caption {number + 1} ({words:.0f} words)" for number, words in enumerate(measured.words)]
    rows = {name: dict(zip(titles, found, strict=True)) for name, found in measured.by_caption.items()}
    note = "Of each stretch the first caption is short, the second fuller, the third a paraphrase."
    return Table("R@3 of all, by caption", tuple(titles), rows, (note,), row_header="motions").markdown()


def physical_text(measured: Measurements) -> str:
    """The model beside real clips."""
    if not measured.physical:
        return "Not measured.\n"
    table = Table(
        "Measures that need no judge",
        tuple(FORMATS),
        measured.physical,
        formats=FORMATS,
        row_header="motions",
        notes=("Definitions: `motionmix_core.metrics`. ± is the 95 % interval over motions. The foot lock is on.",),
    )
    return table.markdown()


def memory_text(measured: Measurements) -> str:
    """Distances to the training set, and the samples that come nearest."""
    if not measured.memory:
        return "Not measured.\n"
    lines = [
        "Of each motion, the two seconds that come nearest to any two seconds of any training clip (recorded or",
        "mirrored, turned and moved to start alike): root mean square distance of the joints, in metres. Test clips",
        "are other performances than the training clips, so a sample that lies nearer than they do either owes more to",
        "one training clip than a new performance would, or moves less: quiet motion lies near to something whoever",
        "makes it (“Why so near” tells the two apart). So the distance is also given over the spacing there, which is",
        "how far the training clip that was found is itself from the nearest of the other takes: a copy comes out near",
        "0, and what is below 1/2 owes its motion to one clip. Clips made by formula or by repeating a gait are not",
        "among the training clips here.\n",
        "| motions | nearest | 5 % | median | 95 % | over the spacing, median | below 1/2 of it |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for name, found in measured.memory.items():
        metres = np.array([nearest.metres for nearest in found])
        low, middle, high = np.percentile(metres, (5, 50, 95))
        spaced = np.array([nearest.in_spacings for nearest in found])
        lines.append(
            f"| {name} ({len(found)}) | {metres.min():.3f} | {low:.3f} | {middle:.3f} | {high:.3f} | "
            f"{np.median(spaced):.2f} | {(spaced < 0.5).mean():.0%} |"
        )
    if MODEL_ROW in measured.memory and REAL in measured.memory:
        made, real = ([n.metres for n in measured.memory[name]] for name in (MODEL_ROW, REAL))
        share = float((np.array(made) < np.percentile(real, 5)).mean())
        lines += ["", f"{share:.0%} of the samples lie nearer than the nearest 5 % of test clips do."]
    lines += [copying_text(measured.cases, measured.density.fresh if measured.density else None)]
    lines += ["The samples that lie nearest:", ""]
    lines += [
        f"- “{order.prompt}” from {n.own_seconds:.1f} s on: {n.metres:.3f} m from {n.clip} at {n.at_seconds:.1f} s "
        f"({n.in_spacings:.1f} times the spacing there)"
        for order, n in measured.copies
    ]
    return "\n".join(lines) + "\n"


def coverage_text(measured: Measurements) -> str:
    """What the training clips cover, by how many of them there are."""
    if not measured.coverage:
        return "Not measured.\n"
    lines = [
        "Without training a network: what a search among the training captions finds for the test captions, as takes",
        "are added (three draws of each share; ± over draws, judges and captions). While it still moves, more clips",
        "would bring more. How near motion lies to so many takes stands above, under “Why so near”.\n",
        "| takes | R@3 of all, nearest training clip |",
        "|---:|---:|",
    ]
    lines += [f"| {c.share:.0%} | {c.recall} |" for c in measured.coverage]
    if len(measured.coverage) >= 3:
        shares = [c.share for c in measured.coverage]
        recall = fit_law(shares, [c.recall.mean for c in measured.coverage])
        lines += [
            "",
            f"A power law through these points: with twice as many takes {recall.at(2):.3f}, with four times as many "
            f"{recall.at(4):.3f}, an extrapolation of few points.",
        ]
    return "\n".join(lines) + "\n"


def curve_text(measured: Measurements, picture: str | None) -> str:
    """Quality against steps."""
    if not measured.curve:
        return "Not measured.\n"
    lines = [
        f"{measured.curve_stretches} captions of the validation split, the same start noise at every point; ± over the",
        f"judges (R@3, MM-Dist, FID in {AXES} axes against real validation motions) or over motions (skating, jitter).",
        "Costs are processor seconds a sample on one core.\n",
        "| sampler | steps | R@3 of all | MM-Dist | FID | skating | jitter | seconds |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for p in measured.curve:
        lines.append(
            f"| {TITLES[p.sampler]} | {p.steps} | {p.recall:.3f} | {p.distance:.2f} | {p.fid:.3f} | {p.skating:.3f} | "
            f"{p.jitter:.1f} | {p.cost:.2f} |"
        )
    real = measured.curve_real
    if real:
        lines.append(
            f"| real clips | – | {real['recall']:.3f} | {real['distance']:.2f} | – | – | {real['jitter']:.1f} | – |"
        )
    lines += ["", _few_against_many(measured.curve)]
    if picture:
        lines += ["", f"![quality against steps]({picture})"]
    return "\n".join(lines) + "\n"


def _few_against_many(points: Sequence[Point]) -> str:
    """What the fewest, the usual and the most steps differ by, sampler by sampler."""
    said = []
    for sampler in dict.fromkeys(p.sampler for p in points):
        line = [p for p in points if p.sampler == sampler]
        most = line[-1]
        parts = [
            f"{p.steps} steps cost {p.cost / most.cost:.0%} of {most.steps}, FID {p.fid.mean - most.fid.mean:+.1f}, "
            f"jitter {p.jitter.mean / most.jitter.mean - 1:+.0%}"
            for p in line[:-1]
            if p.steps in (4, 8, 16)
        ]
        said += [f"{TITLES[sampler]}: {'; '.join(parts)}."] if parts else []
    return " ".join(said) + f" R@3 of {points[0].samples} captions moves by {1 / points[0].samples:.3f} a caption."


def sheets_text(paths: Sequence[Path], beside: Path, notes: str) -> str:
    """Sheets and what somebody saw on them."""
    pictures = "\n".join(f"![{path.stem}]({path.relative_to(beside).as_posix()})" for path in paths)
    head = (
        "One sample each of the sixty prompts of `training/reports/prompts.txt` (thirty of the data's own words, then "
        "thirty free ones), first seed, the model's own settings, each prompt taken literally (the extension has "
        "openings and parts). Left limbs blue, right limbs red, green dots = feet in contact.\n"
    )
    return f"{head}\n{notes}\n{pictures}\n" if paths else f"{head}\nNot drawn.\n"


def _mean(measured: Measurements, row: str, measure: str) -> float | None:
    values = [rows[row][measure].mean for rows in measured.rows.values() if measure in rows.get(row, {})]
    return float(np.mean(values)) if values else None


def _physical(measured: Measurements, row: str, measure: str) -> Estimate | None:
    estimates: Mapping[str, Estimate] | None = measured.physical.get(row)
    return estimates[measure] if estimates else None


def _value(estimate: Estimate | None) -> float | None:
    return None if estimate is None else estimate.mean


def _half(estimate: Estimate | None) -> float | None:
    """Half of its interval, None where it has none."""
    return None if estimate is None or estimate.repeats < 2 else estimate.interval


def _side(shaking: Estimate | None) -> str:
    """On which side of real clips the model's jitter lies."""
    return "" if shaking is None else "above, " if shaking.mean > 1 else "below, "


def _median(found: Sequence[Nearest] | None) -> float | None:
    return float(np.median([nearest.metres for nearest in found])) if found else None


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor
