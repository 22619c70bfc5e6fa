"""The rows that need a Blender: asks a Python with bpy to time them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from motionmix_core.errors import DataError

from .measures import Row


def measure_writing(python: Path) -> list[Row]:
    """10 s of motion onto rigs of 160 and some 700 bones. Raises DataError with Blender's last words if that fails."""
    answer = _answer(python, "training.benchmarks.blender_write")
    rows = []
    for rig in answer["rigs"]:
        name = f"10 s onto {rig['bones']} bones, Blender {answer['blender']}"
        parts = (rig["look"], rig["retarget"], rig["write"])
        whole = tuple(sum(seconds) for seconds in zip(*parts, strict=True))
        note = f"rig looked at, retarget, foot lock, keys; load {answer['load']:.1f}"
        rows.append(Row(name, whole, budget=0.3, note=note))
        rows.append(Row(f"{name}, processor time", tuple(rig["processor"]), budget=0.3))
        rows.append(Row(f"{name}, keys alone", tuple(rig["write"])))
    return rows


def measure_ticks(python: Path) -> list[Row]:
    """How long a window is blocked by ten jobs, tick by tick, and how soon a cancel ends the work. Raises DataError."""
    answer = _answer(python, "training.benchmarks.blender_ticks")
    name = f"window, Blender {answer['blender']}"
    note = f"of {len(answer['ticks'])} ticks of {answer['jobs']} jobs; load {answer['load']:.1f}"

    def longest(what: str) -> tuple[float, ...]:
        return (1000 * max(answer[what]),)

    return [
        Row(f"{name}: longest tick", longest("ticks"), "ms", 16.0, note=note),
        Row(f"{name}: longest tick, processor time", longest("ticks_cpu"), "ms", 16.0, note=note),
        Row(f"{name}: Generate pressed", tuple(1000 * value for value in answer["press"]), "ms"),
        Row(
            f"{name}: Blender's own update for a new Action, processor time",
            tuple(1000 * value for value in answer["update_cpu"]),
            "ms",
        ),
        Row(f"{name}: cancel until the work has ended", tuple(answer["cancel"]), budget=0.3),
    ]


def _answer(python: Path, module: str) -> dict[str, Any]:
    """The line of JSON that a module prints when it's run by a Python that has bpy."""
    done = subprocess.run([str(python), "-m", module], capture_output=True, text=True, check=False)
    answers = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not answers:
        words = (done.stderr or done.stdout).strip().splitlines()
        raise DataError(f"{python} could not run {module}: {words[-1] if words else 'no answer'}")
    answer: dict[str, Any] = json.loads(answers[-1])
    return answer
