"""The table that preparation prints at the end."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .pipeline import Result
from .records import Clip

COLUMNS = ("dataset", "clips", "minutes", "clean", "annotated", "train", "val", "test", "captions", "skipped")
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?")


def summary(result: Result) -> str:
    """Counts and minutes a dataset, what was guessed or changed, then every file that was left out with its reason."""
    names = sorted({clip.dataset for clip in result.clips} | {skip.dataset for skip in result.skipped})
    rows = [_row(name, [c for c in result.clips if c.dataset == name],
                 sum(s.dataset == name for s in result.skipped)) for name in names]  # fmt: skip
    rows.append(_row("all", list(result.clips), len(result.skipped)))
    widths = [max(len(row[k]) for row in [COLUMNS, *rows]) for k in range(len(COLUMNS))]
    lines = ["  ".join(cell.ljust(width) if k == 0 else cell.rjust(width)
                       for k, (cell, width) in enumerate(zip(row, widths, strict=True)))
             for row in [COLUMNS, *rows]]  # fmt: skip
    lines += _notes(result.clips)
    if not any(clip.split == "val" for clip in result.clips):
        lines.append("warning: too little to hold any of it out for validation (of one's own, eight files are needed)")
    lines += [f"{'broken' if skip.broken else 'left out'}: {skip.name}: {skip.reason}" for skip in result.skipped]
    broken = sum(skip.broken for skip in result.skipped)
    lines.append(f"wrote {result.folder}: {len(result.clips)} clips; {broken} broken and "
                 f"{len(result.skipped) - broken} others left out")  # fmt: skip
    return "\n".join(lines)


def _notes(clips: Sequence[Clip]) -> list[str]:
    """A line for each kind of guess or change: which it is, of how many clips, and of which first."""
    kinds: dict[str, list[tuple[str, str]]] = {}
    for clip in clips:
        for note in clip.notes:
            kinds.setdefault(_NUMBER.sub("0", note), []).append((note, clip.id))
    lines = []
    for found in kinds.values():
        note, first = found[0]
        same = len({text for text, _ in found}) == 1
        hint = "; --fps says another" if note.startswith("no frame rate given") else ""
        which = first if len(found) == 1 else f"{len(found)} clips, {first} and on"
        lines.append(f"note: {note}{'' if same else ' or the like'}{hint}: {which}")
    return lines


def _row(name: str, clips: list[Clip], skipped: int) -> tuple[str, ...]:
    def minutes(chosen: list[Clip]) -> str:
        return f"{sum(clip.seconds for clip in chosen) / 60:.1f}"

    return (
        name, str(len(clips)), minutes(clips), minutes([c for c in clips if c.clean]),
        minutes([c for c in clips if c.annotated]),
        *(minutes([c for c in clips if c.split == split]) for split in ("train", "val", "test")),
        str(sum(len(clip.captions) for clip in clips)), str(skipped),
    )  # fmt: skip
