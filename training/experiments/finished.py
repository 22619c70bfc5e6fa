"""Commands that measure something more of every finished run."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import torch


def each_finished_run(
    argv: list[str] | None,
    prog: str,
    description: str | None,
    missing: str,
    per_action: int,
    work: Callable[[Path, Path, int], None],
) -> None:
    """The command line RUNS [--arms ...] [--per-action N]: `work(folder, runs, motions an action)` for each run that is
    measured but has no file `missing` yet.
    """
    parser = argparse.ArgumentParser(prog=prog, description=description)
    parser.add_argument("runs", type=Path)
    parser.add_argument("--arms", nargs="+", help="only these")
    parser.add_argument("--per-action", type=int, default=per_action)
    arguments = parser.parse_args(argv)
    torch.set_num_threads(1)
    for folder in finished_runs(arguments.runs, arguments.arms, missing):
        print(folder.name, flush=True)
        work(folder, arguments.runs, arguments.per_action)


def finished_runs(runs: Path, arms: Sequence[str] | None, missing: str) -> Iterator[Path]:
    """Folders ARM-SEED under `runs` that hold measures but no file `missing`; of the given arms, or of all."""
    for folder in sorted(path.parent for path in runs.glob("*/measures.json")):
        if (not arms or folder.name.rsplit("-", 1)[0] in arms) and not (folder / missing).exists():
            yield folder
