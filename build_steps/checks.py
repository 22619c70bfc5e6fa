"""Everything that ``build.py test`` checks: lint, types, unit tests, and the extension's tests inside three Blenders.

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
from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple
from xml.etree import ElementTree

from build_steps.console import ROOT, BuildError, run
from build_steps.environments import environment_python, pip_install
from build_steps.link import layout

KINDS = ("lint", "types", "unit", "addon")
RESULTS = ROOT / "build" / "test-results"
STUBS = {"4.2": "fake-bpy-module-4.2==20260730", "5.0": "fake-bpy-module-5.0==20260730"}
NO_TESTS = 5  # pytest's exit status when a selection matches nothing
INSIDE_BLENDER_SECONDS = 900

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


def types(python: Path) -> None:
    """Mypy over the core and the tools, then over the extension against the stubs of two Blenders.

    The extension's modules import each other relatively from the package that Blender makes of the repository, so they
    are checked inside a folder laid out that way.

    :raises BuildError: it found something.
    """
    faults = []
    package = layout(ROOT / "build" / "types" / "motionmix", []).parent
    checks: List[Tuple[str, List[object], Dict[str, str]]] = [("motionmix_core and tools", [], {})]
    for version in STUBS:
        words: List[object] = ["--python-executable", _stubs(python, version), "-p", "motionmix.addon"]
        words += ["--cache-dir", f".mypy_cache/blender-{version}"]
        checks.append((f"addon with Blender {version}'s stubs", words, {"MYPYPATH": str(package)}))
    for what, words, environment in checks:
        print(f"   mypy: {what}", flush=True)
        try:
            run([python, "-m", "mypy", *words], what=f"mypy ({what})", env=environment)
        except BuildError as error:
            faults.append(str(error))
    if faults:
        raise BuildError("\n".join(faults))


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
