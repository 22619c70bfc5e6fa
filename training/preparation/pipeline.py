"""The way from source folders to the cache: find units, prepare them over all cores, settle floor and split, write."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from motionmix_core.errors import DataError
from motionmix_core.formats.cc0_pack import Cc0Pack
from motionmix_core.formats.cmu_pack import CmuPack

from .cache import write_cache
from .floor import Floor, estimate_floor, settle_floors
from .options import Options
from .packs import PackUnit, cc0_units, cmu_units, prepare_pack_unit
from .records import Clip, Skipped
from .split import carve_validation

Unit = PackUnit


@dataclass(frozen=True)
class Result:
    """What was written and what was not."""

    folder: Path
    clips: tuple[Clip, ...]
    skipped: tuple[Skipped, ...]


def find_units(source: Path, options: Options) -> tuple[list[Unit], list[Skipped]]:
    """All units of work under a folder in a fixed order, and folders that look like packs but are broken."""
    units: list[Unit] = []
    skipped: list[Skipped] = []
    for folder in sorted([source, *(path for path in source.rglob("*") if path.is_dir())]):
        maker: Callable[[Path, Options], list[PackUnit]] | None = None
        if CmuPack.is_pack(folder):
            maker = cmu_units
        elif Cc0Pack.is_pack(folder):
            maker = cc0_units
        if maker is not None:
            try:
                units += maker(folder, options)
            except DataError as error:
                skipped.append(Skipped(str(folder), str(error), folder.name))
    return units, skipped


def _prepare_unit(unit: Unit, options: Options) -> list[tuple[Clip, Floor] | Skipped]:
    """Runs in a worker process."""
    done: list[tuple[Clip, Floor] | Skipped] = []
    for item in prepare_pack_unit(unit, options):
        done.append(item if isinstance(item, Skipped) else (item, estimate_floor(item.frames.unpack())))
    return done


def prepare(sources: Sequence[Path], out: Path, options: Options, jobs: int = 1, progress: bool = True) -> Result:
    """Prepare all motion under the source folders into the cache `out`. Same input, same bytes, whatever `jobs` is.

    Raises DataError if a source is missing, nothing usable is found, or the cache can't be written.
    """
    units: list[Unit] = []
    skipped: list[Skipped] = []
    for source in sources:
        if not source.is_dir():
            raise DataError(f"there is no folder {source}")
        found, broken = find_units(source, options)
        units += found
        skipped += broken
    if not units:
        raise DataError(f"no motion found under {', '.join(map(str, sources))}")
    clips: list[tuple[Clip, Floor]] = []
    with ProcessPoolExecutor(max_workers=jobs) as pool:
        results = pool.map(_prepare_unit, units, [options] * len(units))
        for items in tqdm(results, total=len(units), desc="preparing", unit="file", disable=not progress):
            for item in items:
                if isinstance(item, Skipped):
                    skipped.append(item)
                else:
                    clips.append(item)
    if not clips:
        raise DataError("no clip could be used: " + "; ".join(f"{s.name}: {s.reason}" for s in skipped[:3]))
    finished = carve_validation(settle_floors(clips))
    write_cache(out, finished, options.fps)
    return Result(Path(out), tuple(finished), tuple(skipped))
