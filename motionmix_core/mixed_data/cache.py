"""The prepared cache as the trainer reads it: clips, their roles and captions, and all frames as features."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import DataError
from ..motion.motion import Motion
from ..motion.skeleton import canonical_skeleton
from ..representation import default as representation
from .caption_sources import EVERY, is_read

FORMAT = 1


@dataclass(frozen=True)
class Caption:
    """What happens from start to stop (frames of the clip, stop excluded); `mirrored` says it for the mirrored clip."""

    text: str
    mirrored: str
    start: int
    stop: int
    source: str


@dataclass(frozen=True)
class Clip:
    """One recording. `start` is its first row in the cache's arrays."""

    id: str
    dataset: str
    split: str
    start: int
    frames: int
    clean: bool
    noise_level: float | None
    captions: tuple[Caption, ...]
    shippable: bool

    @property
    def annotated(self) -> bool:
        """Whether anything says what happens in it."""
        return bool(self.captions)


@dataclass(frozen=True)
class MotionCache:
    """features: (N, 207) float32, not normalised, all clips one after the other. fps: frames a second."""

    folder: Path
    clips: tuple[Clip, ...]
    features: np.ndarray
    fps: float

    def select(self, split: str, shippable_only: bool) -> list[Clip]:
        """Clips of one split; `shippable_only` leaves out those that shipped weights may not learn from."""
        return [c for c in self.clips if c.split == split and (c.shippable or not shippable_only)]

    def told_by(self, sources: Sequence[str]) -> MotionCache:
        """The same without captions from other sources (`caption_sources.is_read`)."""
        said = [tuple(c for c in clip.captions if is_read(c.source, sources)) for clip in self.clips]
        return replace(self, clips=tuple(replace(c, captions=s) for c, s in zip(self.clips, said, strict=True)))


def _read_clip(entry: dict[str, Any], fps: float) -> Clip:
    frames = int(entry["frames"])
    captions = tuple(
        Caption(
            c["text"],
            c["mirrored_text"],
            max(0, round(c["start_s"] * fps)),
            min(frames, round(c["end_s"] * fps)),
            c["source"],
        )
        for c in entry["captions"]
    )
    return Clip(
        entry["id"],
        entry["dataset"],
        entry["split"],
        int(entry["start"]),
        frames,
        bool(entry["clean"]),
        entry.get("noise_level"),
        tuple(c for c in captions if c.stop > c.start),
        bool(entry["shippable"]),
    )


def _encode(job: tuple[np.ndarray, np.ndarray, float]) -> np.ndarray:
    root, rotations, fps = job
    return representation.encode(Motion(canonical_skeleton(), root, rotations.astype(np.float32) / 32767.0, fps))


def _encoded_features(folder: Path, entries: list[dict[str, Any]], fps: float, jobs: int) -> np.ndarray:
    """Encode once and keep it beside the cache under a name that says from what and by which code it was made."""
    root = np.load(folder / "root.npy", mmap_mode="r")
    rotations = np.load(folder / "rotations.npy", mmap_mode="r")
    stamp = hashlib.sha256(Path(representation.__file__).read_bytes())
    stamp.update((folder / "manifest.json").read_bytes())
    stamp.update(root.tobytes())
    target = folder / f"features-{stamp.hexdigest()[:12]}.npy"
    if not target.exists():
        spans = [slice(e["start"], e["start"] + e["frames"]) for e in entries]
        work = ((np.array(root[s]), np.array(rotations[s]), fps) for s in spans)
        with ProcessPoolExecutor(jobs) as pool:
            encoded = list(pool.map(_encode, work, chunksize=8))
        features = np.zeros((len(root), representation.FEATURES), np.float32)
        for span, block in zip(spans, encoded, strict=True):
            features[span] = block
        partial = target.with_suffix(".partial.npy")
        np.save(partial, features)
        partial.replace(target)
        for old in folder.glob("features-*.npy"):
            if old != target:
                old.unlink()
    return np.load(target, mmap_mode="r")


def load_cache(folder: Path, caption_sources: Sequence[str] = EVERY, jobs: int = 2) -> MotionCache:
    """Read what `python -m training.prepare` wrote. Captions from other sources are left out.

    Raises DataError if the folder isn't such a cache.
    """
    manifest_path = folder / "manifest.json"
    try:
        manifest = json.loads(manifest_path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(f"{folder} holds no prepared motion; run python -m training.prepare first") from None
    except json.JSONDecodeError as error:
        raise DataError(f"{manifest_path} is damaged ({error}); run python -m training.prepare again") from error
    if manifest.get("format") != FORMAT:
        raise DataError(f"{manifest_path} has format {manifest.get('format')!r}, expected {FORMAT}: prepare it again")
    fps = float(manifest["fps"])
    entries = manifest["clips"]
    features = _encoded_features(folder, entries, fps, jobs)
    return MotionCache(folder, tuple(_read_clip(e, fps) for e in entries), features, fps).told_by(caption_sources)
