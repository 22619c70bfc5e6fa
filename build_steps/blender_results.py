"""A pytest plugin: each test that ran inside a Blender, read from its JUnit file, becomes a test of this session.

    pytest -p build_steps.blender_results tests build/test-results/blender-4.2.xml

A failed one fails here with the report it had there, a skipped one is skipped with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest


class FailedInBlender(Exception):
    """The test failed in Blender's process; the message is the report from there."""


class BlenderTest(pytest.Item):
    """One test case of a JUnit file."""

    def __init__(self, *, case: ElementTree.Element, **options: Any) -> None:
        super().__init__(**options)
        self.case = case

    def runtest(self) -> None:
        """Have the outcome that the test had in Blender."""
        for problem in [*self.case.iterfind("failure"), *self.case.iterfind("error")]:
            raise FailedInBlender(problem.text or problem.get("message") or "no report")
        skipped = self.case.find("skipped")
        if skipped is not None:
            reason = skipped.get("message") or "no reason given"
            if skipped.get("type") == "pytest.xfail":
                pytest.xfail(reason)
            pytest.skip(reason)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The report from Blender's process instead of a traceback through this file."""
        if isinstance(excinfo.value, FailedInBlender):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Where pytest says the test is: the Blender's name and the test's."""
        return self.path, None, f"{self.path.stem}: {self.name}"


class BlenderResults(pytest.File):
    """A JUnit file that pytest wrote inside a Blender."""

    def collect(self) -> Iterator[BlenderTest]:
        """One test for each case in the file."""
        for case in ElementTree.parse(self.path).iter("testcase"):
            name = f"{case.get('classname', '')}::{case.get('name', '')}"
            yield BlenderTest.from_parent(self, name=name, case=case)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> BlenderResults | None:
    """Take the files that were named on the command line."""
    if file_path.suffix == ".xml" and file_path.stem.startswith("blender-"):
        return BlenderResults.from_parent(parent, path=file_path)
    return None
