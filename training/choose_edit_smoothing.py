"""Choose how much made parts may be smoothed to be as calm as their source: python -m training.choose_edit_smoothing

A body part and a continuation are smoothed, beyond the model's own low-pass, until they shake no more than the source
does (`motionmix_core/editing/calmness.py`). This command compares how strong that may get, on clean validation clips:
jitter over the real clip's own, clip by clip, where those are calmer than their median (there the network's flutter
shows) and where they are livelier. The strongest widths stand in `calmness.py`; run it after an export.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from motionmix_core.editing import JOINT_PRESETS, Edit, EditSettings, body_part, continue_motion
from motionmix_core.editing.calmness import WIDTHS
from motionmix_core.errors import MotionMixError
from motionmix_core.generation import Generator
from motionmix_core.metrics.report import Estimate, Table
from motionmix_core.motion.motion import Motion
from training.evaluation.clip_cache import DEFAULT_CACHE, open_cache
from training.evaluation.tasks.bodypart import FIRST, FRAMES, LAST
from training.evaluation.tasks.continuation import AFTER, BEFORE
from training.evaluation.tasks.setup import physical
from training.evaluation.tasks.windows import thinned, windows

COLUMNS = ("calm clips", "lively clips", "off one", "skate GMD")
PARTS = ("upper_body", "left_arm", "lower_body")
Finish = Callable[[float], Motion]
"""How strongly it may be smoothed -> the edit's new frames."""


def edits_of(model: Path, clips: Sequence[Motion]) -> dict[str, list[Finish]]:
    """For each kind of edit one of every clip: the network is asked once, whatever is tried afterwards."""
    generator = Generator(model.parent, threads=1)
    settings = EditSettings(model=model.name)

    def asked(ask: Callable[[float], Edit], first: int, last: int) -> Finish:
        result = generator.generate(ask(0.0).request)
        return lambda calmest: ask(calmest).finish(result[0], result.contacts[0]).crop(first, last + 1)

    found: dict[str, list[Finish]] = {}
    for part in PARTS:
        found[f"body part: {part.replace('_', ' ')}"] = [
            asked(
                lambda calmest, clip=clip, part=part: body_part(  # type: ignore[misc]
                    clip, JOINT_PRESETS[part], FIRST, LAST, settings, calmest=calmest
                ),
                FIRST,
                LAST,
            )
            for clip in clips
        ]
    found["continue"] = [
        asked(
            lambda calmest, clip=clip: continue_motion(  # type: ignore[misc]
                clip.crop(0, BEFORE), AFTER / clip.fps, settings, calmest=calmest
            ),
            BEFORE,
            BEFORE + AFTER - 1,
        )
        for clip in clips
    ]
    return found


def table_of(kind: str, made: Sequence[Finish], real: Sequence[Motion]) -> Table:
    """A row a strength: jitter over the real clips' own, of the calmer and the livelier half."""
    own = np.array([physical(motion)["jitter"] for motion in real])
    calm = own <= np.median(own)
    table = Table(f"{kind} (val, {len(real)} windows)", COLUMNS, row_header="smoothed by up to")
    for width in (0.0, *WIDTHS):
        rows = [physical(finish(width)) for finish in made]
        ratios = np.array([row["jitter"] for row in rows]) / own
        table.rows[f"{width:g} frames"] = {
            "calm clips": Estimate.of(ratios[calm]),
            "lively clips": Estimate.of(ratios[~calm]),
            "off one": Estimate(float(abs(np.log(ratios[calm])).mean())),
            "skate GMD": Estimate.of([row["skate GMD"] for row in rows]),
        }
    return table


def chosen(tables: Sequence[Table]) -> float:
    """The width at which calm clips' edits are nearest to their clips, clip by clip, over the tables."""
    rows = (0.0, *WIDTHS)
    return min(rows, key=lambda width: sum(table.rows[f"{width:g} frames"]["off one"].mean for table in tables))


def main(argv: Sequence[str] | None = None) -> int:
    """Returns the exit status: 0, or 2 after one clear line about what is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m training.choose_edit_smoothing", description=__doc__.splitlines()[0]
    )
    parser.add_argument("model", nargs="?", type=Path, default=Path("pretrained/base-cmu"))
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE, help="prepared motion (%(default)s)")
    parser.add_argument("--limit", type=int, default=28, help="validation windows (%(default)s)")
    arguments = parser.parse_args(argv)
    try:
        found = thinned(windows(open_cache(arguments.cache), "val", FRAMES, FRAMES), arguments.limit)
        clips = [window.motion for window in found]
        tables = {}
        for kind, made in edits_of(arguments.model.resolve(), clips).items():
            first, last = (BEFORE, BEFORE + AFTER - 1) if kind == "continue" else (FIRST, LAST)
            tables[kind] = table_of(kind, made, [clip.crop(first, last + 1) for clip in clips])
            print(tables[kind].markdown(), flush=True)
    except MotionMixError as error:
        print(f"choose_edit_smoothing: {error}", file=sys.stderr)
        return 2
    parts = [table for kind, table in tables.items() if kind != "continue"]
    print(f"PART_CALMEST, CONTINUED_CALMEST = {chosen(parts):g}, {chosen([tables['continue']]):g}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
