"""``build.py demo``: the packaged extension in a real Blender, from a prompt to a film."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Dict

from build_steps.console import ROOT, BuildError, run

PROMPT = "a person walks forward and waves"
FOLDER = ROOT / "demo"


def make(python: Path, zip_path: Path, prompt: str, seconds: float, seed: int) -> None:
    """Leave ``demo.blend``, ``demo.mp4`` and ``contact_sheet.png`` in ``demo/``.

    Blender keeps its settings and extensions in a temporary folder, so the user's own Blender is not touched.

    :param python: an environment with bpy.
    :raises BuildError: Blender's process failed.
    """
    _check_that_blender_starts(python)
    with tempfile.TemporaryDirectory(prefix="motionmix-demo-") as resources:
        environment = {"BLENDER_USER_RESOURCES": resources}
        if sys.platform == "linux":
            # Mesa's own rasteriser draws on every machine, with a GPU or without.
            environment["LIBGL_ALWAYS_SOFTWARE"] = os.environ.get("LIBGL_ALWAYS_SOFTWARE", "1")
        engine = "workbench" if _workbench_draws(python, Path(resources), environment) else "cycles"
        if engine == "cycles":
            print(
                "   Workbench can't draw on this machine (no EGL; Debian: apt install libegl1 libgl1-mesa-dri), "
                "so the film is rendered with Cycles at 1 sample: expect grain.",
                flush=True,
            )
        command = [python, FOLDER / "make_demo.py", zip_path, "--output", FOLDER, "--engine", engine]
        command += ["--prompt", prompt, "--seconds", str(seconds), "--seed", str(seed)]
        run(command, what="the demo in Blender", env=environment)


def _check_that_blender_starts(python: Path) -> None:
    """Say which system library is missing, where one is: an error of the dynamic loader is no help to an animator.

    The process ends by os._exit, since some Blenders are slow to take themselves down.
    """
    code = "import os, bpy; os._exit(0)"
    done = subprocess.run([str(python), "-c", code], stderr=subprocess.PIPE, encoding="utf-8", errors="replace")
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        raise BuildError(
            f"Blender's module does not start: {reason}\n"
            "If a shared library is missing, install it; .ci/run lists Debian's names of them."
        )


def _workbench_draws(python: Path, folder: Path, environment: Dict[str, str]) -> bool:
    """Try one small picture in a process of its own: without EGL Blender ends the whole process."""
    picture = folder / "probe.png"
    command = [str(python), str(FOLDER / "probe_workbench.py"), str(picture)]
    try:
        subprocess.run(
            command,
            env={**os.environ, **environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=120,
        )
    except subprocess.TimeoutExpired:
        return False
    return picture.is_file()
