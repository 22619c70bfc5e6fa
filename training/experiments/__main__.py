"""The whole study: python -m training.experiments --data ../shared/data/bandai_nc --runs runs/bandai

Trains, samples and measures every arm, samples the main ones again as the paper does, looks at their predictions on the
way, and writes the report with its pictures. The same command goes on with what isn't done yet. All arms of one seed
come before the next seed, so that an early end leaves something to compare. Options that aren't listed here are those
of training.experiments.mixed_actions.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from . import handover, mixed_actions, report, resample
from .arms import ARMS

REPORT = Path("training/reports/motionmix-on-bandai.md")
AGAIN = ("full", "motionmix", "plain")


def main(argv: list[str] | None = None) -> int:
    """Returns the exit status: 0, or 2 after one clear line about what is wrong."""
    parser = argparse.ArgumentParser(prog="python -m training.experiments", description=__doc__)
    parser.add_argument("--data", required=True, help="the folder bandai_nc")
    parser.add_argument("--runs", required=True)
    parser.add_argument("--arms", nargs="+", default=list(ARMS), choices=sorted(ARMS), help="only these")
    parser.add_argument("--per-action", default=str(mixed_actions.PER_ACTION), help="motions made of each action")
    parser.add_argument("-o", "--output", type=Path, default=REPORT)
    parser.add_argument("--remarks", type=Path, help="the discussion, by who looked (default: FILE.remarks.md)")
    arguments, more = parser.parse_known_args(argv)
    remarks = arguments.remarks or arguments.output.with_suffix(".remarks.md")
    page = [arguments.runs, "-o", str(arguments.output), *(["--remarks", str(remarks)] if remarks.exists() else [])]
    shared = ["--per-action", arguments.per_action]
    where = ["--data", arguments.data, "--runs", arguments.runs]
    return (
        mixed_actions.main([*where, "--arms", *arguments.arms, *shared, *more])
        or resample.main([arguments.runs, "--arms", *AGAIN, *shared])
        or handover.main([arguments.runs])
        or report.main(page)
    )


if __name__ == "__main__":
    sys.exit(main())
