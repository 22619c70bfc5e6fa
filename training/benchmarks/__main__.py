"""The command line of the benchmarks."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from motionmix_core.errors import MotionMixError

from .backbones import measure_backbones
from .blender import measure_ticks, measure_writing
from .measures import OtherWork, Row, machine_facts, markdown, use_cores, write
from .runtime import measure_worker

PACKAGE_BUDGET_MB = 120.0


def main(argv: Sequence[str] | None = None) -> int:
    """Measures, prints the table and writes it; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m training.benchmarks", description=__doc__)
    parser.add_argument("--model", type=Path, default=Path("pretrained/base-cmu"), help="model folder (%(default)s)")
    parser.add_argument("-o", "--output", type=Path, default=Path("build/benchmarks"), help="base of .json and .md")
    parser.add_argument("--cores", type=int, default=2, help="CPU cores to use (%(default)s)")
    parser.add_argument("--repeats", type=int, default=9, help="repeats of a warm clip (%(default)s)")
    parser.add_argument("--quick", action="store_true", help="3 repeats; MDM's 1,000 steps extrapolated from 50")
    parser.add_argument("--backbones", action="store_true", help="the papers' networks and the samplers instead")
    parser.add_argument(
        "--processor-time",
        action="store_true",
        help="with --backbones: processor time, not the wall's, for a machine that isn't left alone (use 1 core)",
    )
    parser.add_argument("--no-mdm", action="store_true", help="leave MDM's network out (it needs torch)")
    parser.add_argument(
        "--bpy", nargs="+", type=Path, default=[], metavar="PYTHON", help="Pythons with bpy, for the rig"
    )
    arguments = parser.parse_args(argv)
    try:
        return _run(arguments)
    except (MotionMixError, OSError) as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 2


def _run(arguments: argparse.Namespace) -> int:
    cores = use_cores(arguments.cores)
    facts = machine_facts(cores)
    others = OtherWork()
    repeats = 3 if arguments.quick else arguments.repeats
    if arguments.backbones:
        if arguments.processor_time:
            facts["times"] = "of the processor, not of the wall's clock: others were using the cores"
        measured = measure_backbones(cores, repeats, processor_time=arguments.processor_time)
        return _show(measured, facts, others, arguments.output)
    facts["weights"] = weights_of(arguments.model)
    rows = measure_worker(arguments.model, cores, repeats)
    rows += package_sizes(Path("dist"))
    for python in arguments.bpy:
        rows += measure_writing(python)
        rows += measure_ticks(python)
    if not arguments.no_mdm:
        from .mdm import measure_mdm, parameters_of

        count = parameters_of(arguments.model)
        facts["our network"] = f"{count / 1e6:.1f} M parameters"
        rows += measure_mdm(count, cores, repeats, full_run=not arguments.quick)
    return _show(rows, facts, others, arguments.output)


def _show(rows: list[Row], facts: dict[str, object], others: OtherWork, output: Path) -> int:
    told = others.fact()
    if told is not None:
        facts["cores that others used meanwhile"] = told
    print(markdown(rows, facts))
    for path in write(rows, facts, output):
        print(path)
    return 0


def weights_of(model: Path) -> str:
    """The beginning of the weights' hash, by which other reports name them, too."""
    described = json.loads((model / "model.json").read_text(encoding="utf-8"))
    return str(described["weights_sha256"])[:12]


def package_sizes(folder: Path) -> list[Row]:
    """Sizes of the packaged extension, one row a platform."""
    return [
        Row(f"package {path.stem}", (path.stat().st_size / 1e6,), "MB", PACKAGE_BUDGET_MB)
        for path in sorted(folder.glob("*.zip"))
    ]


if __name__ == "__main__":
    sys.exit(main())
