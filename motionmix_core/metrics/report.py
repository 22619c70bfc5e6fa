"""Repeated measures with 95 % intervals, and tables of them as JSON and Markdown."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

REPEATS = 20


@dataclass(frozen=True)
class Estimate:
    """mean: the estimate; interval: half the width of its 95 % interval; repeats: how many values it stands on."""

    mean: float
    interval: float = 0.0
    repeats: int = 1

    @classmethod
    def of(cls, values: Sequence[float] | np.ndarray) -> Estimate:
        """Mean and 1.96 std / sqrt(n), the interval that the field reports (method 1.9)."""
        array = np.asarray(values, dtype=np.float64)
        if array.size == 0:
            raise ValueError("no value to estimate from")
        return cls(float(array.mean()), float(1.96 * array.std() / math.sqrt(array.size)), int(array.size))

    def __format__(self, spec: str) -> str:
        spec = spec or ".3f"
        text = format(self.mean, spec)
        return f"{text} ± {format(self.interval, spec)}" if self.repeats > 1 else text


def repeated(
    measure: Callable[[np.random.Generator], Mapping[str, float]], repeats: int = REPEATS, seed: int = 0
) -> dict[str, Estimate]:
    """Takes a measure `repeats` times, each with a random generator of its own, and estimates each of its values."""
    children = np.random.SeedSequence(seed).spawn(repeats)
    runs = [measure(np.random.default_rng(child)) for child in children]
    return {name: Estimate.of([run[name] for run in runs]) for name in runs[0]}


@dataclass(frozen=True)
class Table:
    """Rows of estimates under named columns. title and notes go over and under it; formats: a format spec a column."""

    title: str
    columns: tuple[str, ...]
    rows: dict[str, dict[str, Estimate]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    formats: Mapping[str, str] = field(default_factory=dict)
    row_header: str = ""

    def markdown(self) -> str:
        """The table as GitHub Markdown; a missing value is a dash."""
        lines = [f"### {self.title}", "", f"| {self.row_header} | " + " | ".join(self.columns) + " |"]
        lines.append("|---|" + "---:|" * len(self.columns))
        for name, row in self.rows.items():
            cells = [format(row[c], self.formats.get(c, ".3f")) if c in row else "–" for c in self.columns]
            lines.append(f"| {name.replace('|', '/')} | " + " | ".join(cells) + " |")
        lines += [""] + [f"{note}" for note in self.notes]
        return "\n".join(lines).rstrip() + "\n"

    def as_plain(self) -> dict[str, object]:
        """The table as plain data for JSON; values that aren't finite become null."""
        return {
            "title": self.title,
            "columns": list(self.columns),
            "rows": {
                name: {
                    column: {"mean": _finite(e.mean), "interval": _finite(e.interval), "repeats": e.repeats}
                    for column, e in row.items()
                }
                for name, row in self.rows.items()
            },
            "notes": list(self.notes),
        }


def write_tables(tables: Sequence[Table], path: str | Path, facts: Mapping[str, object] | None = None) -> list[Path]:
    """Writes tables as <path>.json and <path>.md, both headed by `facts` (such as the machine); returns both paths."""
    base = Path(path)
    if base.suffix in (".json", ".md"):
        base = base.with_suffix("")
    base.parent.mkdir(parents=True, exist_ok=True)
    json_path, markdown_path = Path(f"{base}.json"), Path(f"{base}.md")
    plain = {"facts": dict(facts or {}), "tables": [table.as_plain() for table in tables]}
    json_path.write_text(json.dumps(plain, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    lines = [f"- {name}: {value}" for name, value in (facts or {}).items()]
    text = "\n".join([*lines, *([""] if lines else []), *(table.markdown() for table in tables)])
    markdown_path.write_text(text, encoding="utf-8")
    return [json_path, markdown_path]


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
