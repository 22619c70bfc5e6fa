"""Carving a validation part out of the training clips, whole groups at a time and the same on every machine."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from .records import Clip

VALIDATION_SHARE = 0.06


def spread_test(clips: Sequence[Clip]) -> list[Clip]:
    """Put every clip into "test" whose group has a test clip: other takes (of a full database) would give it away."""
    tested = {(clip.dataset, clip.group) for clip in clips if clip.split == "test" and clip.group}
    return [clip.with_split("test") if (clip.dataset, clip.group) in tested else clip for clip in clips]


def carve_validation(clips: Sequence[Clip], share: float = VALIDATION_SHARE) -> list[Clip]:
    """Move about `share` of each dataset's training time to "val"; same order. Groups stay whole.

    Groups are taken in the order of a hash of their names, so that adding other data doesn't reshuffle the choice;
    a group that would overshoot the share is passed over.
    """
    seconds: dict[tuple[str, str], float] = {}
    for clip in clips:
        if clip.split == "train":
            key = (clip.dataset, clip.group or clip.id)
            seconds[key] = seconds.get(key, 0.0) + clip.seconds
    chosen: set[tuple[str, str]] = set()
    for dataset in sorted({key[0] for key in seconds}):
        groups = [key for key in seconds if key[0] == dataset]
        budget = share * sum(seconds[key] for key in groups)
        for key in sorted(groups, key=lambda key: hashlib.sha256("/".join(key).encode()).digest()):
            if seconds[key] <= budget:
                chosen.add(key)
                budget -= seconds[key]

    def is_chosen(clip: Clip) -> bool:
        return clip.split == "train" and (clip.dataset, clip.group or clip.id) in chosen

    return [clip.with_split("val") if is_chosen(clip) else clip for clip in clips]
