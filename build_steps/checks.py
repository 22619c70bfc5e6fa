"""What ``build.py test`` checks: lint, unit tests, and the extension's tests inside three Blenders.

Each suite of tests runs in a process of its own and leaves a JUnit file; a last pytest takes these files in as tests of
its own (:mod:`build_steps.suite_results`). So its summary line counts everything. Two things are done at a time.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from functools import partial
from pathlib import Path
from typing import Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple
from xml.etree import ElementTree

from build_steps.console import AT_ONCE, ROOT, at_once, run

KINDS = ("lint", "types", "unit", "addon")
RESULTS = ROOT / "build" / "test-results"
UNIT_TESTS = ("tests", "--ignore=tests/addon")
NO_TESTS = 5  # pytest's exit status when a selection matches nothing
SUITE_SECONDS = 3600

# Blender 4.2 crashes and 4.5 hangs when Python ends with one of its timers registered (Rigify leaves one), so the
# process ends before Python takes itself down.
INSIDE_BLENDER = """
import os, sys, pytest
code = pytest.main(sys.argv[1:])
sys.stdout.flush(); sys.stderr.flush()
os._exit(int(code))
"""


class Suite(NamedTuple):
    """Tests that run in a process of their own: a name, its command, and what it adds to the environment."""

    name: str
    command: Tuple[str, ...]
    environment: Dict[str, str]


def lint(python: Path) -> None:
    """Ruff over the whole repository.

    :raises BuildError: it found something.
    """
    run([python, "-m", "ruff", "check", "."], what="ruff")


def unit_suite(python: Path) -> Suite:
    """The tests that need no Blender."""
    return Suite("unit", (str(python), "-m", "pytest", *UNIT_TESTS), {"PYTHONPATH": str(ROOT)})


def blender_suite(version: str, python: Path, zip_path: Path) -> Suite:
    """``tests/addon`` in the Blender that this Python has as a module, with the packaged extension installed."""
    words = (str(python), "-c", INSIDE_BLENDER, "tests/addon", "-p", "no:cacheprovider")
    environment = {
        "MOTIONMIX_ZIP": str(zip_path),
        "LIBGL_ALWAYS_SOFTWARE": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return Suite(f"blender-{version}", words, environment)


def run_suites(suites: Sequence[Suite], select: Optional[str], beside: Sequence[Callable[[], None]] = ()) -> List[Path]:
    """Run the suites, two at a time in their order, each with its share of the cores.

    :param select: pytest's ``-k`` expression.
    :param beside: other checks, begun when no suite is waiting.
    :returns: a JUnit file for each suite, written here if its process died without one.
    """
    shutil.rmtree(RESULTS, ignore_errors=True)
    RESULTS.mkdir(parents=True)
    jobs: List[Callable[[], Optional[Path]]] = [partial(_run_suite, suite, select) for suite in suites]
    return [path for path in at_once([*jobs, *beside]) if path is not None]


def _run_suite(suite: Suite, select: Optional[str]) -> Path:
    junit = RESULTS / f"{suite.name}.suite.xml"
    log = RESULTS / f"{suite.name}.log"
    command = [*suite.command, f"--junitxml={junit}", *(["-k", select] if select else [])]
    problem = None
    with tempfile.TemporaryDirectory(prefix="motionmix-test-") as resources, log.open("w", encoding="utf-8") as output:
        environment = {
            **os.environ,
            # two processes that each take all cores for every product of matrices wait for one another
            "OMP_NUM_THREADS": str(max(1, (os.cpu_count() or 1) // AT_ONCE)),
            "BLENDER_USER_RESOURCES": resources,  # before bpy is imported: nothing of the user's Blender is touched
            **suite.environment,
        }
        process = subprocess.Popen(command, cwd=str(ROOT), env=environment, stdout=output, stderr=subprocess.STDOUT)
        try:
            status = process.wait(timeout=SUITE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            problem = f"not finished after {SUITE_SECONDS} s"
        else:
            if status not in (0, 1, NO_TESTS) or not junit.is_file():
                problem = f"ended with status {status}"
            elif status == NO_TESTS and not select:
                problem = "found no tests"
    text = log.read_text(encoding="utf-8", errors="replace")
    print(f"-- {suite.name}\n{text}", flush=True)
    if problem is not None:
        _write_failure(junit, f"pytest of {suite.name} {problem}", text[-4000:])
    return junit


def _write_failure(junit: Path, message: str, details: str) -> None:
    """A JUnit file with one failed test, for a process that could not write its own."""
    suite = ElementTree.Element("testsuite", name="pytest")
    case = ElementTree.SubElement(suite, "testcase", classname="suite", name="process")
    printable = "".join(c for c in details if c.isprintable() or c in "\n\t")
    ElementTree.SubElement(case, "error", message=message).text = printable
    ElementTree.ElementTree(suite).write(str(junit), encoding="utf-8", xml_declaration=True)


def summary(python: Path, results: Sequence[Path]) -> int:
    """One pytest that has the suites' results for tests; its summary line ends the output.

    :param results: JUnit files from :func:`run_suites`.
    :returns: pytest's exit status.
    """
    command = [str(python), "-m", "pytest", "-q", "-p", "build_steps.suite_results", *(str(path) for path in results)]
    return _pytest(command)


def unit_tests(python: Path, select: Optional[str]) -> int:
    """Run the unit tests alone, to be watched; returns pytest's exit status."""
    return _pytest([str(python), "-m", "pytest", *UNIT_TESTS, *(["-k", select] if select else [])])


def _pytest(command: Sequence[str]) -> int:
    return subprocess.run(command, cwd=str(ROOT), env={**os.environ, "PYTHONPATH": str(ROOT)}).returncode
