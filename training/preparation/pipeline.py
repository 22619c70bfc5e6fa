"""The way from source folders to the cache: find units, prepare them over all cores, settle floor and split, write."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from motionmix_core.errors import DataError
from motionmix_core.formats.bandai_pack import BandaiPack
from motionmix_core.formats.cc0_pack import Cc0Pack
from motionmix_core.formats.cmu_pack import CmuPack

from .bandai import bandai_units, prepare_bandai
from .body_tasks import body_task_clips
from .cache import check_target, write_cache
from .caption_files import find_captions
from .cc0 import cc0_units, prepare_cc0
from .cmu import cmu_units, prepare_cmu
from .cmu_copies import for_training, parted
from .files import file_units, prepare_file
from .floor import Floor, estimate_floor, settle_floors
from .gait_loops import looped_gaits
from .hand_tasks import hand_task_clips
from .noisy import as_told
from .options import Options
from .records import Clip, Skipped
from .split import carve_test, carve_validation, spread_test
from .units import Unit

Prepared = tuple[Clip, Floor] | Skipped
PREPARERS: dict[str, Callable[[Unit, Options], Iterator[Clip | Skipped]]] = {
    "cmu": prepare_cmu, "cc0": prepare_cc0, "bandai": prepare_bandai, "file": prepare_file,
}  # fmt: skip


@dataclass(frozen=True)
class Result:
    """What was written and what was not."""

    folder: Path
    clips: tuple[Clip, ...]
    skipped: tuple[Skipped, ...]


def find_units(source: Path, options: Options) -> tuple[list[Unit], list[Skipped]]:
    """All units of work under a folder in a fixed order, and what was passed over with the reason."""
    units: list[Unit] = []
    skips: list[Skipped] = []
    packs: list[Path] = []
    for folder in sorted([source, *(path for path in source.rglob("*") if path.is_dir())]):
        maker: Callable[[Path, Options], list[Unit]]
        if CmuPack.is_pack(folder):
            maker = cmu_units
        elif BandaiPack.is_pack(folder):
            maker = bandai_units
        elif Cc0Pack.is_pack(folder):
            maker = cc0_units
        else:
            continue
        packs.append(folder)
        if maker is bandai_units and not options.research:
            skips.append(Skipped(folder.name, "its licence is non-commercial; --research takes it", "bandai", False))
            continue
        try:
            units += maker(folder, options)
        except DataError as error:
            skips.append(Skipped(folder.name, str(error), folder.name))
    book = find_captions(source)
    files, foreign = file_units(source, packs, book, options)
    return units + files, skips + book.skipped + foreign


def prepare_unit(unit: Unit, options: Options) -> list[Prepared]:
    """All clips of a unit with the floor found under each. Runs in a worker process; never raises for bad data."""
    done: list[Prepared] = []
    try:
        for item in PREPARERS[unit.kind](unit, options):
            if isinstance(item, Skipped):
                done.append(item)
            else:
                clip = as_told(item, unit.path, options.noisy)
                done.append((clip, estimate_floor(clip.frames.unpack())))
    except Exception as error:  # a fault of ours in one file mustn't lose the hours spent on the others
        done.append(Skipped(str(unit.path), f"preparing it failed: {error!r}", unit.dataset))
    return done


def prepare(sources: Sequence[Path], out: Path, options: Options, jobs: int = 1, progress: bool = True) -> Result:
    """Prepare all motion under the source folders into the cache `out`. Same input, same bytes, whatever `jobs` is.

    Raises DataError if a source is missing, nothing usable is found, or the cache can't be written.
    """
    units: list[Unit] = []
    skips: list[Skipped] = []
    for source in sources:
        if not source.is_dir():
            raise DataError(f"there is no folder {source}")
        found, passed = find_units(source, options)
        units += found
        skips += passed
    if not units:
        raise DataError(f"no motion found under {', '.join(map(str, sources))}{_because(skips)}")
    for place in options.noisy:
        if not any(place.holds(unit.path) for unit in units):
            raise DataError(f"--noisy {place.path}: no motion that is read lies there")
    check_target(out)
    clips: dict[str, tuple[Clip, Floor]] = {}
    results = _map(units, options, jobs)
    for items in tqdm(results, total=len(units), desc="preparing", unit="file", disable=not progress):
        for item in items:
            if isinstance(item, Skipped):
                skips.append(item)
            elif item[0].id in clips:
                reason = f"there is already one from {clips[item[0].id][0].source}"
                skips.append(Skipped(item[0].id, f"{item[0].source}: {reason}", item[0].dataset, broken=False))
            else:
                clips[item[0].id] = item
    if not clips:
        raise DataError(f"no clip could be used{_because(skips)}")
    loose = {unit.dataset for unit in units if unit.kind == "file"}
    own, copies = parted(settle_floors(list(clips.values())))
    finished = carve_validation(carve_test(spread_test(own), options.test_share, loose), loose=loose)
    kept, held_out = for_training(copies, finished)
    finished += kept
    skips += held_out
    if options.made:
        finished += [*looped_gaits(finished), *hand_task_clips(options.fps), *body_task_clips(options.fps)]
    write_cache(out, finished, options.fps)
    return Result(Path(out), tuple(finished), tuple(skips))


def _map(units: list[Unit], options: Options, jobs: int) -> Iterator[list[Prepared]]:
    """prepare_unit over all units, in their order."""
    if jobs == 1:
        yield from (prepare_unit(unit, options) for unit in units)
        return
    with ProcessPoolExecutor(max_workers=jobs) as pool:
        try:
            yield from pool.map(prepare_unit, units, [options] * len(units), chunksize=1)
        except BrokenProcessPool:
            raise DataError("a process died (out of memory?); try again with --jobs 1") from None


def _because(skips: list[Skipped]) -> str:
    return "".join(f"; {skip.name}: {skip.reason}" for skip in skips[:3])
