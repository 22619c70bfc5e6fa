"""A generation in the window, a tick at a time: it waits for the worker, then puts the takes on the armature.

A tick is called from an operator's timer and never blocks for longer than `BUDGET_SECONDS` and one small step, so that
the window goes on playing and editing. Cancelling at any time leaves the scene as it was.
"""

from __future__ import annotations

import time
from collections.abc import Generator

from . import jobs, worker_bridge
from .core import Cancelled, WorkerJob

BUDGET_SECONDS = 0.006
"""Of a tick's 16 milliseconds; the rest is for a step that takes longer than most, and for Blender."""


class Run:
    """One generation on its way."""

    def __init__(self, job: jobs.Job) -> None:
        """Hand the request to the worker. Raises MotionMixError when that can't be started."""
        self.job = job
        self.work: WorkerJob = worker_bridge.bridge().submit(job.request)
        self._steps: Generator[bool, None, jobs.Takes] | None = None
        self._cancelled = False

    @property
    def writing(self) -> bool:
        """Whether the motion is there and being put on the armature."""
        return self._steps is not None

    def cancel(self) -> None:
        """Give it up; what was made of it is taken back. `tick` raises Cancelled then."""
        self._cancelled = True
        worker_bridge.bridge().cancel(self.work)
        self._close()

    def tick(self) -> jobs.Takes | None:
        """Look in on the worker, or do a few steps; the takes when all is done, None before.

        Raises what went wrong (MotionMixError), Cancelled among it; nothing has been changed then.
        """
        bridge = worker_bridge.bridge()
        bridge.poll()
        if not self.work.finished:
            return None
        if self._cancelled:
            raise Cancelled("Cancelled.")
        if self._steps is None:
            self._steps = jobs.finishing(self.job, jobs.answer(self.work), bridge.ask)
            bridge.begin_writing(self)
        try:
            return self._step(self._steps)
        except BaseException:
            self._close()
            raise

    def _step(self, steps: Generator[bool, None, jobs.Takes]) -> jobs.Takes | None:
        deadline = time.perf_counter() + BUDGET_SECONDS
        while True:
            try:
                waiting = next(steps)
            except StopIteration as done:
                self._close()
                return done.value  # type: ignore[no-any-return]
            if waiting or time.perf_counter() > deadline:
                return None

    def _close(self) -> None:
        if self._steps is not None:
            self._steps.close()
        worker_bridge.bridge().end_writing(self)
