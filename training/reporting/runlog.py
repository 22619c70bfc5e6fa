"""What a training run's folder tells: steps, hours, validation losses. Kept beside the report, since runs are not."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

LONGEST_STEP = 600.0  # seconds; a longer silence between two lines of the log is a break, not work


@dataclass(frozen=True)
class RunLog:
    """steps: trained. hours: spent at it, None where the log has no times. validation: rows by step. device: in words.

    parts: steps and hours of each run where several went on from one another.
    """

    steps: int
    hours: float | None
    validation: list[dict[str, float]]
    device: str = ""
    parts: list[tuple[int, float | None]] = field(default_factory=list)

    @property
    def in_words(self) -> str:
        """What it cost."""
        text = f"{self.steps:,} steps, {_hours(self.hours)}{f', on {self.device}' if self.device else ''}."
        if len(self.parts) > 1:
            runs = "; ".join(f"{steps:,} steps, {_hours(hours)}" for steps, hours in self.parts)
            text += f" {len(self.parts)} runs, each begun with the averaged weights of the one before: {runs}."
        return text

    def save(self, path: Path) -> None:
        """As JSON, figures rounded to what a plot shows."""
        path.parent.mkdir(parents=True, exist_ok=True)
        plain: dict[str, Any] = asdict(self)
        plain["validation"] = [{k: round(v, 5) for k, v in row.items()} for row in self.validation]
        path.write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")

    @staticmethod
    def load(path: Path) -> RunLog | None:
        """What `save` wrote, None if it isn't there."""
        if not path.exists():
            return None
        plain = json.loads(path.read_text(encoding="utf-8"))
        parts = [(steps, hours) for steps, hours in plain.pop("parts", [])]
        return RunLog(**plain, parts=parts)


def read_runs(folders: Sequence[Path], device: str = "") -> RunLog:
    """Runs that went on from one another, first to last, as one: steps, hours and curves one after the other."""
    logs = [read_run(folder) for folder in folders]
    rows, before = [], 0
    for log in logs:
        rows += [{**row, "step": row["step"] + before} for row in log.validation]
        before += log.steps
    hours = [log.hours for log in logs if log.hours is not None]
    known = sum(hours) if len(hours) == len(logs) else None
    return RunLog(before, known, rows, device, [(log.steps, log.hours) for log in logs])


def read_run(folder: Path) -> RunLog:
    """From validation.jsonl and the TensorBoard log of a run's folder; a step that was logged twice counts once."""
    rows: dict[int, dict[str, float]] = {}
    path = folder / "validation.jsonl"
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        row = json.loads(line)
        if len(row) > 1:
            rows[int(row["step"])] = row
    ordered = [rows[step] for step in sorted(rows)]
    times, last = _times(folder / "logs")
    return RunLog(max(last, *rows, 0) if rows else last, hours_of(times), ordered)


def hours_of(times: list[float]) -> float | None:
    """Hours that the log's moments (seconds, any order) span, breaks left out; None for fewer than two moments."""
    if len(times) < 2:
        return None
    ordered = sorted(times)
    gaps = (after - before for before, after in itertools.pairwise(ordered))
    return sum(gap for gap in gaps if gap < LONGEST_STEP) / 3600


def _hours(hours: float | None) -> str:
    return "hours not logged" if hours is None else f"{hours:.1f} hours by the log's own times"


def _times(folder: Path) -> tuple[list[float], int]:
    if not folder.is_dir():
        return [], 0
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    log = EventAccumulator(str(folder), size_guidance={"scalars": 0})
    log.Reload()
    if "train/loss" not in log.Tags()["scalars"]:
        return [], 0
    events = log.Scalars("train/loss")
    return [event.wall_time for event in events], max(event.step for event in events)
