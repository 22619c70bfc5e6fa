"""The shared packs of hand-made and AIST++ motion: one npz, one 22-joint skeleton with Unreal's names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..errors import DataError
from ..motion.skeleton import Skeleton
from .cmu_pack import captions_by_clip, packed_motion, read_arrays, read_json_lines, read_skeleton
from .source import SourceMotion


@dataclass(frozen=True)
class Cc0Pack:
    """An opened folder; motion is read on demand."""

    folder: Path
    shard: Path
    skeleton: Skeleton

    @staticmethod
    def is_pack(folder: Path) -> bool:
        """Whether the folder has the files of a folder of hand-made or AIST++ motion."""
        return all((folder / name).is_file() for name in ("skeleton.json", "clips.jsonl", "captions.jsonl"))

    @classmethod
    def open(cls, folder: Path) -> Cc0Pack:
        """Raises DataError if the skeleton is broken or there isn't exactly one npz."""
        skeleton = read_skeleton(folder / "skeleton.json")
        shards = sorted(folder.glob("*.npz"))
        if len(shards) != 1:
            raise DataError(f"{folder}: one npz file was expected, {len(shards)} found")
        return cls(folder, shards[0], skeleton)

    def clips(self) -> list[dict]:
        """The lines of clips.jsonl in order."""
        return list(read_json_lines(self.folder / "clips.jsonl"))

    def captions(self) -> dict[str, list[dict]]:
        """Clip name -> its lines of captions.jsonl."""
        return captions_by_clip(self.folder / "captions.jsonl")

    def load(self, clip: dict) -> SourceMotion:
        """The motion of one line of clips(). Raises DataError naming clip and reason."""
        name = clip["clip"].split("/", 1)[-1]
        root, rotations = read_arrays(self.shard, f"{name}/root", f"{name}/rot")
        return packed_motion(root, rotations, self.skeleton, clip.get("fps", 30), clip["clip"])
