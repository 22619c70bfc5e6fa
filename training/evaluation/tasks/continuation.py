"""Going on from where a clip is cut: do the feet hold, is it as calm as real motion, does the speed go on?"""

from __future__ import annotations

import numpy as np

from motionmix_core.editing import EditSettings, continue_motion, make_loop, transition
from motionmix_core.metrics.report import Table
from motionmix_core.motion.motion import Motion
from training.evaluation.tasks.setup import TaskSetup, estimates, physical, seam_ratio
from training.evaluation.tasks.windows import thinned, windows

BEFORE, AFTER = 60, 60
COLUMNS = ("skate GMD", "skate Kimodo", "jitter", "ln speed kept", "seam / p95", "source off")


def measure(setup: TaskSetup) -> list[Table]:
    """Two seconds shown, two made; one second between two clips; the end of a clip led back to its beginning."""
    chosen = thinned(windows(setup.cache, setup.split, BEFORE + AFTER, BEFORE + AFTER), setup.limit)
    table = Table(
        title=f"Continue and stitch ({setup.split}, {len(chosen)} windows)",
        columns=COLUMNS,
        row_header="",
        formats={"source off": ".1e"},
        notes=(
            "Skating and jitter on the new frames; the real row on the frames that really follow. A loop's seams are "
            "where the new end begins and where it goes over into the clip's first frame. Speed kept: mean speed of "
            "the joints in the new frames over that in the second before them, as a logarithm: 0 is as fast, -0.69 "
            "half as fast.",
        ),
    )
    real = []
    for window in chosen:
        row = physical(window.motion.crop(BEFORE, BEFORE + AFTER))
        row["ln speed kept"] = speed_kept(window.motion)
        row["seam / p95"] = seam_ratio(window.motion, [BEFORE], window.motion.positions())
        real.append(row)
    table.rows["real"] = estimates(real)
    settings = EditSettings(seed=setup.seed, steps=setup.steps, model=setup.model)
    rows, joined, closed = [], [], []
    for index, window in enumerate(chosen):
        source = window.motion.crop(0, BEFORE)
        made = setup.finished(continue_motion(source, AFTER / source.fps, settings))
        off = np.abs(made.rotations[:BEFORE] - source.rotations).max()
        rows.append(
            {
                **physical(made.crop(BEFORE, made.num_frames)),
                "ln speed kept": speed_kept(made),
                "seam / p95": seam_ratio(made, [BEFORE], window.motion.positions()),
                "source off": float(off),
            }
        )
        after = chosen[(index + 1) % len(chosen)].motion.crop(0, BEFORE)
        edit = transition(source, after, 1.0, settings)
        made = setup.finished(edit)
        joined.append(
            {
                **physical(made.crop(edit.frames.start, edit.frames.stop)),
                "seam / p95": min(
                    seam_ratio(made, [edit.frames.start, edit.frames.stop], clip)
                    for clip in (source.positions(), after.positions())
                ),
                "source off": float(np.abs(made.rotations[:BEFORE] - source.rotations).max()),
            }
        )
        edit = make_loop(window.motion, settings)
        made = setup.finished(edit)
        kept = edit.frames.start
        closed.append(
            {
                **physical(made.crop(edit.frames.start, edit.frames.stop)),
                "seam / p95": seam_ratio(made, [edit.frames.start, edit.frames.stop], window.motion.positions()),
                "source off": float(np.abs(made.rotations[:kept] - window.motion.rotations[:kept]).max()),
            }
        )
    table.rows["continue 2 s"] = estimates(rows)
    table.rows["transition 1 s"] = estimates(joined)
    table.rows["loop 0.6 s"] = estimates(closed)
    return [table]


def speed_kept(motion: Motion) -> float:
    """Logarithm of the joints' mean speed after the first `BEFORE` frames over that in the last second of those."""
    steps = np.linalg.norm(np.diff(motion.positions(), axis=0), axis=-1).mean(axis=1)
    before = steps[BEFORE - round(motion.fps) : BEFORE].mean()
    return float(np.log(max(steps[BEFORE:].mean(), 1e-6) / max(before, 1e-6)))
