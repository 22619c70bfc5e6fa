"""The cache on disk: three files that the trainer maps into memory.

    root.npy       float32 (N, 3)      root positions of all clips, one after the other, metres
    rotations.npy  int16 (N, 22, 4)    local rotations, quaternions w x y z times 32767, continuous in sign
    manifest.json  which frames are which clip, and all that is known about it
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from motionmix_core.errors import DataError
from motionmix_core.motion.motion import Motion
from motionmix_core.motion.skeleton import canonical_skeleton

from .records import QUATERNION_SCALE, Clip

FORMAT = 1
MANIFEST, ROOT, ROTATIONS = "manifest.json", "root.npy", "rotations.npy"


def write_cache(folder: Path, clips: Sequence[Clip], fps: float) -> Path:
    """Write clips (all at `fps`) to `folder`, replacing a cache that is there with all that was derived from it.

    Whole or not at all: built in a folder beside it and moved into place.

    Raises DataError if the folder can't be written or holds something that isn't a cache.
    """
    folder = Path(folder)
    check_target(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise DataError(f"can't write to {folder.parent}: {error.strerror or error}") from error
    try:
        building.chmod(0o755)
        _write_files(building, clips, fps)
        if folder.exists():
            old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent))
            os.replace(folder, old / "cache")
            os.replace(building, folder)
            shutil.rmtree(old, ignore_errors=True)
        else:
            os.replace(building, folder)
    except OSError as error:
        raise DataError(f"can't write {folder}: {error.strerror or error}") from error
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return folder


def check_target(folder: Path) -> None:
    """Raises DataError if a cache can't be written to `folder`: something else is there, or it may not be written."""
    folder = Path(folder)
    if folder.exists() and not (folder.is_dir() and (is_cache(folder) or not any(folder.iterdir()))):
        raise DataError(f"{folder} is in the way and is no motion cache; give a new or empty folder")
    parent = folder.parent
    while not parent.exists():
        parent = parent.parent
    if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
        raise DataError(f"can't write to {parent}")


def is_cache(folder: Path) -> bool:
    """Whether the folder holds a cache (of any version)."""
    return all((Path(folder) / name).is_file() for name in (MANIFEST, ROOT, ROTATIONS))


def _write_files(folder: Path, clips: Sequence[Clip], fps: float) -> None:
    total = sum(clip.frames.num_frames for clip in clips)
    root = np.empty((total, 3), np.float32)
    rotations = np.empty((total, canonical_skeleton().num_joints, 4), np.int16)
    entries, start = [], 0
    for clip in clips:
        stop = start + clip.frames.num_frames
        root[start:stop] = clip.frames.root
        rotations[start:stop] = clip.frames.rotations
        entries.append(_entry(clip, start))
        start = stop
    np.save(folder / ROOT, root)
    np.save(folder / ROTATIONS, rotations)
    manifest = {"format": FORMAT, "fps": fps, "skeleton": "canonical", "clips": entries}
    (folder / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


def _entry(clip: Clip, start: int) -> dict:
    return {
        "id": clip.id,
        "dataset": clip.dataset,
        "source": clip.source,
        "licence": clip.licence,
        "subject": clip.subject,
        "split": clip.split,
        "start": start,
        "frames": clip.frames.num_frames,
        "clean": clip.clean,
        "annotated": clip.annotated,
        "noise_level": clip.noise_level,
        "shippable": clip.shippable,
        "flags": list(clip.flags),
        "notes": list(clip.notes),
        **({"labels": dict(clip.labels)} if clip.labels else {}),
        "captions": [
            {"text": c.text, "mirrored_text": c.mirrored_text, "start_s": round(c.start_s, 3),
             "end_s": round(c.end_s, 3), "source": c.source} for c in clip.captions],
    }  # fmt: skip


def read_manifest(folder: Path) -> dict:
    """The manifest of a cache. Raises DataError if there is none or it is of another format."""
    path = Path(folder) / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{folder} holds no prepared motion ({error}); run python -m training.prepare first") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise DataError(f"{path} is of another format; run python -m training.prepare again")
    return manifest


def load_motion(folder: Path, entry: dict, fps: float) -> Motion:
    """The motion of one manifest entry."""
    span = slice(entry["start"], entry["start"] + entry["frames"])
    root = np.load(Path(folder) / ROOT, mmap_mode="r")[span]
    rotations = np.load(Path(folder) / ROTATIONS, mmap_mode="r")[span]
    return Motion(canonical_skeleton(), np.asarray(root), np.asarray(rotations) / QUATERNION_SCALE, fps)
