"""A look at the rig in the window, a tick at a time: it is read, what is seen is worked out, and nothing is changed."""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import partial
from typing import Generic, TypeVar

from .. import worker_bridge
from ..core import Cancelled
from .run import Aside

Seen = TypeVar("Seen")
Found = TypeVar("Found")


class LookRun(Generic[Seen, Found]):
    """One look on its way."""

    def __init__(self, reading: Generator[float, None, Seen], work_out: Callable[[Seen], Found]) -> None:
        """Begin to read the rig (see `reading.beginning`). Raises MotionMixError when nothing can come of it.

        work_out: what is found in what was read; called in a thread, so it mustn't touch anything of Blender's.
        """
        self._reading = reading
        self._work_out = work_out
        self._aside: Aside[Found] | None = None
        self._cancelled = False
        self._read_on()

    @property
    def hurries(self) -> bool:
        """Whether each tick has something to do."""
        return self._aside is None

    def cancel(self) -> None:
        """Give it up; `tick` raises Cancelled then."""
        self._cancelled = True
        self._reading.close()
        worker_bridge.bridge().reading(self, None)

    def tick(self) -> Found | None:
        """Read a few frames, or look whether it is worked out. Raises what went wrong (MotionMixError, Cancelled)."""
        if self._cancelled:
            raise Cancelled("Cancelled.")
        if self._aside is None:
            self._read_on()
            return None
        return None if self._aside.is_alive() else self._aside.taken()

    def _read_on(self) -> None:
        try:
            worker_bridge.bridge().reading(self, next(self._reading))
        except StopIteration as done:
            worker_bridge.bridge().reading(self, None)
            self._aside = Aside(partial(self._work_out, done.value))
        except BaseException:
            worker_bridge.bridge().reading(self, None)
            raise
