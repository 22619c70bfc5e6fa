"""`python -m training.in_between.join`: puts networks that were taught apart into one file; their mean answers.

Those of other seeds and other gaps miss by other things: the mean of two is nearer to held-out motion than either.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from motionmix_core.errors import DataError
from training.evaluation.clip_cache import DEFAULT_CACHE, open_cache
from training.in_between.gaps import GapSampler
from training.in_between.learning import HELD_OUT_LENGTHS, AgainstCurves
from training.in_between.network import load, save


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line; returns the exit status (2 for missing data)."""
    parser = argparse.ArgumentParser(prog="python -m training.in_between.join", description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path, help="of `training.train_in_between`")
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE, help="prepared motion")
    parser.add_argument("--gaps", nargs="+", type=int, default=list(HELD_OUT_LENGTHS), help="missing frames told of")
    parser.add_argument("-o", "--out", type=Path, required=True, help="folder of the joined weights")
    arguments = parser.parse_args(argv)
    try:
        held_out = AgainstCurves(GapSampler(open_cache(arguments.cache), "val", (1.0,)), tuple(arguments.gaps))
        members = [member for folder in arguments.folders for member in load(folder)]
        for number, member in enumerate(members, 1):
            print(f"{number}  held out {held_out(member.eval())}", flush=True)
        file = save(members, arguments.out)
        print(f"together  held out {held_out(*(member.eval() for member in load(arguments.out)))}")
    except DataError as error:
        print(f"join: {error}", file=sys.stderr)
        return 2
    print(file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
