"""Which files are noisy, as the person who prepares them says: `--noisy FOLDER[:METRES]`.

How exact a file is can't be read off it, and it decides what the file may teach (MotionMix): a noisy clip trains only
the steps in which diffusion's own noise hides its faults.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from motionmix_core.errors import DataError

from .options import NoisyPlace
from .records import Clip
from .units import noise_from_error

MOST_METRES = 0.5  # no motion is left in what is further off; who writes 3 means centimetres


def read_noisy(texts: Sequence[str], sources: Sequence[Path]) -> tuple[NoisyPlace, ...]:
    """FOLDER[:METRES] as given; FOLDER as seen from a source folder or from here.

    Raises DataError for a folder that isn't there or lies outside the sources, and for METRES that make no sense.
    """
    return tuple(_read(text, [source.resolve() for source in sources]) for text in texts)


def _read(text: str, sources: Sequence[Path]) -> NoisyPlace:
    name, metres = text, None
    before, colon, after = text.rpartition(":")
    if colon and "/" not in after and "\\" not in after:  # behind a drive's colon comes a path
        name = before
        try:
            metres = float(after)
        except ValueError:
            metres = math.nan
        if not 0 < metres <= MOST_METRES:
            raise DataError(
                f"--noisy {text}: after the colon goes by how many metres joints are off, such as 0.03 "
                f"(at most {MOST_METRES:g})"
            )
    for path in (*(source / name for source in sources), Path(name)):
        if path.exists() and any(path.resolve().is_relative_to(source) for source in sources):
            return NoisyPlace(path.resolve(), metres)
    raise DataError(f"--noisy {text}: there is no {name} in the source folders")


def as_told(clip: Clip, path: Path, places: Sequence[NoisyPlace]) -> Clip:
    """The clip of a file with the role that it was given; the narrowest place decides."""
    fitting = [place for place in places if place.holds(path)]
    if not fitting:
        return clip
    metres = max(fitting, key=lambda place: len(place.path.parts)).metres
    return replace(clip, clean=False, noise_level=None if metres is None else noise_from_error(metres))
