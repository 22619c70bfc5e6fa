"""Any motion file -> a canonical Motion: BVH with a humanoid hierarchy, AMASS and SMPL npz, our own npz."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..errors import DataError
from ..motion.motion import Motion
from . import amass
from .bvh_read import read_bvh
from .canonicalise import canonicalise, fit_body
from .humanoid import detect_humanoid
from .motion_npz import load_motion
from .reference import take_reference, upright_axes
from .source import SourceMotion

SUFFIXES = (".bvh", ".npz")


@dataclass(frozen=True)
class ForeignMotion:
    """motion on the canonical skeleton; kind: "bvh", "smpl" or "motionmix"; scheme: of joint names; notes: guesses."""

    motion: Motion
    kind: str
    scheme: str
    notes: tuple[str, ...]


def read_motion_file(
    path: str | Path, fps: float | None = None, rate_factor: float = 1.0, unstated_fps: float | None = None
) -> ForeignMotion:
    """Read a file and carry it onto the canonical skeleton, at its own frame rate or at `fps`.

    rate_factor corrects a header known to be wrong (0.5: half the frames a second that it says). unstated_fps is the
    rate of an SMPL file that states none. The floor isn't looked for. Raises DataError naming the file and what is
    wrong with it.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise DataError(f"{path}: motion is read from {' and '.join(SUFFIXES)} files")
    reference: np.ndarray | None = None
    if suffix == ".npz" and not _is_own(path):
        kind, source, mapping = "smpl", amass.read_amass(path, unstated_fps), amass.MAPPING
    else:
        kind, source = ("motionmix", _read_own(path)) if suffix == ".npz" else ("bvh", read_bvh(path))
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
    return ForeignMotion(motion, kind, mapping.name, source.notes)


def _is_own(path: Path) -> bool:
    """Whether an npz file is one that this program wrote. Broken files count as foreign and are named there."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return {"names", "root_positions", "rotations"} <= set(arrays.files)
    except (OSError, ValueError, TypeError, AttributeError, EOFError, zipfile.BadZipFile):  # a lone array has no names
        return False


def _read_own(path: Path) -> SourceMotion:
    motion = load_motion(path)
    return SourceMotion(motion.skeleton, motion.root_positions, motion.rotations, motion.fps)


def _snapped(fps: float) -> float:
    """Frame times are written with few digits (.0083333): the whole number of frames a second that is meant."""
    whole = round(fps)
    return float(whole) if whole and abs(fps - whole) < 1e-3 * whole else fps
