"""Single clips out of the cache that `python -m training.prepare` writes, by their ids."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from motionmix_core.errors import DataError
from motionmix_core.motion.motion import Motion
from training.preparation.cache import load_motion, read_manifest

DEFAULT_CACHE = Path(".cache/motion")


@dataclass(frozen=True)
class ClipCache:
    """An opened cache. clips: manifest entries by clip id."""

    folder: Path
    fps: float
    clips: dict[str, dict[str, Any]]

    def motion(self, clip_id: str) -> Motion:
        """The whole clip. Raises DataError for an id that the cache doesn't have."""
        if clip_id not in self.clips:
            near = [known for known in self.clips if clip_id.split("/")[-1] in known][:3]
            hint = f"; did you mean {', '.join(near)}?" if near else ""
            raise DataError(f"{self.folder} has no clip {clip_id!r}{hint}")
        return load_motion(self.folder, self.clips[clip_id], self.fps)

    def ids(self, split: str | None = None) -> list[str]:
        """Clip ids of one split, or of all."""
        return [clip_id for clip_id, clip in self.clips.items() if split is None or clip["split"] == split]

    def caption(self, clip_id: str, seconds: float = 0.0) -> str:
        """The clip's first caption for the moment `seconds` after its start, or nothing."""
        captions = self.clips[clip_id]["captions"]
        fitting = [c for c in captions if c["start_s"] <= seconds < c["end_s"]] or captions
        return str(fitting[0]["text"]) if fitting else ""


def open_cache(folder: str | Path = DEFAULT_CACHE) -> ClipCache:
    """Opens a cache folder. Raises DataError that says how to make one when there is none."""
    manifest = read_manifest(Path(folder))
    return ClipCache(Path(folder), float(manifest["fps"]), {clip["id"]: clip for clip in manifest["clips"]})
