"""Motion files of others: BVH with a humanoid hierarchy, AMASS and SMPL npz, with whatever text lies beside them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from motionmix_core.errors import DataError
from motionmix_core.formats.foreign import SUFFIXES, ForeignMotion, read_motion_file

from . import cmu, cmu_copies
from .caption_files import CaptionBook
from .captions import read_captions
from .options import Options
from .records import Clip, Frames, Skipped
from .units import Unit, finish, noise_from_error

# Motion formats that are met often and aren't read; everything else in a folder is passed over without a word.
FOREIGN_SUFFIXES = {".fbx", ".amc", ".asf", ".c3d", ".trc", ".pkl", ".npy", ".glb", ".gltf", ".vrma", ".vmd", ".pt"}
_CMU_TRIAL = re.compile(r"^(\d{1,3})_(\d{1,3})$")
UNKNOWN_LICENCE = "not stated"


def file_units(
    source: Path, packs: Collection[Path], book: CaptionBook, options: Options
) -> tuple[list[Unit], list[Skipped]]:
    """One unit a motion file under `source` that is in no pack, and the files of formats that aren't read."""
    units: list[Unit] = []
    skips: list[Skipped] = []
    for path in sorted(source.rglob("*")):
        if not path.is_file() or any(part.startswith(".") for part in path.relative_to(source).parts):
            continue
        if any(pack in path.parents for pack in packs):
            continue
        relative = path.relative_to(source)
        dataset = relative.parts[0] if len(relative.parts) > 1 else source.resolve().name
        if path.suffix.lower() in SUFFIXES and (options.limit is None or len(units) < options.limit):
            units.append(Unit("file", path, dataset, (_describe(path, relative, dataset, book),)))
        elif path.suffix.lower() in FOREIGN_SUFFIXES:
            reason = f"{path.suffix} files aren't read ({' and '.join(SUFFIXES)} are)"
            skips.append(Skipped(str(relative), reason, dataset, broken=False))
    return units, skips


def _describe(path: Path, relative: Path, dataset: str, book: CaptionBook) -> dict:
    """What is known of a file before it is opened: its id, subject, captions and, for a CMU trial, what CMU says."""
    name = relative.with_suffix("").as_posix()
    inside = name.removeprefix(f"{dataset}/")
    line: dict[str, Any] = {
        "id": f"{dataset}/{inside}", "relative": str(relative), "captions": book.lines_for(path, relative),
        "subject": relative.parent.name or dataset,
    }  # fmt: skip
    trial = _CMU_TRIAL.match(path.stem)
    if trial and path.suffix.lower() == ".bvh":
        line |= {"trial": f"{int(trial[1]):02d}_{int(trial[2]):02d}", "cmu_subject": int(trial[1])}
        line["index"] = book.trials.get(line["trial"])
    if (copied := cmu_copies.copied_trial(path)) is not None:
        line |= {"copy_of": copied, "index": book.trials.get(copied)}
    return line


def prepare_file(unit: Unit, options: Options) -> Iterator[Clip | Skipped]:
    """The clip of one file, or the reason why there is none."""
    line = unit.clips[0]
    half_rate = 0.5 if line.get("cmu_subject") in cmu.HALF_RATE_SUBJECTS else 1.0
    try:
        read = read_motion_file(unit.path, options.fps, half_rate, options.unstated_fps)
    except DataError as error:
        text = str(error).removeprefix(f"{unit.path}: ")
        # AMASS has files of body shapes between its motions; nothing is wrong with them
        yield Skipped(line["relative"], text, unit.dataset, broken="no SMPL motion" not in text)
        return
    is_cmu = "trial" in line and read.scheme in ("CMU", "Daz")
    clip = _cmu_clip(line, read) if is_cmu else _other_clip(line, unit.dataset, read, options)
    if "copy_of" in line:
        clip = cmu_copies.as_copy(clip, line["copy_of"], line["index"])
    yield from finish(read.motion, clip, [])


def _other_clip(line: dict, dataset: str, read: ForeignMotion, options: Options) -> Clip:
    return Clip(
        id=line["id"], dataset=dataset, source=line["relative"], licence=options.licence or UNKNOWN_LICENCE,
        subject=line["subject"], split="train", frames=Frames.pack(read.motion),
        captions=tuple(read_captions(line["captions"], read.motion.seconds)), shippable=options.licence is not None,
        group=line["subject"], notes=read.notes,
    )  # fmt: skip


def _cmu_clip(line: dict, read: ForeignMotion) -> Clip:
    """A trial of CMU's database from one of cgspeed's BVH conversions."""
    description = (line["index"] or {}).get("description", "")
    texts = list(line["captions"])
    if description and description.lower() != "unknown":
        texts.append({"text": description, "source": "cmu-index"})
    elif (line["index"] or {}).get("subject"):
        texts.append({"text": line["index"]["subject"], "source": "cmu-index-subject"})
    error = cmu.CONVERSION_ERRORS["bvh-daz"] if read.scheme == "Daz" else 0.0
    return Clip(
        id=f"{cmu.DATASET}/{line['trial']}", dataset=cmu.DATASET, source=f"{line['relative']} (bvh, {read.scheme})",
        licence=cmu.LICENCE, subject=str(line["cmu_subject"]), split="train", frames=Frames.pack(read.motion),
        clean=error == 0, noise_level=noise_from_error(error) if error else None,
        captions=tuple(read_captions(texts, read.motion.seconds)),
        group=cmu.group_of(line["cmu_subject"], line["trial"], description), notes=read.notes,
    )  # fmt: skip
