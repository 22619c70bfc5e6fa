"""The shared packs of hand-made animation (CC0) and of AIST++ (CC BY 4.0)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from motionmix_core.errors import DataError
from motionmix_core.formats.canonicalise import canonicalise, fit_body
from motionmix_core.formats.cc0_pack import Cc0Pack
from motionmix_core.formats.humanoid import UNREAL

from .captions import read_captions
from .options import Options
from .records import Clip, Frames, Skipped
from .units import Unit, finish, noise_from_error, skipped

CAPTURED = {"aistpp": "CC BY 4.0: AIST++ (Li, Yang, Ross, Kanazawa, ICCV 2021), Google LLC; retargeted and resampled"}
# Clips whose CC0 licence is stated by others only; the pack's README keeps them out of weights that ship.
NOT_SHIPPABLE = ("cyber_",)
# What the packs flag (sliding feet, jerks) stands for this much, metres.
FLAGGED_ERROR = 0.035
# AIST++ is fitted to video: feet float by centimetres, wrists twist.
VIDEO_ERROR = 0.03


def cc0_units(folder: Path, options: Options) -> list[Unit]:
    """One unit for the folder. Raises DataError if its index is broken."""
    pack = Cc0Pack.open(folder)
    dataset = re.sub(r"_cc(0|by\d?)$", "", folder.name)  # the shared folders carry the licence in their names
    return [Unit("cc0", folder, dataset, tuple(pack.clips()[: options.limit]), pack.captions())]


def prepare_cc0(unit: Unit, options: Options) -> Iterator[Clip | Skipped]:
    """The finished clips of a folder, and those left out with the reason."""
    pack = Cc0Pack.open(unit.path)
    fit = fit_body(pack.skeleton, UNREAL)
    captured = unit.dataset in CAPTURED
    for line in unit.clips:
        name = str(line.get("clip"))
        short = name.split("/", 1)[-1]
        try:
            motion = canonicalise(pack.load(line), fit).resample(options.fps)
            flags = tuple(line.get("flags", []))
            error = max(FLAGGED_ERROR if flags else 0.0, VIDEO_ERROR if captured else 0.0)
            clip = Clip(
                id=name, dataset=unit.dataset, source=str(line.get("source")),
                licence=CAPTURED.get(unit.dataset, "CC0 1.0"), subject=unit.dataset, split=line.get("split", "train"),
                frames=Frames.pack(motion), clean=error == 0, noise_level=noise_from_error(error) if error else None,
                flags=flags, captions=tuple(read_captions(unit.captions.get(name, []), motion.seconds)), group=short,
                captured=captured, shippable=not short.startswith(NOT_SHIPPABLE),
            )  # fmt: skip
            yield from finish(motion, clip, line.get("broken_spans_s") or [])
        except (DataError, ValueError, KeyError, TypeError, AttributeError) as error:
            yield skipped(name, error, unit.dataset)
