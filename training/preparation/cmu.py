"""CMU's database: the shared pack, and what is known of its trials wherever they come from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from motionmix_core.errors import DataError
from motionmix_core.formats.canonicalise import BodyFit, canonicalise, fit_body
from motionmix_core.formats.cmu_pack import CmuPack
from motionmix_core.formats.humanoid import CMU
from motionmix_core.motion.motion import Motion

from .captions import read_captions
from .options import Options
from .records import Clip, Frames, Skipped
from .units import Unit, finish, noise_from_error, skipped

DATASET = "cmu"
LICENCE = "CMU: free to use, data not to be sold; credit mocap.cs.cmu.edu, NSF EIA-0196217"
# Joint error of each kind of conversion in metres, as the pack's README measured it against exact data; others: exact.
CONVERSION_ERRORS = {"bvh-daz": 0.018, "fbx-daz": 0.018, "fbx-unity-cleaned": 0.035}
EXACT_KINDS = {
    "amc", "bvh-motionbuilder", "bvh-motionbuilder-window", "expmap-of-motionbuilder-bvh", "fbx-motionbuilder",
}  # fmt: skip
UNKNOWN_KIND_ERROR = 0.018
# Subjects recorded together, trial by trial: both partners of a trial stay in one split.
PARTNERS = {18: 19, 20: 21, 22: 23, 33: 34, 60: 61}
# 60 fps recordings whose BVH headers say 120.
HALF_RATE_SUBJECTS = {60, 61}


def group_of(subject: int, trial: str, description: str) -> str:
    """What stays together when clips are split: one subject's takes of one thing, both partners of a trial."""
    first = {later: earlier for earlier, later in PARTNERS.items()}.get(subject, subject)
    if first in PARTNERS:
        return f"{first}+{PARTNERS[first]}/{trial.split('_')[-1]}"
    return f"{subject}/{description}"


def cmu_units(folder: Path, options: Options) -> list[Unit]:
    """One unit a subject. Raises DataError if the pack's index is broken."""
    pack = CmuPack.open(folder)
    captions = pack.captions()
    by_shard: dict[str, list[dict]] = {}
    for clip in pack.clips()[: options.limit]:
        if not isinstance(clip.get("clip"), str):
            raise DataError(f"{folder / 'clips.jsonl'}: a line has no clip name")
        by_shard.setdefault(pack.shard(clip["clip"]).name, []).append(clip)
    return [Unit("cmu", folder, DATASET, tuple(clips), {c["clip"]: captions.get(c["clip"], []) for c in clips})
            for clips in by_shard.values()]  # fmt: skip


def prepare_cmu(unit: Unit, options: Options) -> Iterator[Clip | Skipped]:
    """The finished clips of one subject, and those left out with the reason."""
    pack = CmuPack.open(unit.path)
    fits: dict[str, BodyFit] = {}
    for line in unit.clips:
        name = line["clip"]
        try:
            duplicate = next((flag for flag in line.get("flags", []) if flag.startswith("duplicate-of-")), None)
            if duplicate:
                original = duplicate.removeprefix("duplicate-of-")
                yield Skipped(name, f"the same recording as {original}", DATASET, broken=False)
                continue
            source = pack.load(line)
            body = str(line["skeleton"])
            if body not in fits:
                fits[body] = fit_body(source.skeleton, CMU)
            motion = canonicalise(source, fits[body]).resample(options.fps)
            clip = _clip(line, motion, unit.captions.get(name, []))
            yield from finish(motion, clip, line.get("broken_spans_s") or [])
        except (DataError, ValueError, KeyError, TypeError, AttributeError) as error:
            yield skipped(name, error, DATASET)


def _clip(line: dict, motion: Motion, lines: list[dict]) -> Clip:
    flags, kind, subject = tuple(line.get("flags", [])), str(line.get("source_kind")), int(line["subject"])
    error = 0.0 if kind in EXACT_KINDS else CONVERSION_ERRORS.get(kind, UNKNOWN_KIND_ERROR)
    captions = read_captions(lines, motion.seconds, drop_index="wrong-description" in flags)
    return Clip(
        id=line["clip"], dataset=DATASET, source=f"{line.get('source')} ({kind})", licence=LICENCE,
        subject=str(subject), split=line.get("split", "train"), frames=Frames.pack(motion), clean=error == 0,
        noise_level=noise_from_error(error) if error else None, flags=flags, captions=tuple(captions),
        group=group_of(subject, line["clip"], str(line.get("cmu_description"))),
    )  # fmt: skip
