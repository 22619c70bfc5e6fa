"""Virtual environments made from the pinned requirements, and made again only when those change."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Dict, List

from build_steps.console import ROOT, BuildError, run
from build_steps.interpreters import Interpreter

STAMP = "motionmix.json"


def environment_python(folder: Path) -> Path:
    """The interpreter inside an environment."""
    return folder / "Scripts" / "python.exe" if os.name == "nt" else folder / "bin" / "python"


def ensure_environment(folder: Path, interpreter: Interpreter, requirements: Path, editable: bool = False) -> Path:
    """Make the environment, or find it as it should be.

    The stamp is written last, so an environment whose installation was interrupted is made anew.

    :param requirements: a pinned requirements file; files that it names with ``-c`` or ``-r`` count as part of it.
    :param editable: install this repository too, as ``motionmix-core``, by reference.
    :returns: the environment's Python.
    :raises BuildError: an installation failed.
    """
    python = environment_python(folder)
    contents = "\n".join(path.read_text(encoding="utf-8") for path in _with_included(requirements))
    if editable:
        contents += (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    wanted = {
        "python": "{}.{}".format(*interpreter.version),
        "requirements": hashlib.sha256(contents.encode("utf-8")).hexdigest(),
        "folder": str(folder.resolve()),  # an environment that was moved no longer works
    }
    if _stamp(folder) == wanted and _starts(python):
        return python
    if folder.exists():
        shutil.rmtree(folder)
    print(f"   {_shown(folder)}: Python {wanted['python']}, {_shown(requirements)}", flush=True)
    run([interpreter.path, "-m", "venv", folder], what=f"making {folder.name}")
    pip_install(python, ["-r", str(requirements)], what=f"installing {_shown(requirements)}")
    if editable:
        pip_install(python, ["--no-deps", "--no-build-isolation", "-e", str(ROOT)], what="installing motionmix-core")
    (folder / STAMP).write_text(json.dumps(wanted), encoding="utf-8")
    return python


def pip_install(python: Path, arguments: List[str], what: str) -> None:
    """Run ``pip install``; on a terminal with its own progress, else quietly.

    :raises BuildError: it failed, after having said why.
    """
    quiet = [] if sys.stdout.isatty() else ["--quiet"]
    run(
        [python, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", *quiet, *arguments],
        what=what,
        env={"PIP_ROOT_USER_ACTION": "ignore"},
    )


def _with_included(requirements: Path) -> List[Path]:
    if not requirements.is_file():
        raise BuildError(f"{requirements} is missing: the clone is not whole")
    found = [requirements]
    for line in requirements.read_text(encoding="utf-8").splitlines():
        words = line.split()
        if len(words) == 2 and words[0] in ("-c", "-r"):
            found += _with_included(requirements.parent / words[1])
    return found


def _stamp(folder: Path) -> Dict[str, str]:
    try:
        stamp = json.loads((folder / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def _starts(python: Path) -> bool:
    try:
        return subprocess.run([str(python), "-c", ""], timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _shown(path: Path) -> str:
    try:
        return path.resolve().relative_to(ROOT).as_posix()
    except ValueError:
        return str(path)
