"""Prepare motion for training: `python -m training.prepare --source FOLDER --out .cache/motion`.

Reads every motion that it recognises under the source folders (the shared packs, BVH, AMASS and SMPL npz), carries it
onto the canonical skeleton and writes one compact cache. What is broken or foreign is named, skipped and counted.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from motionmix_core.errors import DataError

from .preparation.noisy import read_noisy
from .preparation.options import Options
from .preparation.pipeline import prepare
from .preparation.report import summary

EXIT_BAD_INPUT = 2


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m training.prepare", description=__doc__.split("\n\n")[1])
    parser.add_argument("--source", type=Path, nargs="+", required=True, help="folders with motion (searched through)")
    parser.add_argument("--out", type=Path, default=Path(".cache/motion"), help="the cache to write")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes (default: all cores)")
    parser.add_argument("--limit", type=int, help="at most so many clips of each folder, for a quick try")
    parser.add_argument("--research", action="store_true",
                        help="also take data whose licence forbids shipping weights trained on it")  # fmt: skip
    parser.add_argument("--licence", help="licence of files that state none (BVH, AMASS); without it they're marked as "
                        "not for models that ship")  # fmt: skip
    parser.add_argument("--noisy", action="append", default=[], metavar="FOLDER[:METRES]",
                        help="files in it are noisy, their joints off by so many metres (0.03: motion from video); may "
                        "be given again")  # fmt: skip
    parser.add_argument("--fps", type=float, help="frames a second of SMPL files that state none (otherwise 60)")
    parser.add_argument("--test-share", type=float, default=0.0, metavar="SHARE", help="hold so much of the files that "
                        "state no split out of training and validation, to measure on (%(default)s)")  # fmt: skip
    parser.add_argument("--as-recorded", action="store_true", help="leave out the training clips that are made here: "
                        "short gaits repeated, hand tasks by formula, keyed gestures")  # fmt: skip
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run it; returns the exit status."""
    arguments = build_parser().parse_args(argv)
    try:
        if arguments.jobs < 1 or (arguments.limit is not None and arguments.limit < 1):
            raise DataError("--jobs and --limit must be at least 1")
        if arguments.fps is not None and not 1 <= arguments.fps <= 1000:
            raise DataError("--fps is frames a second, 1 to 1000")
        if not 0 <= arguments.test_share < 1:
            raise DataError("--test-share is a share of the files, from 0 up to, but not, 1")
        options = Options(
            arguments.research, arguments.limit, licence=arguments.licence, made=not arguments.as_recorded,
            unstated_fps=arguments.fps, noisy=read_noisy(arguments.noisy, arguments.source),
            test_share=arguments.test_share,
        )  # fmt: skip
        result = prepare(arguments.source, arguments.out, options, arguments.jobs, progress=not arguments.quiet)
    except DataError as error:
        print(f"prepare: {error}", file=sys.stderr)
        return EXIT_BAD_INPUT
    print(summary(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
