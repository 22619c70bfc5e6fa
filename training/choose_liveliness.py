"""Choose how lively continuations are: python -m training.choose_liveliness

A small network that is shown motion and asked to go on makes it come to rest. Stronger noise to start from keeps it
going (`GenerationRequest.liveliness`). This command compares strengths on all validation clips, noisy ones too, since
how fast a body moves doesn't hang on shaking: two seconds shown, two made, their speed over that of the motion that
really follows, as a logarithm. Each clip counts once. The chosen strength stands in
`motionmix_core/editing/continuation.py`; run it after an export.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from motionmix_core.editing import EditSettings, continue_motion
from motionmix_core.errors import MotionMixError
from motionmix_core.generation import Generator
from motionmix_core.metrics.report import Table
from training.evaluation.clip_cache import DEFAULT_CACHE, open_cache
from training.evaluation.tasks.continuation import AFTER, BEFORE, speed_kept
from training.evaluation.tasks.setup import estimates, physical
from training.evaluation.tasks.windows import Window, thinned, windows

STRENGTHS = (1.0, 1.2, 1.3, 1.4, 1.5)
COLUMNS = ("ln speed / real", "off", "jitter / real", "skate GMD")


def table_of(model: Path, found: Sequence[Window]) -> Table:
    """A row a strength; means over clips, of means over their windows."""
    generator, settings = Generator(model.parent, threads=1), EditSettings(model=model.name)
    clips = sorted({window.clip for window in found})
    table = Table(f"Liveliness of continuations (val, {len(clips)} clips)", COLUMNS, row_header="noise")
    for strength in STRENGTHS:
        measured: dict[str, list[dict[str, float]]] = {clip: [] for clip in clips}
        for window in found:
            real = window.motion
            edit = continue_motion(real.crop(0, BEFORE), AFTER / real.fps, settings, liveliness=strength)
            result = generator.generate(edit.request)
            made = edit.finish(result[0], result.contacts[0])
            new, true = physical(made.crop(BEFORE, made.num_frames)), physical(real.crop(BEFORE, BEFORE + AFTER))
            measured[window.clip].append(
                {
                    "ln speed / real": speed_kept(made) - speed_kept(real),
                    "jitter / real": new["jitter"] / max(true["jitter"], 1e-6),
                    "skate GMD": new["skate GMD"],
                }
            )
        rows = [{name: float(np.mean([row[name] for row in rows])) for name in rows[0]} for rows in measured.values()]
        table.rows[f"{strength:g}"] = estimates([row | {"off": abs(row["ln speed / real"])} for row in rows])
    return table


def chosen(table: Table) -> float:
    """The strength with which continuations are as fast as what really follows, on the whole."""
    return min(STRENGTHS, key=lambda strength: abs(table.rows[f"{strength:g}"]["ln speed / real"].mean))


def main(argv: Sequence[str] | None = None) -> int:
    """Returns the exit status: 0, or 2 after one clear line about what is wrong."""
    parser = argparse.ArgumentParser(prog="python -m training.choose_liveliness", description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", type=Path, default=Path("pretrained/base-cmu"))
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE, help="prepared motion (%(default)s)")
    parser.add_argument("--limit", type=int, default=4, help="windows of a clip (%(default)s)")
    arguments = parser.parse_args(argv)
    try:
        every = windows(open_cache(arguments.cache), "val", BEFORE + AFTER, 30, clean_only=False)
        by_clip: dict[str, list[Window]] = {}
        for window in every:
            by_clip.setdefault(window.clip, []).append(window)
        table = table_of(
            arguments.model.resolve(), [w for some in by_clip.values() for w in thinned(some, arguments.limit)]
        )
    except MotionMixError as error:
        print(f"choose_liveliness: {error}", file=sys.stderr)
        return 2
    print(table.markdown())
    print(f"LIVELINESS = {chosen(table):g}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
