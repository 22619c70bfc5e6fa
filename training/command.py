"""How the command lines end: with 0, or with one clear line about what is wrong and 2."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import Protocol

from motionmix_core.errors import MotionMixError


class Main(Protocol):
    """Runs a command line, this process's own if none is given, and returns the exit status."""

    def __call__(self, argv: list[str] | None = None) -> int:
        """0, or 2 for what the user can put right."""
        ...


def command(body: Callable[[list[str] | None], None]) -> Main:
    """A command's `main` from what it does: a MotionMixError becomes one line on stderr and the status 2."""

    @wraps(body)
    def main(argv: list[str] | None = None) -> int:
        try:
            body(argv)
        except MotionMixError as error:
            print(f"error: {error}", file=sys.stderr)
            return 2
        return 0

    return main
