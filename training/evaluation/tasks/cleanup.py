"""Clean-up of captures with faults of known size, beside the filters that are usual for it.

The filters' widths are chosen for each fault on validation clips, by the acceleration error and by the distance: the
strongest filters there can be. All measures count the less the better.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from motionmix_core.editing import EditSettings, clean_up
from motionmix_core.metrics.jitter import acceleration_error, jitter
from motionmix_core.metrics.report import Table
from motionmix_core.metrics.skating import contact_skating
from motionmix_core.mixed_data.corruption import Drift, DroppedFrames, Fault, FootSlide, JointJitter, clip_generator
from motionmix_core.motion.contacts import foot_contacts
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.skeleton import JOINT_NAMES
from training.evaluation.tasks.filters import tuned
from training.evaluation.tasks.setup import TaskSetup, estimates
from training.evaluation.tasks.windows import Window, thinned, windows

FRAMES = 120
PER_CLIP = 3
TUNED_ON = 12
"""Windows of the validation split on which the filters are tuned."""

FAULTS: Mapping[str, tuple[Fault, ...]] = {
    "clean": (),
    "jitter, weak": (JointJitter(0.3, 0.01, 0.05),),
    "jitter": (JointJitter(0.3, 0.02, 0.1),),
    "jitter, strong": (JointJitter(0.3, 0.04, 0.2),),
    "drift, weak": (Drift(0.025),),
    "drift": (Drift(0.05),),
    "slide": (FootSlide(0.1, 0.1),),
    "slide, strong": (FootSlide(0.2, 0.2),),
    "dropped, few": (DroppedFrames(0.05, 0.1),),
    "dropped": (DroppedFrames(0.1, 0.2),),
    "all": (JointJitter(0.3, 0.02, 0.1), FootSlide(0.1), Drift(0.025), DroppedFrames(0.05, 0.15)),
}
TRAVEL = 1.0
"""Metres that a window must travel for a slide, which is a share of the travel, to be there."""

ACCELERATION, PLACE, SKATE, JITTER, HANDS = COLUMNS = (
    "acceleration error m/s²",
    "place cm",
    "contact skate cm/s",
    "jitter off %",
    "fast hands off %",
)
FAST = 2.0
"""Metres a second: hands that get that fast in the true motion count for their peak speed."""

LEAST_ERROR = 0.5
"""m/s²: faults that add less acceleration than that are smooth ones."""

ENDS = [JOINT_NAMES.index(name) for name in ("left_wrist", "right_wrist")]
NOTES = (
    "Place: mean distance from the true joints. Contact skate: speed of the joints that stand in the true motion, "
    "there. Jitter, fast hands: how far the mean jerk, and the peak speed of hands that get faster than 2 m/s, are "
    "off the true motion's.",
)


def measure(setup: TaskSetup) -> list[Table]:
    """A summary, then a table a fault: the faulty capture, the filters, ours."""
    tables = []
    for name, faults in FAULTS.items():
        chosen = _chosen(setup, setup.split, faults, setup.limit)
        table = Table(
            title=f"Clean-up: {name} ({setup.split}, {len(chosen)} windows)",
            columns=COLUMNS,
            row_header="method",
            notes=NOTES,
        )
        methods: dict[str, Callable[[Motion], Motion]] = {"as captured": lambda motion: motion}
        methods |= _filters(setup, faults)
        methods["ours"] = lambda motion: _ours(setup, motion)
        faulty = [with_faults(faults, window) for window in chosen]
        for method, apply in methods.items():
            rows = [row(apply(motion), window.motion) for motion, window in zip(faulty, chosen, strict=True)]
            table.rows[method] = estimates(rows)
        table.rows["true motion"] = estimates([row(window.motion, window.motion) for window in chosen])
        tables.append(table)
    return [summary(tables, setup.split), *tables]


def summary(tables: list[Table], split: str) -> Table:
    """What ours takes off each fault, and on how many of the measures it beats every filter."""
    columns = ("acceleration error", "skating", "skating beyond the true", "measures better than all filters")
    found = Table(
        title=f"Clean-up: change by ours ({split})",
        columns=columns,
        row_header="fault",
        notes=(
            "Shares of the fault's own value; five measures in all. A dash where there is next to nothing to take off: "
            "the fault adds less than 0.5 m/s² of acceleration error (filters add more to a clean motion), or makes "
            "feet skate by less than a tenth more than the true motion's do.",
        ),
        formats=dict.fromkeys(columns[:3], ".2f") | {columns[3]: ".0f"},
    )
    for table in tables:
        before, ours, true = table.rows["as captured"], table.rows["ours"], table.rows["true motion"]
        filters = [
            values for method, values in table.rows.items() if method not in ("as captured", "ours", "true motion")
        ]
        values: dict[str, float] = {}
        if before[ACCELERATION].mean > LEAST_ERROR:
            values[columns[0]] = ours[ACCELERATION].mean / before[ACCELERATION].mean - 1
        if before[SKATE].mean > 1.1 * true[SKATE].mean:
            values[columns[1]] = ours[SKATE].mean / before[SKATE].mean - 1
            beyond = before[SKATE].mean - true[SKATE].mean
            values[columns[2]] = max(ours[SKATE].mean - true[SKATE].mean, 0.0) / beyond - 1
        values[columns[3]] = sum(all(ours[c].mean <= f[c].mean for f in filters) for c in COLUMNS if c in ours)
        found.rows[table.title.removeprefix("Clean-up: ").rsplit(" (", 1)[0]] = estimates([values])
    return found


def row(made: Motion, real: Motion) -> dict[str, float]:
    """The measures of one cleaned motion; not a number where there is nothing to measure."""
    positions, truth = made.positions(), real.positions()
    peaks, wanted = (np.linalg.norm(np.diff(p[:, ENDS], axis=0), axis=-1).max(axis=0) for p in (positions, truth))
    fast = wanted * real.fps > FAST
    return {
        ACCELERATION: acceleration_error(positions, truth, real.fps),
        PLACE: 100 * float(np.linalg.norm(positions - truth, axis=-1).mean()),
        SKATE: 100 * contact_skating(positions, foot_contacts(truth, real.fps), real.fps),
        JITTER: 100 * abs(jitter(positions, real.fps) / max(jitter(truth, real.fps), 1e-9) - 1),
        HANDS: 100 * float(np.abs(peaks[fast] / wanted[fast] - 1).mean()) if fast.any() else float("nan"),
    }


def with_faults(faults: tuple[Fault, ...], window: Window) -> Motion:
    """The window with its faults, the same ones at every call."""
    motion, generator = window.motion, clip_generator(0, f"{window.clip}:{window.start}")
    for fault in faults:
        motion = fault.apply(motion, generator)
    return motion


def _chosen(setup: TaskSetup, split: str, faults: tuple[Fault, ...], limit: int | None) -> list[Window]:
    """At most PER_CLIP windows a clip, that travel if the fault is a slide."""
    slides = len(faults) == 1 and isinstance(faults[0], FootSlide)
    seen: dict[str, int] = {}
    chosen = []
    for window in windows(setup.cache, split, FRAMES, FRAMES):
        root = window.motion.root_positions[:, [0, 2]]
        if slides and np.linalg.norm(root[-1] - root[0]) < TRAVEL:
            continue
        seen[window.clip] = seen.get(window.clip, 0) + 1
        if seen[window.clip] <= PER_CLIP:
            chosen.append(window)
    return thinned(chosen, limit)


def _filters(setup: TaskSetup, faults: tuple[Fault, ...]) -> dict[str, Callable[[Motion], Motion]]:
    known = _chosen(setup, "val", faults, TUNED_ON)
    faulty = [with_faults(faults, window) for window in known]
    return tuned(faulty, lambda motion, k: row(motion, known[k].motion), (ACCELERATION, PLACE))


def _ours(setup: TaskSetup, motion: Motion) -> Motion:
    return setup.finished(
        clean_up(motion, settings=EditSettings(seed=setup.seed, model=setup.model, steps=setup.steps))
    )
