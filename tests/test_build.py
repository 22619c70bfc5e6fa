"""build.py's command line."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest


def run_build(repo_root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(repo_root / "build.py"), *arguments]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False)


def test_help_names_every_command(repo_root: Path):
    done = run_build(repo_root, "--help")
    assert done.returncode == 0
    for command in ("demo", "test", "package", "link"):
        assert f"build.py {command}" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "required"),
        (["bake"], "invalid choice: 'bake'"),
        (["package", "--platform", "amiga"], "invalid choice: 'amiga'"),
        (["package", "--python", "2.7"], "invalid choice: '2.7'"),
        (["test", "--only", "luck"], "invalid choice: 'luck'"),
    ],
)
def test_a_bad_argument_is_said_and_ends_with_status_2(repo_root: Path, arguments: list[str], words: str):
    done = run_build(repo_root, *arguments)
    assert done.returncode == 2
    assert words in done.stderr


def stock_files(repo_root: Path) -> list[Path]:
    """What the user's own Python runs: build.py and its parts, without the pytest plugin."""
    parts = (path for path in (repo_root / "build_steps").glob("*.py") if path.stem != "suite_results")
    return [repo_root / "build.py", *sorted(parts)]


def test_a_stock_python_needs_nothing_installed(repo_root: Path):
    for path in stock_files(repo_root):
        tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 8))
        for node in ast.walk(tree):
            modules = []
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                modules = [node.module or ""]
            for module in modules:
                top = module.partition(".")[0]
                assert top == "build_steps" or top in sys.stdlib_module_names, f"{path.name} imports {module}"


def test_no_requirement_is_without_a_version(repo_root: Path):
    pinned = {
        line.split("==")[0]
        for line in (repo_root / "requirements" / "pins.txt").read_text(encoding="utf-8").splitlines()
        if "==" in line
    }
    for path in (repo_root / "requirements").glob("*.txt"):
        for line in path.read_text(encoding="utf-8").splitlines():
            name = line.strip()
            if name and not name.startswith(("#", "-")) and "==" not in name:
                assert name in pinned, f"{path.name}: {name} has no version in pins.txt"
