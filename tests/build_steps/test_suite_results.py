"""Tests that ran in a process of their own count in the last pytest's summary, with their own outcomes and reports."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from build_steps import checks

INSIDE = """
import pytest

def test_that_passes():
    pass

def test_that_fails():
    assert "spine" == "pelvis", "the hips are elsewhere"

def test_that_is_left_out():
    pytest.skip("no window here")

@pytest.fixture
def broken():
    raise RuntimeError("no armature")

def test_that_never_starts(broken):
    pass
"""


def run_pytest(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-c", folder / "pytest.ini", *arguments]
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    return subprocess.run(
        [str(word) for word in command], cwd=checks.ROOT, capture_output=True, encoding="utf-8", check=False
    )


@pytest.fixture
def junit(tmp_path: Path) -> Path:
    (tmp_path / "test_inside.py").write_text(INSIDE, encoding="utf-8")
    path = tmp_path / "blender-4.2.suite.xml"
    done = run_pytest(tmp_path, tmp_path / "test_inside.py", f"--junitxml={path}")
    assert done.returncode == 1, done.stdout
    return path


def test_every_outcome_is_counted_and_reported(junit: Path):
    done = run_pytest(junit.parent, "-p", "build_steps.suite_results", "-rs", junit)
    assert done.returncode == 1
    last = done.stdout.strip().splitlines()[-1]
    assert "2 failed, 1 passed, 1 skipped" in last
    assert "the hips are elsewhere" in done.stdout
    assert "no armature" in done.stdout
    assert "no window here" in done.stdout
    assert "blender-4.2" in done.stdout


def test_results_and_tests_of_this_session_share_one_summary(junit: Path):
    (junit.parent / "test_outside.py").write_text("def test_outside():\n    pass\n", encoding="utf-8")
    outside = junit.parent / "test_outside.py"
    done = run_pytest(junit.parent, "-p", "build_steps.suite_results", outside, junit, "-k", "outside or passes")
    assert done.returncode == 0, done.stdout
    assert "2 passed, 3 deselected" in done.stdout.strip().splitlines()[-1]


def test_a_blender_that_dies_counts_as_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(checks, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(checks, "INSIDE_BLENDER", "import os; print('Writing crash log', flush=True); os._exit(139)")
    suite = checks.blender_suite("4.2", Path(sys.executable), tmp_path / "none.zip")
    (path,) = checks.run_suites([suite], None)
    done = run_pytest(tmp_path, "-p", "build_steps.suite_results", path)
    assert done.returncode == 1
    assert "1 failed" in done.stdout.strip().splitlines()[-1]
    assert "Writing crash log" in done.stdout


def test_suites_share_the_cores_and_keep_their_own_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(checks, "RESULTS", tmp_path / "results")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    suites = []
    for number in range(3):
        tests = tmp_path / f"test_suite_{number}.py"
        tests.write_text(f"def test_number_{number}():\n    assert {number} != 1\n", encoding="utf-8")
        words = (sys.executable, "-m", "pytest", "-c", str(tmp_path / "pytest.ini"), str(tests))
        suites.append(checks.Suite(f"suite-{number}", words, {}))
    paths = checks.run_suites(suites, None)
    assert [path.name for path in paths] == [f"suite-{number}.suite.xml" for number in range(3)]
    done = run_pytest(tmp_path, "-p", "build_steps.suite_results", *paths)
    assert "1 failed, 2 passed" in done.stdout.strip().splitlines()[-1]
    assert "test_number_1" in done.stdout
