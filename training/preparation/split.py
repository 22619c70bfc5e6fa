"""Carving validation and test parts out of the training clips, the same on every machine.

Whole groups at a time: takes of one thing by one person are alike. A folder of one's own is often a single group, or a
few large ones; single files are held out of such, because with nothing held out nobody can tell learning from
remembering.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence

from .records import Clip

VALIDATION_SHARE = 0.06
LEAST_FILES = 8  # with fewer, each is worth more in training
LARGEST_SHARE = 0.25  # of its data set, that one file may have which is held out alone

Key = tuple[str, str]


def spread_test(clips: Sequence[Clip]) -> list[Clip]:
    """Put every clip into "test" whose group has a test clip: other takes (of a full database) would give it away."""
    tested = {(clip.dataset, clip.group) for clip in clips if clip.split == "test" and clip.group}
    return [clip.with_split("test") if (clip.dataset, clip.group) in tested else clip for clip in clips]


def carve_validation(clips: Sequence[Clip], share: float = VALIDATION_SHARE, loose: Collection[str] = ()) -> list[Clip]:
    """Move about `share` of each dataset's training time to "val"; same order. Groups stay whole.

    Groups are taken in the order of a hash of their names, so that adding other data doesn't reshuffle the choice;
    a group that would overshoot the share is passed over. loose: datasets of single files, of which files are taken
    instead where no group is small enough.
    """
    training = [clip for clip in clips if clip.split == "train"]
    groups = _fitting(training, share, _group)
    bare = set(loose) - {dataset for dataset, _ in groups}
    chosen = {clip.id for clip in training if _group(clip) in groups}
    chosen |= _of_files([clip for clip in training if clip.dataset in bare], share)
    return [clip.with_split("val") if clip.id in chosen else clip for clip in clips]


def carve_test(clips: Sequence[Clip], share: float, loose: Collection[str]) -> list[Clip]:
    """Move about `share` of the training time of datasets of single files to "test"; same order.

    Files, not groups: what is asked for is so much of one's own data, of all its folders.
    """
    training = [clip for clip in clips if clip.split == "train" and clip.dataset in loose]
    chosen = _of_files(training, share) if share > 0 else set()
    return [clip.with_split("test") if clip.id in chosen else clip for clip in clips]


def _group(clip: Clip) -> Key:
    return clip.dataset, clip.group or clip.id


def _seconds(clips: Sequence[Clip], key_of: Callable[[Clip], Key]) -> dict[Key, float]:
    seconds: dict[Key, float] = {}
    for clip in clips:
        seconds[key_of(clip)] = seconds.get(key_of(clip), 0.0) + clip.seconds
    return seconds


def _in_order(keys: Collection[Key], pool: str) -> list[Key]:
    mine = (key for key in keys if key[0] == pool)
    return sorted(mine, key=lambda key: hashlib.sha256("/".join(key).encode()).digest())


def _fitting(clips: Sequence[Clip], share: float, key_of: Callable[[Clip], Key]) -> set[Key]:
    """What fits into `share` of the time of each pool, the first part of the keys."""
    seconds = _seconds(clips, key_of)
    chosen: set[Key] = set()
    for pool in sorted({key[0] for key in seconds}):
        keys = _in_order(seconds, pool)
        budget = share * sum(seconds[key] for key in keys)
        for key in keys:
            if seconds[key] <= budget:
                chosen.add(key)
                budget -= seconds[key]
    return chosen


def _of_files(clips: Sequence[Clip], share: float) -> set[str]:
    """Ids of the clips of single files: of every dataset some, of all that have few files together some.

    One file that is too long for the share is taken rather than none.
    """
    files: dict[str, set[str]] = {}
    for clip in clips:
        files.setdefault(clip.dataset, set()).add(clip.source)

    def file(clip: Clip) -> Key:
        pool = clip.dataset if len(files[clip.dataset]) >= LEAST_FILES else ""
        return pool, f"{clip.dataset}/{clip.source}"

    chosen, seconds = _fitting(clips, share, file), _seconds(clips, file)
    # alone, a file that is noisy or says nothing would tell nothing
    telling = {file(clip) for clip in clips if clip.clean and clip.annotated}
    for pool in {key[0] for key in seconds} - {key[0] for key in chosen}:
        keys = _in_order(seconds, pool)
        most = LARGEST_SHARE * sum(seconds[key] for key in keys)
        fitting = [key for key in keys if seconds[key] <= most]
        if len(keys) >= LEAST_FILES and fitting:
            chosen.add(min(fitting, key=lambda key: key not in telling))
    return {clip.id for clip in clips if file(clip) in chosen}
