"""An edit in the window, a tick at a time: it reads the rig, asks the worker, once or several times, then keys it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from functools import partial
from typing import Generic, Protocol, TypeVar

from .. import jobs, worker_bridge
from ..core import GenerationRequest, GenerationResult, WorkerJob
from ..runs import TickedWork
from .job import Edited
from .source import Ask

Made = TypeVar("Made")


class Editing(Protocol):
    """What is asked and answered, and then finished: `job.Job` and its like."""

    request: GenerationRequest | None

    def receive(self, result: GenerationResult | None) -> None:
        """Take an answer in."""

    def finishing(self, ask: Ask | None) -> Generator[bool, None, Edited]:
        """Key the result, in small steps."""

    def finish(self) -> Edited:
        """Key the result at once."""


class Aside(threading.Thread, Generic[Made]):
    """Something worked out beside the window, since it takes tenths of a second; it touches nothing of Blender's."""

    def __init__(self, work: Callable[[], Made]) -> None:
        super().__init__(daemon=True)
        self._work = work
        self._made: list[Made] = []
        self._error: BaseException | None = None
        self.start()

    def run(self) -> None:
        """Done in the thread."""
        try:
            self._made.append(self._work())
        except BaseException as error:
            self._error = error

    def taken(self) -> Made:
        """What was made, once it isn't alive any more. Raises what went wrong."""
        if self._error is not None:
            raise self._error
        return self._made[0]


class EditRun(TickedWork[Edited]):
    """One edit on its way."""

    def __init__(self, reading: Generator[float, None, Editing]) -> None:
        """Begin to read the rig (see `reading.beginning`). Raises MotionMixError when nothing can come of it."""
        super().__init__()
        self.job: Editing | None = None
        self._reading: Generator[float, None, Editing] | None = reading
        self._work: WorkerJob | None = None
        self._taking_in: Aside[None] | None = None
        self._read_on()

    @property
    def hurries(self) -> bool:
        """Whether each tick has something to do: frames to be read, or keys to be written."""
        return self._reading is not None or self.writing

    def _stop_worker(self) -> None:
        if self._work is not None:
            worker_bridge.bridge().cancel(self._work)
        if self._reading is not None:
            self._reading.close()
            self._end_reading()

    def _read_on(self) -> None:
        """One step of reading. With the last one the first request, if there is any, goes to the worker."""
        assert self._reading is not None
        try:
            worker_bridge.bridge().reading(self, next(self._reading))
        except StopIteration as done:
            self._end_reading()
            self.job = done.value
            self._work = self._submitted()
        except BaseException:
            self._end_reading()
            raise

    def _end_reading(self) -> None:
        self._reading = None
        worker_bridge.bridge().reading(self, None)

    def _is_there(self) -> bool:
        """Whether the rig is read, all requests are answered, and the last answer is taken in."""
        if self._reading is not None:
            self._read_on()
            return False
        if self._cancelled and self.job is None:
            return True
        if self._work is not None:
            if not self._work.finished:
                return False
            answer = jobs.answer(self._work)
            self._work = None
            if not self._cancelled and self.job is not None:
                self._taking_in = Aside(partial(self.job.receive, answer))
        if self._taking_in is not None:
            if self._taking_in.is_alive():
                return False
            taken, self._taking_in = self._taking_in, None
            if not self._cancelled:
                taken.taken()
                self._work = self._submitted()
                return False
        return True

    def _writing(self, ask: Ask) -> Generator[bool, None, Edited]:
        assert self.job is not None
        return self.job.finishing(ask)

    def _submitted(self) -> WorkerJob | None:
        return None if self.job is None or self.job.request is None else worker_bridge.bridge().submit(self.job.request)
