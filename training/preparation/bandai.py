"""The shared Bandai-Namco pack: action labels, and a licence that keeps it out of every model that ships."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from motionmix_core.errors import DataError
from motionmix_core.formats.bandai_pack import MAPPING, BandaiPack
from motionmix_core.formats.canonicalise import canonicalise, fit_body

from .captions import read_captions
from .options import Options
from .records import Clip, Frames, Skipped
from .units import Unit, finish, skipped

DATASET = "bandai"
LICENCE = "CC BY-NC 4.0: Bandai-Namco-Research-Motiondataset-2, (c) 2022 Bandai Namco Research Inc.; changed"


def bandai_units(folder: Path, options: Options) -> list[Unit]:
    """One unit a shard. Raises DataError if the index is broken."""
    by_shard: dict[str, list[dict]] = {}
    for line in BandaiPack.open(folder).clips()[: options.limit]:
        by_shard.setdefault(str(line.get("shard")), []).append(line)
    return [Unit("bandai", folder, DATASET, tuple(lines)) for lines in by_shard.values()]


def prepare_bandai(unit: Unit, options: Options) -> Iterator[Clip | Skipped]:
    """The finished clips of one shard; a broken shard is named once."""
    pack = BandaiPack.open(unit.path)
    fit = fit_body(pack.skeleton, MAPPING)
    name = str(unit.clips[0].get("shard"))
    try:
        shard = pack.shard(name)
    except DataError as error:
        yield Skipped(name, str(error), DATASET)
        return
    for line in unit.clips:
        try:
            motion = canonicalise(pack.motion(line, shard), fit).resample(options.fps)
            content, style = str(line["content"]), str(line["style"])
            label = [{"text": f"{content.replace('-', ' ')}, {style}", "source": "action-label"}]
            clip = Clip(
                id=f"{DATASET}/{line['clip']}", dataset=DATASET, source=str(line.get("source")), licence=LICENCE,
                subject=DATASET, split=line.get("split", "train"), frames=Frames.pack(motion), shippable=False,
                captions=tuple(read_captions(label, motion.seconds)), labels={"action": content, "style": style},
            )  # fmt: skip
            yield from finish(motion, clip, [])
        except (DataError, ValueError, KeyError, TypeError, AttributeError) as error:
            yield skipped(str(line.get("clip")), error, DATASET)
