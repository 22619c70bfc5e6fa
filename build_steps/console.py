"""What build.py says while it works: steps with their seconds, and failures in one clear message."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Callable, Dict, Iterator, List, Optional, Sequence, Tuple, TypeVar

ROOT = Path(__file__).resolve().parent.parent
AT_ONCE = 2
"""How many things are done beside one another; more would want more memory than a small machine has."""

Result = TypeVar("Result")


class BuildError(Exception):
    """Something that stops the build; the message says what it is and what to do."""


class Steps:
    """Prints each step as it starts and remembers how long it took; steps may be taken in several threads."""

    def __init__(self) -> None:
        self.seconds: List[Tuple[str, float]] = []
        self._start = time.monotonic()

    @contextlib.contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Time one step, also one that fails."""
        print(f"== {title}", flush=True)
        start = time.monotonic()
        try:
            yield
        finally:
            self.seconds.append((title, time.monotonic() - start))

    def table(self) -> str:
        """One line a step, with its seconds, and those since the start: less than the sum where steps went together."""
        rows = [*self.seconds, ("all", time.monotonic() - self._start)]
        return "\n".join(f"{seconds:8.1f} s  {title}" for title, seconds in rows)


def at_once(jobs: Sequence[Callable[[], Result]]) -> List[Result]:
    """Do the jobs, two at a time, begun in their order.

    :returns: what each returned.
    :raises Exception: what the first of them in order raised, after all have ended.
    """
    with ThreadPoolExecutor(AT_ONCE) as pool:
        doing = [pool.submit(job) for job in jobs]
    return [one.result() for one in doing]


def run(
    command: Sequence[object], *, what: str, env: Optional[Dict[str, str]] = None, cwd: Path = ROOT, log: bool = False
) -> None:
    """Run a command.

    :param what: what it does, for the error message: "installing torch".
    :param env: variables added to this process's own.
    :param log: keep its output back and print it only when it fails.
    :raises BuildError: it could not be started, or ended with another status than 0.
    """
    words = [str(word) for word in command]
    sys.stdout.flush()
    try:
        done = subprocess.run(
            words,
            cwd=str(cwd),
            env={**os.environ, **(env or {})},
            stdout=subprocess.PIPE if log else None,
            stderr=subprocess.STDOUT if log else None,
            encoding="utf-8",
            errors="replace",
        )
    except OSError as error:
        raise BuildError(f"{what} failed: {words[0]} could not be started ({error})") from error
    if done.returncode != 0:
        if log:
            print(done.stdout, flush=True)
        raise BuildError(f"{what} failed (exit status {done.returncode}): {' '.join(words)}")
