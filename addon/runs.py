"""Work in the window, a tick at a time: it waits for the worker, then puts what was made on the armature.

A tick is called from an operator's timer and never blocks for longer than `BUDGET_SECONDS` and one small step, so that
the window goes on playing and editing. Cancelling at any time leaves the scene as it was.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Generic, TypeVar

from . import jobs, worker_bridge
from .core import Cancelled, WorkerJob

BUDGET_SECONDS = 0.006
"""Of a tick's 16 milliseconds; the rest is for a step that takes longer than most, and for Blender."""

Made = TypeVar("Made")
"""What comes of the work: new takes, an edited Action."""


class TickedWork(Generic[Made]):
    """Work on its way. Each kind says when its motion is there and how that is put on the armature."""

    def __init__(self) -> None:
        self._steps: Generator[bool, None, Made] | None = None
        self._cancelled = False

    @property
    def writing(self) -> bool:
        """Whether the motion is there and being put on the armature."""
        return self._steps is not None

    @property
    def hurries(self) -> bool:
        """Whether each tick has something to do; else it only looks in on the worker."""
        return self.writing

    def cancel(self) -> None:
        """Give it up; what was made of it is taken back. `tick` raises Cancelled then."""
        self._cancelled = True
        self._stop_worker()
        self._close()

    def tick(self) -> Made | None:
        """Look in on the worker, or do a few steps; what was made when all is done, None before.

        Raises what went wrong (MotionMixError), Cancelled among it; nothing has been changed then.
        """
        bridge = worker_bridge.bridge()
        bridge.poll()
        if not self._is_there():
            return None
        if self._cancelled:
            raise Cancelled("Cancelled.")
        if self._steps is None:
            self._steps = self._writing(bridge.ask)
            bridge.begin_writing(self)
        try:
            return self._step(self._steps)
        except BaseException:
            self._close()
            raise

    def _stop_worker(self) -> None:
        """Give up what the worker does for this."""
        raise NotImplementedError

    def _is_there(self) -> bool:
        """Whether the worker has done its part (or given it up). Asked at each tick; raises what went wrong there."""
        raise NotImplementedError

    def _writing(self, ask: jobs.Ask) -> Generator[bool, None, Made]:
        """Put it on the armature in small steps; each yields whether it waits for the worker."""
        raise NotImplementedError

    def _step(self, steps: Generator[bool, None, Made]) -> Made | None:
        deadline = time.perf_counter() + BUDGET_SECONDS
        while True:
            try:
                waiting = next(steps)
            except StopIteration as done:
                self._close()
                return done.value
            if waiting or time.perf_counter() > deadline:
                return None

    def _close(self) -> None:
        if self._steps is not None:
            self._steps.close()
        worker_bridge.bridge().end_writing(self)


class Run(TickedWork[jobs.Takes]):
    """One generation on its way."""

    def __init__(self, job: jobs.Job) -> None:
        """Hand the request to the worker. Raises MotionMixError when that can't be started."""
        super().__init__()
        self.job = job
        self.work: WorkerJob = worker_bridge.bridge().submit(job.request)

    def _stop_worker(self) -> None:
        worker_bridge.bridge().cancel(self.work)

    def _is_there(self) -> bool:
        return self.work.finished

    def _writing(self, ask: jobs.Ask) -> Generator[bool, None, jobs.Takes]:
        return jobs.finishing(self.job, jobs.answer(self.work), ask)
