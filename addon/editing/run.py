"""An edit in the window, a tick at a time: it asks the worker, once or several times, then keys the result.

A tick never blocks for longer than the budget and one small step. Cancelling at any time leaves the scene as it was.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from typing import Protocol

from .. import jobs, worker_bridge
from ..core import Cancelled, GenerationRequest, GenerationResult, WorkerJob
from ..runs import BUDGET_SECONDS
from .job import Edited
from .source import Ask


class Editing(Protocol):
    """What is asked and answered, and then finished: `job.Job` and its like."""

    request: GenerationRequest | None

    def receive(self, result: GenerationResult | None) -> None:
        """Take an answer in."""

    def finishing(self, ask: Ask | None) -> Generator[bool, None, Edited]:
        """Key the result, in small steps."""


class _Receipt(threading.Thread):
    """Takes an answer in beside the window: what is made of it takes tenths of a second, and touches nothing of
    Blender's."""

    def __init__(self, job: Editing, answer: GenerationResult) -> None:
        super().__init__(daemon=True)
        self.error: BaseException | None = None
        self._job, self._answer = job, answer
        self.start()

    def run(self) -> None:
        """Done in the thread."""
        try:
            self._job.receive(self._answer)
        except BaseException as error:
            self.error = error


class EditRun:
    """One edit on its way."""

    def __init__(self, job: Editing) -> None:
        """Hand the first request, if there is any, to the worker. Raises MotionMixError when it can't be started."""
        self.job = job
        self._work: WorkerJob | None = self._submitted()
        self._steps: Generator[bool, None, Edited] | None = None
        self._taking_in: _Receipt | None = None
        self._cancelled = False

    @property
    def writing(self) -> bool:
        """Whether all motion is there and being keyed."""
        return self._steps is not None

    def cancel(self) -> None:
        """Give it up. `tick` raises Cancelled then."""
        self._cancelled = True
        if self._work is not None:
            worker_bridge.bridge().cancel(self._work)
        self._close()

    def tick(self) -> Edited | None:
        """Look in on the worker, or do a few steps; the result when all is done, None before.

        Raises what went wrong (MotionMixError), Cancelled among it; nothing has been changed then.
        """
        bridge = worker_bridge.bridge()
        bridge.poll()
        if self._work is not None:
            if not self._work.finished:
                return None
            answer = jobs.answer(self._work)
            self._work = None
            if not self._cancelled:
                self._taking_in = _Receipt(self.job, answer)
        if self._taking_in is not None:
            if self._taking_in.is_alive():
                return None
            taken, self._taking_in = self._taking_in, None
            if not self._cancelled:
                if taken.error is not None:
                    raise taken.error
                self._work = self._submitted()
                return None
        if self._cancelled:
            raise Cancelled("Cancelled.")
        if self._steps is None:
            self._steps = self.job.finishing(bridge.ask)
            bridge.begin_writing(self)
        try:
            return self._step(self._steps)
        except BaseException:
            self._close()
            raise

    def _submitted(self) -> WorkerJob | None:
        return None if self.job.request is None else worker_bridge.bridge().submit(self.job.request)

    def _step(self, steps: Generator[bool, None, Edited]) -> Edited | None:
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
