"""AMASS's copies of CMU's trials: the same recordings fitted again, which must not bring held-out ones into training.

AMASS names them CMU/13/13_02_poses.npz, or 13_02_stageii.npz. Beside CMU's own trials they have no say in how these are
split: what lies in the test or validation part there is left out here, with other takes of the same thing by the same
person, and the rest is for training.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from . import cmu
from .records import Clip, Skipped

DATASET = "amass-cmu"
_FILE = re.compile(r"^(\d{1,3})_(\d{1,3})_(?:poses|stageii)$")


def copied_trial(path: Path) -> str | None:
    """ "13_02" for AMASS's copy of that trial; None for any other file."""
    name = _FILE.match(path.stem)
    inside = any(part.lower() == "cmu" for part in path.absolute().parts[:-1])
    return f"{int(name[1]):02d}_{int(name[2]):02d}" if name and inside and path.suffix.lower() == ".npz" else None


def as_copy(clip: Clip, trial: str, index: Mapping[str, str] | None) -> Clip:
    """The clip under its trial's name, in the group of the trial; index: what CMU's own says of it.

    Without a description all trials of a subject are one group: any of them may be the same thing again.
    """
    subject, description = int(trial.split("_")[0]), (index or {}).get("description", "")
    group = cmu.group_of(subject, trial, "" if description.lower() == "unknown" else description).removesuffix("/")
    return replace(clip, id=f"{DATASET}/{trial}", dataset=DATASET, subject=str(subject), group=group)


def parted(clips: Sequence[Clip]) -> tuple[list[Clip], list[Clip]]:
    """Clips that are split as they come, and copies that follow CMU's own trials; none of these without such trials."""
    if not any(clip.dataset == cmu.DATASET for clip in clips):
        return list(clips), []
    return [c for c in clips if c.dataset != DATASET], [c for c in clips if c.dataset == DATASET]


def for_training(copies: Sequence[Clip], split: Sequence[Clip]) -> tuple[list[Clip], list[Skipped]]:
    """The copies of what isn't held out, for training, and those left out. split: all other clips, in their parts."""
    own = [clip for clip in split if clip.dataset == cmu.DATASET]
    groups = {_trial(clip): clip.group for clip in own}
    held_out: dict[str, Clip] = {}  # by trial, by group, and by subject for copies of which no more is known
    for clip in own:
        if clip.split != "train":
            held_out |= {_trial(clip): clip, clip.group: clip, clip.subject: clip}
    kept, left_out = [], []
    for copy in copies:
        trial = _trial(copy)
        twin = held_out.get(trial) or held_out.get(groups.get(trial, copy.group))
        if twin is None:
            kept.append(copy.with_split("train"))
            continue
        same = _trial(twin) == trial
        what = "the same recording as" if same else "the same person, and as far as is known the same thing, as"
        reason = f"{what} {cmu.DATASET}/{_trial(twin)}, which is kept for {_PARTS.get(twin.split, twin.split)}"
        left_out.append(Skipped(copy.source, reason, copy.dataset, broken=False))
    return kept, left_out


_PARTS = {"test": "testing", "val": "validation"}


def _trial(clip: Clip) -> str:
    """ "13_02" of "cmu/13_02" and of the stretches that were cut from it."""
    return clip.id.split("/")[-1].split("@")[0]
