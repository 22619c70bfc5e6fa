"""Any motion file of somebody else's -> a canonical Motion: BVH with a humanoid hierarchy, AMASS and SMPL npz."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import DataError
from ..motion.motion import Motion
from . import amass
from .bvh_read import read_bvh
from .canonicalise import canonicalise, fit_body
from .humanoid import detect_humanoid
from .reference import take_reference, upright_axes

SUFFIXES = (".bvh", ".npz")


@dataclass(frozen=True)
class ForeignMotion:
    """motion on the canonical skeleton; kind ("bvh" or "smpl"); scheme: how the joints were named; notes: guesses."""

    motion: Motion
    kind: str
    scheme: str
    notes: tuple[str, ...]


def read_motion_file(path: str | Path, fps: float | None = None, rate_factor: float = 1.0) -> ForeignMotion:
    """Read a file and carry it onto the canonical skeleton, at its own frame rate or at `fps`.

    rate_factor corrects a header known to be wrong (0.5: half the frames a second that it says). The floor isn't looked
    for. Raises DataError naming the file and what is wrong with it.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise DataError(f"{path}: motion is read from {' and '.join(SUFFIXES)} files")
    if suffix == ".npz":
        source, mapping, reference = amass.read_amass(path), amass.MAPPING, None
    else:
        source = read_bvh(path)
        try:
            mapping = detect_humanoid(source.skeleton)
        except DataError as error:
            raise DataError(f"{path}: {error}") from error
        source = upright_axes(source, mapping)
        source, reference = take_reference(source, mapping)
    source = replace(source, fps=_snapped(source.fps * rate_factor))
    if fps is not None:
        source = source.thinned(fps)
    try:
        motion = canonicalise(source, fit_body(source.skeleton, mapping, reference))
        motion = motion.resample(fps) if fps is not None else motion
    except (DataError, ValueError) as error:
        raise DataError(f"{path}: {error}") from error
    return ForeignMotion(motion, "smpl" if suffix == ".npz" else "bvh", mapping.name, source.notes)


def _snapped(fps: float) -> float:
    """Frame times are written with few digits (.0083333): the whole number of frames a second that is meant."""
    whole = round(fps)
    return float(whole) if whole and abs(fps - whole) < 1e-3 * whole else fps
