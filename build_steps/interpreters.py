"""Find a Python that Blender's modules can be installed into.

The ``bpy`` wheels are bound to one Python each: 3.11 for Blender 4.2 to 5.0, 3.13 from 5.1 on. build.py itself may run
on another one, so it looks around: its own interpreter, the search path, the Windows launcher, uv's and pyenv's.
"""

from __future__ import annotations

import glob
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple

from build_steps.console import BuildError

Version = Tuple[int, int]

PROBE = """
import json, sys
try:
    import ensurepip, venv
    can_make_environments = True
except ImportError:
    can_make_environments = False
print(json.dumps([list(sys.version_info[:2]), can_make_environments, sys.executable]))
"""

HOW_TO_INSTALL = """\
Install one of them, then run this again:
  Windows        winget install Python.Python.{version}
  macOS          brew install python@{version}
  Debian/Ubuntu  sudo apt install python{version} python{version}-venv
  anywhere       uv python install {version}"""


class Interpreter(NamedTuple):
    """A Python that was started and answered."""

    path: str
    version: Version


def find_interpreter(wanted: Sequence[Version], environ: Optional[Dict[str, str]] = None) -> Interpreter:
    """The first interpreter of one of the wanted versions, preferring the earlier version in the list.

    :param wanted: such as ``[(3, 11), (3, 13)]``.
    :param environ: the environment to look in, by default this process's.
    :raises BuildError: there is none; says where it looked and how to install one.
    """
    environment = dict(os.environ if environ is None else environ)
    without_venv: List[str] = []
    for version in wanted:
        for command in _candidates(version, environment):
            answer = _probe(command, environment)
            if answer is None or answer[0] != version:
                continue
            if answer[1]:
                return Interpreter(answer[2], version)
            without_venv.append(answer[2])
    names = " or ".join("Python {}.{}".format(*version) for version in wanted)
    message = (
        f"{names} is needed (Blender's modules are made for no other) and none was found: not this one "
        f"({sys.version_info[0]}.{sys.version_info[1]}), not on the search path, nor among uv's and pyenv's."
    )
    if without_venv:
        message += f"\n{without_venv[0]} was found, but without its venv module (Debian: the package pythonX.Y-venv)."
    raise BuildError(message + "\n" + HOW_TO_INSTALL.format(version="{}.{}".format(*wanted[0])))


def _candidates(version: Version, environment: Dict[str, str]) -> Iterator[List[str]]:
    """Command lines that may start that version, most obvious first."""
    dotted = "{}.{}".format(*version)
    if sys.version_info[:2] == version:
        yield [sys.executable]
    search_path = environment.get("PATH", "")
    for name in (f"python{dotted}", "python3", "python"):
        found = shutil.which(name, path=search_path)
        if found:
            yield [found]
    launcher = shutil.which("py", path=search_path)
    if launcher:
        yield [launcher, f"-{dotted}"]
    uv = shutil.which("uv", path=search_path)
    if uv:
        found = _output([uv, "python", "find", "--no-project", dotted], environment)
        if found:
            yield [found.strip()]
    home = Path(environment.get("HOME") or environment.get("USERPROFILE") or "~").expanduser()
    pyenv = environment.get("PYENV_ROOT") or str(home / ".pyenv")
    uv_folder = environment.get("UV_PYTHON_INSTALL_DIR") or str(home / ".local" / "share" / "uv" / "python")
    for pattern in (
        os.path.join(pyenv, "versions", f"{dotted}*", "bin", "python"),
        os.path.join(pyenv, "pyenv-win", "versions", f"{dotted}*", "python.exe"),
        os.path.join(uv_folder, f"cpython-{dotted}*", "bin", f"python{dotted}"),
        os.path.join(uv_folder, f"cpython-{dotted}*", "python.exe"),
        os.path.join(os.sep, "opt", "homebrew", "bin", f"python{dotted}"),
        os.path.join(os.sep, "usr", "local", "bin", f"python{dotted}"),
    ):
        for found in sorted(glob.glob(pattern), reverse=True):
            yield [found]


def _probe(command: Sequence[str], environment: Dict[str, str]) -> Optional[Tuple[Version, bool, str]]:
    """Version, whether it can make environments, and its own path; None if it does not start."""
    text = _output([*command, "-c", PROBE], environment)
    if text is None:
        return None
    try:
        (major, minor), can_make_environments, path = json.loads(text.strip().splitlines()[-1])
    except (ValueError, IndexError):
        return None
    return (major, minor), can_make_environments, path


def _output(command: Sequence[str], environment: Dict[str, str]) -> Optional[str]:
    try:
        done = subprocess.run(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8", timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
