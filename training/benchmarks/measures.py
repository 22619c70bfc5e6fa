"""Repeated measures and the table that they are printed in."""

from __future__ import annotations

import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

REFERENCE = "MDM, same size, 1,000 steps"
QUIET = 0.2  # cores of others below which a time counts


@dataclass(frozen=True)
class Row:
    """One line of the table.

    values: every repeat, in `unit`. budget: what it must stay under (design section 7), in the same unit; None = no
    budget. timed: whether it makes a 6 s clip and so can be compared with the reference row. note: what to know.
    """

    name: str
    values: tuple[float, ...]
    unit: str = "s"
    budget: float | None = None
    timed: bool = False
    note: str = ""

    @property
    def median(self) -> float:
        """Median over the repeats."""
        return statistics.median(self.values)


def seconds_of(
    action: Callable[[], object], repeats: int, clock: Callable[[], float] = time.perf_counter
) -> tuple[float, ...]:
    """Seconds of each of `repeats` calls, by the wall's clock or another (time.process_time: of this process alone)."""
    taken = []
    for _ in range(repeats):
        begin = clock()
        action()
        taken.append(clock() - begin)
    return tuple(taken)


def markdown(rows: Sequence[Row], facts: Mapping[str, object]) -> str:
    """The table, headed by the facts of the machine."""
    reference = next((row.median for row in rows if row.name == REFERENCE), None)
    lines = [f"- {name}: {value}" for name, value in facts.items()]
    lines += ["", "| measure | median | lowest – highest | repeats | budget | kept | x faster than MDM 1,000 |"]
    lines += ["|---|---:|---:|---:|---:|---|---:|"]
    for row in rows:
        budget = "" if row.budget is None else f"{_shown(row.budget, row.unit)}"
        kept = "" if row.budget is None else ("yes" if row.median <= row.budget else "**no**")
        ratio = f"{reference / row.median:,.1f}" if reference and row.timed else ""
        spread = f"{_shown(min(row.values), row.unit)} – {_shown(max(row.values), row.unit)}"
        lines.append(
            f"| {row.name} | {_shown(row.median, row.unit)} | {spread if len(row.values) > 1 else ''} | "
            f"{len(row.values)} | {budget} | {kept} | {ratio} |"
        )
    notes = [f"- {row.name}: {row.note}" for row in rows if row.note]
    return "\n".join([*lines, *([""] if notes else []), *notes]) + "\n"


def write(rows: Sequence[Row], facts: Mapping[str, object], base: Path) -> list[Path]:
    """Writes <base>.json and <base>.md; returns both paths."""
    base = base.with_suffix("") if base.suffix in (".json", ".md") else base
    base.parent.mkdir(parents=True, exist_ok=True)
    paths = [Path(f"{base}.json"), Path(f"{base}.md")]
    plain = {"facts": dict(facts), "rows": [asdict(row) | {"median": row.median} for row in rows]}
    paths[0].write_text(json.dumps(plain, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    paths[1].write_text("# Speed and memory\n\n" + markdown(rows, facts), encoding="utf-8")
    return paths


def machine_facts(cores: int) -> dict[str, object]:
    """What the figures were measured on."""
    facts: dict[str, object] = {
        "processor": _processor_name(),
        "cores used": f"{cores} of {os.cpu_count()}",
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
    }
    for package in ("numpy", "onnxruntime", "torch"):
        try:
            facts[package] = __import__(package).__version__
        except ImportError:
            facts[package] = "not installed"
    return facts


class OtherWork:
    """How much of the machine others use from now on: times measured beside them are too long."""

    def __init__(self) -> None:
        self._begin = time.monotonic(), _busy_seconds(), _own_seconds()

    def cores(self) -> float | None:
        """Cores that others have used, on average; None where the system doesn't tell.

        Processes that were started here count as own once they have ended.
        """
        began, busy, own = self._begin
        now = _busy_seconds()
        if busy is None or now is None:
            return None
        return max(0.0, (now - busy - (_own_seconds() - own)) / max(time.monotonic() - began, 1e-9))

    def fact(self) -> str | None:
        """`cores` in words, with a warning where it was enough to lengthen the times; None where it isn't known.

        The load average says nothing of the kind: it counts what has just ended, and what waits for a disk.
        """
        used = self.cores()
        if used is None:
            return None
        return f"{used:.1f}" if used < QUIET else f"{used:.1f} (BUSY: times by the wall's clock are too long)"


def _busy_seconds() -> float | None:
    try:
        fields = Path("/proc/stat").read_text(encoding="utf-8").splitlines()[0].split()[1:]
    except (OSError, IndexError):
        return None
    idle = int(fields[3]) + int(fields[4])
    return (sum(map(int, fields[:8])) - idle) / os.sysconf("SC_CLK_TCK")


def _own_seconds() -> float:
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def use_cores(cores: int) -> int:
    """Keeps this process, and those it starts, on the first `cores` cores where the system can; returns how many.

    Threads of torch's OpenMP that wait are also told to sleep rather than to spin (call this before torch is imported):
    while another process has one of the cores, spinning threads keep the one that is waited for from running, and a
    forward of 0.04 s takes 7 s.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if hasattr(os, "sched_setaffinity"):
        allowed = sorted(os.sched_getaffinity(0))[:cores]
        os.sched_setaffinity(0, allowed)
        return len(allowed)
    return cores


def _processor_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _shown(value: float, unit: str) -> str:
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.2f} {unit}"
