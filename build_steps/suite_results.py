"""A pytest plugin: each test that ran in another process, read from its JUnit file, becomes a test of this session.

    pytest -p build_steps.suite_results build/test-results/unit.suite.xml build/test-results/blender-4.2.suite.xml

A failed one fails here with the report it had there, a skipped one is skipped with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

ENDING = ".suite.xml"


class FailedThere(Exception):
    """The test failed in its own process; the message is the report from there."""


class SuiteTest(pytest.Item):
    """One test case of a JUnit file."""

    def __init__(self, *, case: ElementTree.Element, **options: Any) -> None:
        super().__init__(**options)
        self.case = case

    def runtest(self) -> None:
        """Have the outcome that the test had there."""
        for problem in [*self.case.iterfind("failure"), *self.case.iterfind("error")]:
            raise FailedThere(problem.text or problem.get("message") or "no report")
        skipped = self.case.find("skipped")
        if skipped is not None:
            reason = skipped.get("message") or "no reason given"
            if skipped.get("type") == "pytest.xfail":
                pytest.xfail(reason)
            pytest.skip(reason)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The report from the other process instead of a traceback through this file."""
        if isinstance(excinfo.value, FailedThere):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Where pytest says the test is: the suite's name and the test's."""
        return self.path, None, f"{self.path.name.removesuffix(ENDING)}: {self.name}"


class SuiteResults(pytest.File):
    """A JUnit file that pytest wrote in another process."""

    def collect(self) -> Iterator[SuiteTest]:
        """One test for each case in the file."""
        for case in ElementTree.parse(self.path).iter("testcase"):
            name = f"{case.get('classname', '')}::{case.get('name', '')}"
            yield SuiteTest.from_parent(self, name=name, case=case)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> SuiteResults | None:
    """Take the files that were named on the command line."""
    if file_path.name.endswith(ENDING):
        return SuiteResults.from_parent(parent, path=file_path)
    return None
