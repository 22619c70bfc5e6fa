"""The rows that need a Blender: asks a Python with bpy to time them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from motionmix_core.errors import DataError

from .measures import Row


def measure_writing(python: Path) -> list[Row]:
    """10 s of motion onto rigs of 160 and some 700 bones. Raises DataError with Blender's last words if that fails."""
    command = [str(python), "-m", "training.benchmarks.blender_write"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    answers = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not answers:
        words = (done.stderr or done.stdout).strip().splitlines()
        raise DataError(f"{python} could not write to a rig: {words[-1] if words else 'no answer'}")
    answer = json.loads(answers[-1])
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
