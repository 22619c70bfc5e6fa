"""The shared CMU pack: one npz a subject, 31-joint bodies, captions and flags in JSON lines."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import DataError
from ..motion.rotations import quat_normalise
from ..motion.skeleton import Skeleton
from .source import SourceMotion

QUATERNION_SCALE = 32767.0


def read_skeleton(path: Path) -> Skeleton:
    """The one skeleton of a pack. Raises DataError if it is broken."""
    table = read_json(path)
    try:
        return Skeleton(tuple(table["joints"]), tuple(table["parents"]), np.asarray(table["offsets"]))
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{path}: not the pack's layout ({error})") from error


def read_json_lines(path: Path) -> Iterator[dict]:
    """The objects of a JSON-lines file. Raises DataError with the file's name and the line's number."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} can't be read: {error}") from error
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                value = json.loads(line)
            except ValueError as error:
                raise DataError(f"{path}, line {number}: not JSON ({error})") from error
            if not isinstance(value, dict):
                raise DataError(f"{path}, line {number}: an object was expected")
            yield value


def read_json(path: Path) -> dict:
    """A JSON object from a file. Raises DataError with the file's name."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path} can't be read: {error}") from error
    if not isinstance(value, dict):
        raise DataError(f"{path}: an object was expected")
    return value


def packed_motion(root: np.ndarray, rotations: np.ndarray, skeleton: Skeleton, fps: float, name: str) -> SourceMotion:
    """Arrays as all shared packs store them (root (T, 3), rotations (T, J, 4) times 32767) -> SourceMotion.

    Raises DataError (beginning with `name`) for another number of joints, other lengths, no frames, or NaN.
    """
    root, rotations = np.asarray(root), np.asarray(rotations)
    joints = skeleton.num_joints
    if rotations.ndim != 3 or rotations.shape[1:] != (joints, 4):
        raise DataError(f"{name}: rotations have the shape {rotations.shape}, (frames, {joints}, 4) was expected")
    if root.shape != (len(rotations), 3) or len(root) == 0:
        raise DataError(f"{name}: {len(rotations)} frames of rotations but a root path of the shape {root.shape}")
    quaternions = rotations.astype(np.float64)
    if np.issubdtype(rotations.dtype, np.integer):
        quaternions /= QUATERNION_SCALE
    if not (np.isfinite(root).all() and np.isfinite(quaternions).all()):
        raise DataError(f"{name}: contains NaN or infinite values")
    if np.linalg.norm(quaternions, axis=-1).min() < 0.5:
        raise DataError(f"{name}: contains rotations of no length")
    return SourceMotion(skeleton, root.astype(np.float64), quat_normalise(quaternions), float(fps))


@dataclass(frozen=True)
class CmuPack:
    """An opened pack: names, parents and one Skeleton a subject; motion is read on demand."""

    folder: Path
    skeletons: dict[str, Skeleton]

    @staticmethod
    def is_pack(folder: Path) -> bool:
        """Whether the folder has the files of the CMU pack."""
        return (folder / "skeletons.json").is_file() and (folder / "clips.jsonl").is_file()

    @classmethod
    def open(cls, folder: Path) -> CmuPack:
        """Raises DataError if skeletons.json is broken."""
        table = read_json(folder / "skeletons.json")
        try:
            names, parents = tuple(table["joints"]), tuple(table["parents"])
            skeletons = {subject: Skeleton(names, parents, np.asarray(body["offsets"]))
                         for subject, body in table["subjects"].items()}  # fmt: skip
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise DataError(f"{folder / 'skeletons.json'}: not the pack's layout ({error})") from error
        return cls(folder, skeletons)

    def clips(self) -> list[dict]:
        """The lines of clips.jsonl in order."""
        return list(read_json_lines(self.folder / "clips.jsonl"))

    def captions(self) -> dict[str, list[dict]]:
        """Clip name -> its lines of captions.jsonl."""
        return captions_by_clip(self.folder / "captions.jsonl")

    def shard(self, clip: str) -> Path:
        """The file that holds a clip: "cmu/13_11" -> cmu_13.npz."""
        return self.folder / f"cmu_{clip.split('/')[-1].split('_')[0]}.npz"

    def load(self, clip: dict) -> SourceMotion:
        """The motion of one line of clips(). Raises DataError naming clip and reason."""
        name = clip["clip"].split("/")[-1]
        skeleton = self.skeletons.get(str(clip.get("skeleton")))
        if skeleton is None:
            raise DataError(f"{clip['clip']}: skeletons.json has no subject {clip.get('skeleton')}")
        root, rotations = read_arrays(self.shard(clip["clip"]), f"{name}/root", f"{name}/rot")
        return packed_motion(root, rotations, skeleton, clip.get("fps", 30), clip["clip"])


def captions_by_clip(path: Path) -> dict[str, list[dict]]:
    """Clip name -> its caption lines; empty if there is no such file."""
    table: dict[str, list[dict]] = {}
    if path.is_file():
        for line in read_json_lines(path):
            table.setdefault(str(line.get("clip")), []).append(line)
    return table


def read_arrays(path: Path, *keys: str) -> list[np.ndarray]:
    """Arrays of an npz file; pickles are refused. Raises DataError with the file's name."""
    if not path.is_file():
        raise DataError(f"{path} is missing")
    try:
        with np.load(path, allow_pickle=False) as arrays:
            absent = [key for key in keys if key not in arrays.files]
            if absent:
                raise DataError(f"{path} has no {', '.join(absent)}")
            return [arrays[key] for key in keys]
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zipfile.LargeZipFile) as error:
        raise DataError(f"{path} is broken: {error}") from error
