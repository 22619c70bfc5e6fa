"""The table that preparation prints at the end."""

from __future__ import annotations

from .pipeline import Result
from .records import Clip

COLUMNS = ("dataset", "clips", "minutes", "clean", "annotated", "train", "val", "test", "captions", "skipped")


def summary(result: Result) -> str:
    """Counts and minutes a dataset, then every file that was left out with its reason."""
    names = sorted({clip.dataset for clip in result.clips} | {skip.dataset for skip in result.skipped})
    rows = [_row(name, [c for c in result.clips if c.dataset == name],
                 sum(s.dataset == name for s in result.skipped)) for name in names]  # fmt: skip
    rows.append(_row("all", list(result.clips), len(result.skipped)))
    widths = [max(len(row[k]) for row in [COLUMNS, *rows]) for k in range(len(COLUMNS))]
    lines = ["  ".join(cell.ljust(width) if k == 0 else cell.rjust(width)
                       for k, (cell, width) in enumerate(zip(row, widths, strict=True)))
             for row in [COLUMNS, *rows]]  # fmt: skip
    lines += [f"{'broken' if skip.broken else 'left out'}: {skip.name}: {skip.reason}" for skip in result.skipped]
    broken = sum(skip.broken for skip in result.skipped)
    lines.append(f"wrote {result.folder}: {len(result.clips)} clips; {broken} broken and "
                 f"{len(result.skipped) - broken} others left out")  # fmt: skip
    return "\n".join(lines)


def _row(name: str, clips: list[Clip], skipped: int) -> tuple[str, ...]:
    def minutes(chosen: list[Clip]) -> str:
        return f"{sum(clip.seconds for clip in chosen) / 60:.1f}"

    return (
        name, str(len(clips)), minutes(clips), minutes([c for c in clips if c.clean]),
        minutes([c for c in clips if c.annotated]),
        *(minutes([c for c in clips if c.split == split]) for split in ("train", "val", "test")),
        str(sum(len(clip.captions) for clip in clips)), str(skipped),
    )  # fmt: skip
