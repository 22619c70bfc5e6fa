"""The shared Bandai-Namco pack: ten actions in seven styles, 22 SMPL-named joints. Research only (CC BY-NC 4.0)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import DataError
from ..motion.skeleton import JOINT_NAMES, Skeleton
from .cmu_pack import packed_motion, read_arrays, read_json_lines, read_skeleton
from .humanoid import HumanoidMapping
from .source import SourceMotion

MAPPING = HumanoidMapping({name: name for name in JOINT_NAMES if name != "spine2"}, name="Bandai")


@dataclass(frozen=True)
class BandaiPack:
    """An opened folder; a shard (all clips of one action) is read at a time."""

    folder: Path
    skeleton: Skeleton

    @staticmethod
    def is_pack(folder: Path) -> bool:
        """Whether the folder has the files of this pack."""
        return (folder / "clips.jsonl").is_file() and any(folder.glob("bandai_*.npz"))

    @classmethod
    def open(cls, folder: Path) -> BandaiPack:
        """Raises DataError if the skeleton is broken."""
        return cls(folder, read_skeleton(folder / "skeleton.json"))

    def clips(self) -> list[dict]:
        """The lines of clips.jsonl in order."""
        return list(read_json_lines(self.folder / "clips.jsonl"))

    def shard(self, name: str) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Clip name -> root (T, 3) float32, rotations (T, 22, 4) int16. Raises DataError if the file is broken.

        The file holds the differences along time of all its clips' quaternions, modulo 2^16, time last.
        """
        path = self.folder / name
        names, frames, root, delta = read_arrays(path, "names", "frames", "root", "rot_delta")
        ends = np.cumsum(frames)
        if delta.ndim != 3 or delta.dtype != np.int16 or len(ends) == 0 or delta.shape[-1] != ends[-1]:
            raise DataError(f"{path}: rot_delta of {delta.dtype} {delta.shape} doesn't hold {ends[-1:]} frames")
        if len(root) != ends[-1] or len(names) != len(frames):
            raise DataError(f"{path}: its arrays have different lengths")
        rotations = np.moveaxis(np.cumsum(delta, axis=-1, dtype=np.int16), -1, 0)
        return {str(clip): (root[end - count : end], rotations[end - count : end])
                for clip, count, end in zip(names, frames, ends, strict=True)}  # fmt: skip

    def motion(self, clip: dict, shard: dict[str, tuple[np.ndarray, np.ndarray]]) -> SourceMotion:
        """The motion of one line of clips() from its shard. Raises DataError naming clip and reason."""
        if clip["clip"] not in shard:
            raise DataError(f"{clip['clip']}: not in its shard {clip.get('shard')}")
        root, rotations = shard[clip["clip"]]
        return packed_motion(root, rotations, self.skeleton, clip.get("fps", 30), clip["clip"])
