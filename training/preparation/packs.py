"""The shared packs (CMU, CC0 and AIST++, Bandai) as units of work: which clips there are, and preparing each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from motionmix_core.errors import DataError
from motionmix_core.formats.canonicalise import BodyFit, canonicalise, fit_body
from motionmix_core.formats.cc0_pack import Cc0Pack
from motionmix_core.formats.cmu_pack import CmuPack
from motionmix_core.formats.humanoid import CMU, UNREAL
from motionmix_core.motion.motion import Motion

from .captions import cut_captions, read_captions
from .options import MIN_SECONDS, Options
from .records import Clip, Frames, Skipped
from .spans import good_spans, joint_jumps

CMU_LICENCE = "CMU: free to use, data not to be sold; credit mocap.cs.cmu.edu, NSF EIA-0196217"
# Estimated joint error of each kind of CMU conversion in metres (the pack's README, 7: measured against exact data).
CMU_ERRORS = {"bvh-daz": 0.018, "fbx-daz": 0.018, "fbx-unity-cleaned": 0.035}
EXACT_KINDS = {
    "amc", "bvh-motionbuilder", "bvh-motionbuilder-window", "expmap-of-motionbuilder-bvh", "fbx-motionbuilder",
}  # fmt: skip
# A twist flip spoils rotations, hardly positions; this stands for it among the position errors.
FLIP_ERROR = 0.035
# Spread of a joint's position round its mean over motion data, metres: what one unit of diffusion noise amounts to.
POSITION_SPREAD = 0.2
# Leaders and followers of one salsa couple, recorded together: one group, so that they share a split.
PARTNERS = {60: "60+61", 61: "60+61"}
CC0_LICENCES = {"aistpp": "CC BY 4.0: AIST++ (Li, Yang, Ross, Kanazawa, ICCV 2021), Google LLC; changed"}


@dataclass(frozen=True)
class PackUnit:
    """Some clips of one pack that share a file; small enough to be sent to another process."""

    kind: str
    folder: Path
    label: str
    clips: tuple[dict, ...]
    captions: Mapping[str, list[dict]] = field(default_factory=dict)

    @property
    def dataset(self) -> str:
        """The pack's name: its folder's, without the licence that the shared folders carry in their names."""
        return "cmu" if self.kind == "cmu" else re.sub(r"_cc(0|by\d?)$", "", self.folder.name)


def noise_from_error(metres: float) -> float:
    """Noise level sqrt(1 - alpha_bar) at which diffusion noise is twice as large as an error of so many metres."""
    ratio = 2.0 * metres / POSITION_SPREAD
    return round(float(ratio / (1 + ratio * ratio) ** 0.5), 3)


def cmu_units(folder: Path, options: Options) -> list[PackUnit]:
    """One unit a subject. Raises DataError if the pack's index is broken."""
    pack = CmuPack.open(folder)
    captions = pack.captions()
    by_shard: dict[str, list[dict]] = {}
    for clip in pack.clips()[: options.limit]:
        if not isinstance(clip.get("clip"), str):
            raise DataError(f"{folder / 'clips.jsonl'}: a line has no clip name")
        by_shard.setdefault(pack.shard(clip["clip"]).name, []).append(clip)
    return [PackUnit("cmu", folder, f"{folder.name}/{shard}", tuple(clips),
                     {c["clip"]: captions.get(c["clip"], []) for c in clips})
            for shard, clips in by_shard.items()]  # fmt: skip


def cc0_units(folder: Path, options: Options) -> list[PackUnit]:
    """One unit for the folder. Raises DataError if its index is broken."""
    pack = Cc0Pack.open(folder)
    clips = tuple(pack.clips()[: options.limit])
    return [PackUnit("cc0", folder, folder.name, clips, pack.captions())]


def prepare_pack_unit(unit: PackUnit, options: Options) -> Iterator[Clip | Skipped]:
    """The finished clips of a unit, and those left out with the reason. Never raises for a broken clip."""
    pack = CmuPack.open(unit.folder) if unit.kind == "cmu" else Cc0Pack.open(unit.folder)
    fits: dict[str, BodyFit] = {}
    for line in unit.clips:
        name = str(line.get("clip"))
        try:
            source = pack.load(line)
            key = str(line.get("skeleton"))
            if key not in fits:
                fits[key] = fit_body(source.skeleton, CMU if unit.kind == "cmu" else UNREAL)
            motion = canonicalise(source, fits[key]).resample(options.fps)
            lines = unit.captions.get(name, [])
            if unit.kind == "cmu":
                yield from _cmu_clips(unit.dataset, line, motion, lines)
            else:
                yield from _cc0_clips(unit.dataset, line, motion, lines)
        except (DataError, ValueError, KeyError, TypeError) as error:
            yield Skipped(name, _reason(error, name), unit.dataset)


def _reason(error: Exception, name: str) -> str:
    text = str(error) if isinstance(error, DataError) else f"its entry isn't in the pack's layout ({error!r})"
    return text.removeprefix(f"{name}: ")


def _cmu_clips(dataset: str, line: dict, motion: Motion, lines: list[dict]) -> Iterator[Clip | Skipped]:
    name, flags = line["clip"], list(line.get("flags", []))
    duplicate = next((flag for flag in flags if flag.startswith("duplicate-of-")), None)
    if duplicate:
        yield Skipped(name, f"the same recording as {duplicate.removeprefix('duplicate-of-')}", dataset, broken=False)
        return
    kind = str(line.get("source_kind"))
    error = CMU_ERRORS.get(kind, 0.0 if kind in EXACT_KINDS else 0.018)
    if "joint-jump" in flags:
        error = max(error, FLIP_ERROR)
    subject = line["subject"]
    if subject in PARTNERS:  # trial numbers are the same for both partners
        group = f"{PARTNERS[subject]}/{name.split('_')[-1]}"
    else:
        group = f"{subject}/{line.get('cmu_description')}"
    captions = read_captions(lines, motion.seconds, drop_index="wrong-description" in flags)
    yield from _stretches(
        motion,
        Clip(
            id=name, dataset=dataset, source=f"{line.get('source')} ({kind})", licence=CMU_LICENCE,
            subject=str(subject), split=line.get("split", "train"), frames=Frames.pack(motion), clean=error == 0,
            noise_level=noise_from_error(error) if error else None, flags=tuple(flags), captions=tuple(captions),
            group=group,
        ),
        line.get("broken_spans_s") or [],
    )  # fmt: skip


def _cc0_clips(dataset: str, line: dict, motion: Motion, lines: list[dict]) -> Iterator[Clip | Skipped]:
    name, flags = line["clip"], list(line.get("flags", []))
    short = name.split("/", 1)[-1]
    clean = not flags
    yield from _stretches(
        motion,
        Clip(
            id=name, dataset=dataset, source=str(line.get("source")), licence=CC0_LICENCES.get(dataset, "CC0 1.0"),
            subject=dataset, split=line.get("split", "train"), frames=Frames.pack(motion), clean=clean,
            noise_level=None if clean else noise_from_error(FLIP_ERROR), flags=tuple(flags),
            captions=tuple(read_captions(lines, motion.seconds)), group=short, shippable=not short.startswith("cyber_"),
            captured=False,
        ),
        line.get("broken_spans_s") or [],
    )  # fmt: skip


def _stretches(motion: Motion, clip: Clip, broken: list) -> Iterator[Clip | Skipped]:
    """The clip itself, or its good stretches if something has to be cut out; joint jumps are flagged."""
    spans = good_spans(motion, broken, MIN_SECONDS)
    if not spans:
        short = motion.seconds < MIN_SECONDS
        reason = f"shorter than {MIN_SECONDS} s" if short else "nothing is left when its broken stretches are cut out"
        yield Skipped(clip.id, reason, clip.dataset, broken=False)
    for start, stop in spans:
        part = motion.crop(start, stop)
        flags = clip.flags
        if joint_jumps(part) and "joint-jump" not in flags:
            flags = (*flags, "joint-jump")
        piece = replace(clip, frames=Frames.pack(part), flags=flags, clean=clip.clean and "joint-jump" not in flags)
        if not piece.clean and piece.noise_level is None:
            piece = replace(piece, noise_level=noise_from_error(FLIP_ERROR))
        if (start, stop) != (0, motion.num_frames):
            captions = cut_captions(clip.captions, start / motion.fps, stop / motion.fps)
            piece = replace(piece, id=f"{clip.id}@{start}", captions=tuple(captions), notes=("broken stretch cut out",))
        yield piece
