"""What ``build.py test`` checks: lint, unit tests, and the extension's tests inside three Blenders.

Each Blender's tests run in their own process and leave a JUnit file; the last pytest, that of the unit tests, takes
these files in as tests of its own (:mod:`build_steps.blender_results`). So its summary line counts everything.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Sequence
from xml.etree import ElementTree

from build_steps.console import ROOT, run

KINDS = ("lint", "types", "unit", "addon")
RESULTS = ROOT / "build" / "test-results"
NO_TESTS = 5  # pytest's exit status when a selection matches nothing
INSIDE_BLENDER_SECONDS = 3600

# Blender 4.2 crashes and 4.5 hangs when Python ends with one of its timers registered (Rigify leaves one), so the
# process ends before Python takes itself down.
INSIDE_BLENDER = """
import os, sys, pytest
code = pytest.main(sys.argv[1:])
sys.stdout.flush(); sys.stderr.flush()
os._exit(int(code))
"""


class Blender(NamedTuple):
    """A Blender to test in: its name, and the Python that has it as a module."""

    version: str
    python: Path


def lint(python: Path) -> None:
    """Ruff over the whole repository.

    :raises BuildError: it found something.
    """
    run([python, "-m", "ruff", "check", "."], what="ruff")


def blender_tests(blenders: Sequence[Blender], zip_path: Path, select: Optional[str]) -> List[Path]:
    """Run ``tests/addon`` in each Blender, two at a time, with the packaged extension installed.

    :param select: pytest's ``-k`` expression.
    :returns: a JUnit file for each, written here if Blender's process died without one.
    """
    shutil.rmtree(RESULTS, ignore_errors=True)
    RESULTS.mkdir(parents=True)
    places = threading.Semaphore(2)

    def one(blender: Blender) -> None:
        with places:
            _blender_tests(blender, zip_path, select)

    threads = [threading.Thread(target=one, args=(blender,)) for blender in blenders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [_junit_path(blender) for blender in blenders]


def _junit_path(blender: Blender) -> Path:
    return RESULTS / f"blender-{blender.version}.xml"


def _blender_tests(blender: Blender, zip_path: Path, select: Optional[str]) -> None:
    junit = _junit_path(blender)
    log = junit.with_suffix(".log")
    command = [str(blender.python), "-c", INSIDE_BLENDER, "tests/addon", f"--junitxml={junit}"]
    command += ["-p", "no:cacheprovider"] + (["-k", select] if select else [])
    problem = None
    with tempfile.TemporaryDirectory(prefix="motionmix-test-") as resources, log.open("w", encoding="utf-8") as output:
        environment = {
            **os.environ,
            "BLENDER_USER_RESOURCES": resources,  # before bpy is imported: nothing of the user's Blender is touched
            "MOTIONMIX_ZIP": str(zip_path),
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        process = subprocess.Popen(command, cwd=str(ROOT), env=environment, stdout=output, stderr=subprocess.STDOUT)
        try:
            status = process.wait(timeout=INSIDE_BLENDER_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            problem = f"not finished after {INSIDE_BLENDER_SECONDS} s"
        else:
            if status not in (0, 1, NO_TESTS) or not junit.is_file():
                problem = f"ended with status {status}"
            elif status == NO_TESTS and not select:
                problem = "found no tests"
    text = log.read_text(encoding="utf-8", errors="replace")
    print(f"-- Blender {blender.version}: tests/addon\n{text}", flush=True)
    if problem is not None:
        _write_failure(junit, f"pytest in Blender {blender.version} {problem}", text[-4000:])


def _write_failure(junit: Path, message: str, details: str) -> None:
    """A JUnit file with one failed test, for a process that could not write its own."""
    suite = ElementTree.Element("testsuite", name="pytest")
    case = ElementTree.SubElement(suite, "testcase", classname="tests.addon", name="process")
    printable = "".join(c for c in details if c.isprintable() or c in "\n\t")
    ElementTree.SubElement(case, "error", message=message).text = printable
    ElementTree.ElementTree(suite).write(str(junit), encoding="utf-8", xml_declaration=True)


def unit_tests(python: Path, results: Sequence[Path], unit: bool, select: Optional[str]) -> int:
    """Run the unit tests and take the Blenders' results in, in one pytest whose summary line ends the output.

    :param results: JUnit files from :func:`blender_tests`.
    :param unit: run the tests outside Blender too.
    :returns: pytest's exit status.
    """
    command: List[object] = [python, "-m", "pytest", "-p", "build_steps.blender_results"]
    command += ["tests", "--ignore=tests/addon"] if unit else []
    command += list(results)
    command += ["-k", select] if select else []
    environment: Dict[str, str] = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run([str(word) for word in command], cwd=str(ROOT), env=environment).returncode
