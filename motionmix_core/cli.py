"""The command line: ``motionmix generate "a person walks" -o walk.bvh``, ``motionmix models``.

Exit codes: 0 done, 2 something is wrong with what was asked (one line on stderr says what), 130 interrupted.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from .denoisers.description import read_model_description
from .errors import DataError, MotionMixError
from .formats.bvh_write import UNITS_PER_METRE, write_bvh
from .formats.motion_npz import save_motion
from .generation import GenerationRequest, Generator, Progress, default_models_dir, list_models
from .generation.request import MAX_SECONDS, QUALITY_STEPS, SAMPLERS
from .motion.motion import Motion
from .motion.resampling import resampled

BAR_WIDTH = 30
SUFFIXES = (".bvh", ".npz")


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, without the usage before it."""

    def error(self, message: str) -> NoReturn:
        _complain(message)
        raise SystemExit(2)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code."""
    options = _parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a console that can't show a file's name loses no takes
    try:
        return int(options.run(options))
    except MotionMixError as error:
        _complain(str(error))
        return 2
    except KeyboardInterrupt:
        _complain("interrupted, nothing more is written")
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="motionmix", description="Motion from text, on this computer.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)

    generate = commands.add_parser("generate", help="make motions from a prompt")
    generate.set_defaults(run=_generate)
    add = generate.add_argument
    add("prompt", help='what happens, in English: "a person walks forward and waves"')
    add("--seconds", type=float, default=4.0, help=f"length, up to {MAX_SECONDS:g} (default 4)")
    add("--seed", type=int, default=0, help="of the first take; take k has seed + k (default 0)")
    add("--count", type=int, default=1, help="number of takes (default 1)")
    output_help = ".bvh or .npz; several takes get -1, -2, .. before the dot (default motion.bvh)"
    add("-o", "--output", type=Path, default=Path("motion.bvh"), metavar="FILE", help=output_help)
    add("--quality", default="normal", choices=tuple(QUALITY_STEPS), help="default normal")
    add("--steps", type=int, help="network calls, in place of the quality's")
    add("--guidance", type=float, help="how hard to follow the prompt (default: the model's)")
    interval_help = "noise levels, 0 to 1, between which guidance holds (default: the model's)"
    add("--guidance-interval", type=float, nargs=2, metavar=("LOW", "HIGH"), help=interval_help)
    literal_help = "no other words, no posture before it that the prompt doesn't name, nothing one after the other"
    add("--literal", action="store_true", help=literal_help)
    add("--sampler", choices=SAMPLERS, help="default: the model's")
    add("--no-foot-lock", action="store_true", help="leave planted feet as the network made them")
    add("--model", default="", help="name of the model (default: the one that ships)")
    add("--fps", type=float, help="frame rate of the file (default: the model's)")
    unit_help = "of lengths in BVH: m as Blender takes it, cm for most other programs (default m)"
    add("--unit", default="m", choices=tuple(UNITS_PER_METRE), help=unit_help)
    add("--threads", type=int, default=0, help="default: one a physical core")
    _add_models_dir(generate)

    models = commands.add_parser("models", help="list the models")
    models.set_defaults(run=_list_models)
    _add_models_dir(models)
    return parser


def _add_models_dir(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--models-dir", type=Path, metavar="FOLDER", help="where the models are (default: what ships)")


def _generate(options: argparse.Namespace) -> int:
    request = GenerationRequest(
        prompt=options.prompt,
        seconds=options.seconds,
        seed=options.seed,
        count=options.count,
        quality=options.quality,
        steps=options.steps,
        sampler=options.sampler,
        guidance=options.guidance,
        guidance_interval=options.guidance_interval,
        foot_lock=not options.no_foot_lock,
        model=options.model,
        literal=options.literal,
    )
    if options.fps is not None and not 1 <= options.fps <= 1000:
        raise DataError(f"The frame rate must be between 1 and 1000, not {options.fps:g}.")
    paths = output_paths(options.output, options.count)
    _check_writable(options.output)
    bar = _Bar()
    try:
        result = Generator(options.models_dir, options.threads).generate(request, bar.show)
    finally:
        bar.clear()
    for warning in result.warnings:
        _complain(warning)
    for path, motion in zip(paths, result, strict=True):
        _write(path, resampled(motion, options.fps) if options.fps else motion, options.unit)
        print(path)
    return 0


def output_paths(path: Path, count: int) -> list[Path]:
    """The files for `count` takes: ``walk.bvh``, or ``walk-1.bvh``, ``walk-2.bvh``, ..

    Raises:
        DataError: a kind of file that isn't written here.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise DataError(f"{path}: the file's name must end in {' or '.join(SUFFIXES)}.")
    if count == 1:
        return [path]
    return [path.with_name(f"{path.stem}-{number}{path.suffix}") for number in range(1, count + 1)]


def _check_writable(path: Path) -> None:
    """Find out before the work, not after it."""
    if path.is_dir():
        raise DataError(f"Can't write {path}: it is a folder.")
    try:
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise DataError(f"Can't write to the folder {path.parent}: {error.strerror or error}.") from error


def _write(path: Path, motion: Motion, unit: str) -> None:
    if path.suffix.lower() == ".npz":
        save_motion(path, motion)
    else:
        write_bvh(path, motion, "cm" if unit == "cm" else "m")


def _list_models(options: argparse.Namespace) -> int:
    folder = options.models_dir or default_models_dir()
    for name in list_models(folder):
        description = read_model_description(folder / name)
        print(
            f"{name}: {description.fps:g} fps, windows of {description.min_seconds:g} to {description.max_seconds:g} s"
        )
    return 0


class _Bar:
    """A progress bar on a terminal; silent elsewhere."""

    def __init__(self) -> None:
        self._shown = False

    def show(self, progress: Progress) -> None:
        if not sys.stderr.isatty():
            return
        full = round(progress.fraction * BAR_WIDTH)
        bar = "#" * full + "-" * (BAR_WIDTH - full)
        sys.stderr.write(f"\r\033[K{progress.stage} [{bar}] {progress.done}/{progress.total}")
        sys.stderr.flush()
        self._shown = True

    def clear(self) -> None:
        if self._shown:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()
            self._shown = False


def _complain(message: str) -> None:
    with contextlib.suppress(OSError):
        print(f"motionmix: {' '.join(message.split())}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
