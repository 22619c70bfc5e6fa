"""The rows that need a Blender: asks a Python with bpy to time them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from motionmix_core.errors import DataError

from .measures import Row


def measure_writing(python: Path) -> list[Row]:
    """10 s of motion onto a 160-bone rig. Raises DataError with Blender's last words if that fails."""
    command = [str(python), "-m", "training.benchmarks.blender_write"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    answers = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not answers:
        words = (done.stderr or done.stdout).strip().splitlines()
        raise DataError(f"{python} could not write to a rig: {words[-1] if words else 'no answer'}")
    answer = json.loads(answers[-1])
    name = f"10 s onto {answer['bones']} bones, Blender {answer['blender']}"
    return [
        Row(name, tuple(answer["retarget_and_write"]), budget=0.3, note="retarget, foot lock and all keys"),
        Row(f"{name}, keys alone", tuple(answer["write"])),
    ]
