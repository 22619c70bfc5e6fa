"""Choose how much of the motion model goes into short gaps: python -m training.choose_gap_shares

Learned curves (`pretrained/in-between`) are the mean of what may happen in a gap; the motion model, which starts from
them, brings the liveliness of one body and errors of its own. This command mixes both by every share, on gaps of
validation clips, by the LAFAN1 protocol and with motion known on both sides, and says which share misses least by the
three measures together, each over what spherical interpolation scores. The shares chosen stand in
`motionmix_core/editing/in_between.py` (MADE_SHARE).
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from motionmix_core.editing import Edit, EditSettings, in_between
from motionmix_core.errors import MotionMixError
from motionmix_core.generation import Generator
from motionmix_core.metrics.report import Estimate, Table
from motionmix_core.motion.motion import Motion
from training.evaluation.clip_cache import DEFAULT_CACHE, open_cache
from training.evaluation.tasks.inbetween import GOES_ON, PAST, TARGET, Gaps, gaps_of
from training.evaluation.tasks.setup import TaskSetup, physical, seam_ratio

GAPS = (5, 10, 15, 22, 30, 45)
SHARES = (0.0, 0.125, 0.25, 0.375, 0.5, 0.75, 1.0)
MEASURES = ("L2P", "L2Q", "NPSS")
COLUMNS = (*MEASURES, "mean", "seam / p95", "jitter", "skate Kimodo")


@dataclass(frozen=True, eq=False)
class Answer:
    """What the motion model answered for one gap: as a request's result holds it."""

    made: Motion
    contacts: NDArray[np.bool_]


def answers(setup: TaskSetup, gaps: Gaps) -> list[Answer]:
    """One for each window; they don't depend on shares."""
    found = []
    for real in gaps.real:
        result = setup.generator.generate(_edit(setup, gaps, real, 0.0).request)
        found.append(Answer(result[0], result.contacts[0]))
    return found


def table_of(setup: TaskSetup, gaps: Gaps, made: Sequence[Answer], shares: Sequence[float] = SHARES) -> Table:
    """A row a share; L2P, L2Q, NPSS and their mean over slerp's."""
    base = gaps.judge.scores(gaps.missing(gaps.slerp()))
    seams = [PAST, PAST + gaps.gap]
    table = Table(
        title=f"{gaps.gap} missing frames, {gaps.behind} known behind "
        f"({setup.split}, {len(gaps.real)} windows), measures over slerp's",
        columns=COLUMNS,
        row_header="share of the motion model",
        formats=dict.fromkeys(COLUMNS, ".3f") | {"jitter": ".1f"},
    )
    for share in shares:
        finished = [
            _edit(setup, gaps, real, share).finish(answer.made, answer.contacts)
            for real, answer in zip(gaps.real, made, strict=True)
        ]
        ratios = {name: value / base[name] for name, value in gaps.judge.scores(gaps.missing(finished)).items()}
        ratios["mean"] = float(np.mean(list(ratios.values())))
        row = {name: Estimate.of([value]) for name, value in ratios.items()}
        places = [seam_ratio(m, seams, r.positions()) for m, r in zip(finished, gaps.real, strict=True)]
        body = [physical(motion) for motion in finished]
        row["seam / p95"] = Estimate.of(places)
        row |= {name: Estimate.of([b[name] for b in body]) for name in ("jitter", "skate Kimodo")}
        table.rows[f"{share:g}"] = row
    return table


def best(table: Table) -> float:
    """The share of the least mean."""
    return float(min(table.rows, key=lambda name: table.rows[name]["mean"].mean))


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line; returns the exit status (2 for missing data)."""
    parser = argparse.ArgumentParser(prog="python -m training.choose_gap_shares", description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", type=Path, default=Path("pretrained/base-cmu"))
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE, help="prepared motion")
    parser.add_argument("--limit", type=int, default=60, help="windows a gap")
    parser.add_argument("--gaps", type=int, nargs="+", default=list(GAPS), help="missing frames at 30 a second")
    parser.add_argument(
        "--behind", type=int, nargs="+", default=[TARGET, GOES_ON], help="frames known after the gap, a choice for each"
    )
    arguments = parser.parse_args(argv)
    model = arguments.model.resolve()
    try:
        cache = open_cache(arguments.cache)
        setup = TaskSetup(Generator(model.parent, threads=1), model.name, cache, "val", arguments.limit)
        chosen = []
        for behind, gap in itertools.product(arguments.behind, arguments.gaps):
            gaps = gaps_of(setup, gap, behind)
            table = table_of(setup, gaps, answers(setup, gaps))
            print(table.markdown(), flush=True)
            chosen.append((behind, round((gap + 1) / cache.fps, 2), best(table)))
    except MotionMixError as error:
        print(f"choose_gap_shares: {error}", file=sys.stderr)
        return 2
    print("frames known behind, seconds, shares:", chosen)
    return 0


def _edit(setup: TaskSetup, gaps: Gaps, real: Motion, share: float) -> Edit:
    settings = EditSettings(seed=setup.seed, steps=setup.steps, model=setup.model)
    return in_between(real, [], PAST, PAST + gaps.gap - 1, settings, shares=((0.0,), (share,)))


if __name__ == "__main__":
    sys.exit(main())
