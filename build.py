#!/usr/bin/env python3
"""The one command for everything; needs a stock Python 3.8 or newer and nothing installed.

    python3 build.py demo       make a prompt's motion on a Rigify rig in a real Blender: a .blend, a film, a sheet
    python3 build.py test       lint, types, unit tests, and the extension's tests in Blender 4.2, 4.5 and 5.0
    python3 build.py test --gui   the panels alone, by mouse and keyboard in windows of Debian's Blender 4.3 and 5.2
    python3 build.py package    the extension's zips, validated with Blender's own tool
    python3 build.py link       put this working tree into your Blender by links, for development
"""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial
from pathlib import Path
from typing import Callable, Dict, List, Optional

from build_steps import checks, demo, type_check, window
from build_steps.console import ROOT, BuildError, Steps, at_once
from build_steps.debian_blender import BLENDERS, reason_why_not
from build_steps.environments import ensure_environment
from build_steps.interpreters import Interpreter, find_interpreter
from build_steps.link import layout, link
from build_steps.package import PLATFORMS, PYTHONS, REQUIREMENTS, make_text_encoder, package, this_platform
from build_steps.wheels import fetch_wheels

MODULES_PYTHONS = [(3, 11), (3, 13)]
"""Pythons that the demo can use: Blender 5.0 for the first, 5.2 for the second."""
TEST_PYTHON = [(3, 11)]
"""Blender 4.2, 4.5 and 5.0 exist as modules for this one alone."""


def main(arguments: Optional[List[str]] = None) -> int:
    """Run one command; returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options)
    except BuildError as error:
        print(f"build.py: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("build.py: stopped", file=sys.stderr)
        return 130
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="build.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="demo|test|package|link")

    command = commands.add_parser("demo", help="a prompt's motion on a Rigify rig, in a real Blender")
    command.add_argument("--prompt", default=demo.PROMPT)
    command.add_argument("--seconds", type=float, default=6.0)
    command.add_argument("--seed", type=int, default=7)
    command.set_defaults(run=run_demo)

    command = commands.add_parser("test", help="everything that is checked before a change lands")
    command.add_argument("--only", choices=checks.KINDS, action="append", help="may be given several times")
    command.add_argument("-k", dest="select", metavar="EXPRESSION", help="only the tests that pytest's -k selects")
    gui = command.add_argument_group("window tests (as root on Debian; skipped with a reason elsewhere)")
    gui.add_argument("--gui", action="store_true", help="run these alone: tests/gui in real Blender windows")
    gui.add_argument(
        "--script", action="append", metavar="NAME", help='such as "panel"; by default all; may be repeated'
    )
    gui.add_argument("--blender", choices=[blender.version for blender in BLENDERS], action="append")
    gui.add_argument("--pictures", action="store_true", help="put the pictures for the documentation into docs/images")
    gui.add_argument(
        "--debians",
        type=Path,
        default=os.environ.get("MOTIONMIX_GUI_DEBIANS"),
        metavar="FOLDER",
        help="where the Debian folders lie or are made (1.4 GB each); by default $MOTIONMIX_GUI_DEBIANS, or .cache/gui",
    )
    gui.add_argument("--patience", type=float, default=1.0, help="how many times longer things may take here")
    command.set_defaults(run=run_test)

    command = commands.add_parser("package", help="the extension's zips")
    command.add_argument("--platform", choices=PLATFORMS, action="append", help="by default all; may be repeated")
    command.add_argument(
        "--python",
        choices=("3.11", "3.13", "3.14"),
        action="append",
        help="Blender's Python: by default 3.11 and 3.13, for Blender 4.2 and newer; may be repeated",
    )
    command.set_defaults(run=run_package)

    command = commands.add_parser("link", help="development install into your Blender")
    command.add_argument("--blender", metavar="VERSION", help="such as 4.5; by default the newest found")
    command.set_defaults(run=run_link)
    return parser


def run_demo(options: argparse.Namespace) -> int:
    """Package, install in Blender, generate on a metarig, render."""
    steps = Steps()
    with steps.step("Blender as a Python module (.venv; the first time about 400 MB to download)"):
        python = _blender_environment()
    with steps.step("the text encoder"):
        make_text_encoder(python)
    with steps.step("packaging the extension"):
        (zip_path,) = package(python, [this_platform()])
    with steps.step("installing it in Blender, generating, rendering"):
        demo.make(python, zip_path, options.prompt, options.seconds, options.seed)
    print(steps.table())
    return 0


def run_test(options: argparse.Namespace) -> int:
    """All checks; what fails does not keep the others from running."""
    if options.gui:
        return run_window_tests(options)
    only = options.only or checks.KINDS
    select = options.select
    if select and not options.only:
        only = ("unit", "addon")
    steps = Steps()
    failures: List[str] = []
    interpreter = find_interpreter(TEST_PYTHON if "addon" in only else MODULES_PYTHONS)

    def tools() -> Dict[str, Path]:
        with steps.step("tools, torch and test libraries (.venvs/dev)"):
            requirements = REQUIREMENTS / "test.txt"
            return {"dev": ensure_environment(ROOT / ".venvs" / "dev", interpreter, requirements, editable=True)}

    def blenders() -> Dict[str, Path]:
        return _blenders_and_zip(steps, interpreter)

    made = at_once([tools, blenders] if "addon" in only else [tools])
    dev = made[0]["dev"]
    if "unit" in only:
        with steps.step("the text encoder"):
            make_text_encoder(dev)

    def told(kind: str, check: Callable[[Path], None]) -> None:
        try:
            with steps.step(kind):
                check(dev)
        except BuildError as error:
            failures.append(str(error))

    without_tests = {"types": type_check.types, "lint": checks.lint}
    static = [partial(told, kind, check) for kind, check in without_tests.items() if kind in only]
    if "addon" in only:
        suites = [checks.unit_suite(dev)] if "unit" in only else []
        zip_path = made[1].pop("zip")
        suites += [checks.blender_suite(version, python, zip_path) for version, python in made[1].items()]
        with steps.step("unit tests, and the extension's tests in each Blender"):
            results = checks.run_suites(suites, select, static)
    else:
        at_once(static)
    print(steps.table(), flush=True)
    for failure in failures:
        print(f"FAILED: {failure}", flush=True)
    status = 0
    if "addon" in only:
        status = checks.summary(dev, results)
    elif "unit" in only:
        status = checks.unit_tests(dev, select)
    return status or (1 if failures else 0)


def _blenders_and_zip(steps: Steps, interpreter: Interpreter) -> Dict[str, Path]:
    """The Python of each Blender to be tested in, the slower ones first, and at "zip" the packaged extension."""
    made: Dict[str, Path] = {}
    for version in ("4.5", "4.2", "5.0"):
        with steps.step(f"Blender {version} as a Python module"):
            if version == "5.0":
                made[version] = _blender_environment()
            else:
                folder = ROOT / ".venvs" / f"blender-{version}"
                made[version] = ensure_environment(folder, interpreter, REQUIREMENTS / f"blender-{version}.txt")
    with steps.step("the text encoder"):
        make_text_encoder(made["5.0"])
    with steps.step("packaging the extension"):
        (made["zip"],) = package(made["5.0"], [this_platform()])
    return made


def run_window_tests(options: argparse.Namespace) -> int:
    """The panels, used by mouse and keyboard in real windows."""
    reason = reason_why_not()
    if reason is not None:
        print(f"SKIPPED: the window tests can't run here: {reason}")
        return 0
    scripts = window.scripts(options.script)
    steps = Steps()
    with steps.step("Blender as a Python module, which packages the extension (.venv)"):
        python = _blender_environment()
    with steps.step("the extension in real windows"):
        failures = window.drive(python, scripts, options.blender, options.debians, options.patience, options.pictures)
    print(steps.table())
    for failure in failures:
        print(f"FAILED: {failure}")
    print(f"window tests: {'FAILED' if failures else 'passed'}; pictures are in build/gui")
    return 1 if failures else 0


def run_package(options: argparse.Namespace) -> int:
    """Zips in dist/."""
    versions = [(int(major), int(minor)) for major, minor in (name.split(".") for name in options.python or ())]
    platforms = options.platform or PLATFORMS
    if versions == [(3, 14)] and not options.platform:
        platforms = ["linux-x64"]
        print("   Python 3.14 is that of Debian's own Blender 5.2 alone, so this makes the zip for linux-x64")
    package(_blender_environment(), platforms, versions or PYTHONS)
    return 0


def run_link(options: argparse.Namespace) -> int:
    """Links instead of an installed copy."""
    python = _blender_environment()
    make_text_encoder(python)
    wheels = fetch_wheels(python, this_platform(), PYTHONS, REQUIREMENTS / "extension.txt")
    target = link(layout(ROOT / "build" / "link" / "motionmix", wheels, this_platform()), options.blender)
    print(f"{target} now leads to this working tree.")
    print("In Blender: Edit > Preferences > Add-ons, switch MotionMix on. After an edit, restart Blender.")
    return 0


def _blender_environment() -> Path:
    return ensure_environment(ROOT / ".venv", find_interpreter(MODULES_PYTHONS), REQUIREMENTS / "demo.txt")


if __name__ == "__main__":
    sys.exit(main())
