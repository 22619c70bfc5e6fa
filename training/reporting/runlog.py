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
class Part:
    """One run: steps, hours (None where its log has no times), windows a step (None where its checkpoint is gone)."""

    steps: int
    hours: float | None
    batch: int | None = None


@dataclass(frozen=True)
class RunLog:
    """steps: trained. hours: spent at it, None where the log has no times. validation: rows by step. device: in words.

    parts: each run where several went on from one another. went_on: whether the first began with weights of earlier
    runs, which are counted nowhere here.
    """

    steps: int
    hours: float | None
    validation: list[dict[str, float]]
    device: str = ""
    parts: list[Part] = field(default_factory=list)
    went_on: bool = False

    @property
    def in_words(self) -> str:
        """What it cost, and a table of the runs where there are several."""
        text = f"{self.steps:,} steps, {_hours(self.hours)}{f', on {self.device}' if self.device else ''}."
        if self.went_on:
            text += " The first of them began with weights of earlier runs, which are not counted here (model card)."
        if len(self.parts) > 1:
            text += (
                f" {len(self.parts)} runs, each begun with the averaged weights of the one before:\n\n"
                "| run | steps | windows a step | hours |\n|---:|---:|---:|---:|\n"
            )
            text += "\n".join(
                f"| {n} | {p.steps:,} | {p.batch or '–'} | {'–' if p.hours is None else f'{p.hours:.1f}'} |"
                for n, p in enumerate(self.parts, start=1)
            )
        return text

    @property
    def starts(self) -> list[int]:
        """The steps at which later runs began, counted through."""
        return list(itertools.accumulate(part.steps for part in self.parts))[:-1]

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
        parts = [Part(**one) for one in plain.pop("parts", [])]
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
    parts = [part for log in logs for part in log.parts]
    return RunLog(before, known, rows, device, parts, logs[0].went_on if logs else False)


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
    steps, hours, config = max(last, *rows, 0) if rows else last, hours_of(times), _config(folder / "last.pt")
    return RunLog(steps, hours, ordered, "", [Part(steps, hours, config.get("batch"))], bool(config.get("init_from")))


def _config(checkpoint: Path) -> dict[str, Any]:
    """The settings that a checkpoint keeps; none where there is no checkpoint."""
    if not checkpoint.exists():
        return {}
    import torch

    return dict(torch.load(checkpoint, map_location="cpu", weights_only=True, mmap=True).get("config", {}))


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
