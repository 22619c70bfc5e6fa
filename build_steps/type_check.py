"""Mypy over all the code: the core and the tools, then the extension against the stubs of two Blenders.

Mypy says "Success" of whatever it looked at, be it one file; so each check also counts the files that it should have
looked at, and fails when there were fewer.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Dict, Iterable, List, NamedTuple, Sequence

from build_steps.console import ROOT, BuildError, run
from build_steps.environments import environment_python, pip_install
from build_steps.link import layout

STUBS = {"4.2": "fake-bpy-module-4.2==20260730", "5.0": "fake-bpy-module-5.0==20260730"}
TOOLS = ("motionmix_core", "training", "build.py", "build_steps", "tests")
INSIDE_BLENDER = ("tests/addon", "tests/gui")
"""Tests that need bpy; mypy leaves them out."""


class Check(NamedTuple):
    """One run of mypy.

    what: what is checked, for the messages. words: mypy's arguments. environment: added to this process's own.
    files: how many source files it has to look at.
    """

    what: str
    words: Sequence[object]
    environment: Dict[str, str]
    files: int


def types(python: Path) -> None:
    """Check everything; what one check finds does not keep the others from running.

    The extension's modules import each other relatively from the package that Blender makes of the repository, so they
    are checked inside a folder laid out that way.

    :param python: of the environment that has mypy.
    :raises BuildError: mypy found something, or did not look at every file.
    """
    faults = []
    for check in _checks(python):
        print(f"   mypy: {check.what}", flush=True)
        try:
            run_mypy(python, check)
        except BuildError as error:
            faults.append(str(error))
    if faults:
        raise BuildError("\n".join(faults))


def _checks(python: Path) -> List[Check]:
    left_out = sum(len(_sources([name])) for name in INSIDE_BLENDER)
    checks = [Check("motionmix_core and tools", [], {}, len(_sources(TOOLS)) - left_out)]
    package = layout(ROOT / "build" / "types" / "motionmix", []).parent
    for version in STUBS:
        words: List[object] = ["-m", "motionmix", "-p", "motionmix.addon"]
        words += ["--python-executable", _stubs(python, version), "--cache-dir", f".mypy_cache/blender-{version}"]
        files = len(_sources(["__init__.py", "addon"]))
        checks.append(Check(f"addon with Blender {version}'s stubs", words, {"MYPYPATH": str(package)}, files))
    return checks


def run_mypy(python: Path, check: Check, folder: Path = ROOT) -> None:
    """Run mypy once and print what it says.

    :raises BuildError: it found something, or looked at fewer files than there are.
    """
    command = [str(word) for word in (python, "-m", "mypy", *check.words)]
    done = subprocess.run(
        command,
        cwd=str(folder),
        env={**os.environ, **check.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    sys.stdout.write(done.stdout)
    sys.stdout.flush()
    if done.returncode != 0:
        raise BuildError(f"mypy ({check.what}) failed (exit status {done.returncode}): {' '.join(command)}")
    looked_at = re.search(r"no issues found in (\d+) source file", done.stdout)
    if looked_at is None or int(looked_at.group(1)) < check.files:
        number = looked_at.group(1) if looked_at else "an unknown number"
        where = "see `files` and `exclude` in pyproject.toml"
        raise BuildError(f"mypy ({check.what}) looked at {number} of {check.files} files: {where}")


def _sources(names: Iterable[str]) -> List[Path]:
    """The Python files of the repository that have these names or lie in folders of these names."""
    paths = [ROOT / name for name in names]
    return [file for path in paths for file in ([path] if path.is_file() else path.rglob("*.py"))]


def _stubs(python: Path, version: str) -> Path:
    """The Python of an environment that has the stubs of one Blender, and the packages of the given one.

    Each Blender has its own, since all stubs go by the same name; and it is a whole environment, because what lies on
    mypy's own path would be checked for errors too.
    """
    folder = ROOT / ".venvs" / f"stubs-{version}"
    wanted = environment_python(folder)
    site = Path(_site_packages(python))
    mine = folder / site.relative_to(site.parents[2 if os.name != "nt" else 1])
    stamp = folder / STUBS[version]
    if not stamp.is_file():
        shutil.rmtree(folder, ignore_errors=True)
        run([python, "-m", "venv", "--without-pip", folder], what=f"making {folder.name}")
        arguments = ["--no-deps", "--target", str(mine), STUBS[version]]
        pip_install(python, arguments, what=f"installing {STUBS[version]}")
        (mine / "packages.pth").write_text(f"{site}\n", encoding="utf-8")
        stamp.touch()
    return wanted


def _site_packages(python: Path) -> str:
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    done = subprocess.run([str(python), "-c", code], stdout=subprocess.PIPE, encoding="utf-8", check=True)
    return done.stdout.strip()
