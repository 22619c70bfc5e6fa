"""What may be another when a run goes on, and how it is noticed that something else is.

The same line resumes a run as if nothing had happened: batches and noise follow from config, clips and step. Another
seed, batch or weight of a loss in its middle would make a run that no config describes.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from ..errors import DataError
from .cache import Clip, MotionCache
from .checkpoints import Checkpoint, config_to_dict
from .config import TrainConfig

MAY_CHANGE = frozenset(
    {"name", "steps", "decay_from", "precision", "compile", "checkpoint_minutes", "validate_every", "log_every"}
)
"""Where the run and its schedule end, and what only decides how fast it goes and how often it tells or saves."""


def check_same_run(stored: TrainConfig, wanted: TrainConfig, folder: Path) -> None:
    """Raises DataError that names what differs between a run's config and the one that it is to go on with."""
    before, now = config_to_dict(stored), config_to_dict(wanted)
    if before["network"] != now["network"]:
        raise DataError(f"{folder} holds a run with another network; choose another folder")
    changes = []
    for name, value in now.items():
        if isinstance(value, dict):
            changes += [
                f"[{name}] {key} = {before[name][key]!r} (now {inner!r})"
                for key, inner in value.items()
                if before[name][key] != inner
            ]
        elif name not in MAY_CHANGE and before[name] != value:
            changes.append(f"{name} = {before[name]!r} (now {value!r})")
    if changes:
        raise DataError(
            f"{folder} holds a run with other settings: {', '.join(changes)}. Put them back to go on with it, or begin "
            f'another run in another folder (init_from = "{folder.as_posix()}" begins it with these weights)'
        )


def fingerprint(cache: MotionCache, clips: list[Clip]) -> str:
    """Names the clips that are trained on: what is known of each, and its middle frame."""
    seen = hashlib.sha256()
    for clip in clips:
        told = (clip.id, clip.dataset, clip.frames, clip.clean, clip.noise_level, clip.captions)
        seen.update(repr(told).encode())
        seen.update(cache.features[clip.start + clip.frames // 2].tobytes())
    return seen.hexdigest()[:16]


def other_clips(stored: Checkpoint, clips: str, folder: Path) -> str | None:
    """What to tell where a run goes on with other clips than before (clips: their fingerprint); None for the same.

    It's allowed: who has captured more may go on with it. Checkpoints from before the fingerprint tell nothing.
    """
    if not stored.clips or stored.clips == clips:
        return None
    return (
        f"the prepared clips aren't those that {folder} has learned from so far: it goes on with these, from step "
        f"{stored.step}, with the statistics of the others"
    )
