"""The worker seen by whoever wants motion: submit requests, look in now and then, get motions or errors in words.

Nothing here blocks except `wait` and `stop`, so that `poll` can be called from a user interface's timer. One job is
with the worker at a time; the others wait here, so a worker that dies takes only the job that it was on. Tasks (see
`tasks`) don't wait for jobs.

    client = WorkerClient(WorkerSettings(log_file=...))
    job = client.submit(GenerationRequest("a person walks forward"))
    client.poll()                # from a timer: returns events; or, in a script:
    result = client.wait(job)
    task = client.ask("put_on_rig", motions=..., rig=...)    # poll until it's finished

Not for use from two threads at once.
"""

from __future__ import annotations

import contextlib
import itertools
import queue
import signal
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from .. import errors
from ..errors import Cancelled, DataError, MotionMixError, WorkerError
from ..generation.request import GenerationRequest
from ..generation.result import GenerationResult, Progress
from .process import Ended, WorkerProcess, WorkerSettings
from .protocol import Message, pack_request, pack_task

JobState = Literal["queued", "running", "done", "failed", "cancelled"]
EventKind = Literal["started", "progress", "done", "failed", "cancelled"]
_LONGEST_POLL_GAP = 1.0
_WAIT_SECONDS = 0.1


@dataclass(eq=False)
class Job:
    """A request on its way. Read it; the client writes it.

    Args:
        number: counts up from 1.
        request: what was asked.
        state: "queued" and "running" come before "done", "failed" or "cancelled".
        progress: of a running job; None until there is any.
        result: of a done job.
        error: of a failed job; its text is for the animator.
    """

    number: int
    request: GenerationRequest
    state: JobState = "queued"
    progress: Progress | None = None
    result: GenerationResult | None = None
    error: MotionMixError | None = None

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in ("done", "failed", "cancelled")


@dataclass(eq=False)
class Task:
    """Something that the worker computes beside its jobs. Read it; the client writes it.

    Args:
        message: what was asked.
        finished: whether nothing more will happen to it.
        value: what it returned.
        error: what it failed with; its text is for the animator.
    """

    message: Message
    finished: bool = False
    value: Any = None
    error: MotionMixError | None = None

    def answer(self) -> Any:
        """What it returned; raises what it failed with."""
        if self.error is not None:
            raise self.error
        return self.value


@dataclass(frozen=True)
class Event:
    """Something happened to a job; `job` holds the details, `progress` how far it was then."""

    kind: EventKind
    job: Job
    progress: Progress | None = None


class WorkerClient:
    """Starts workers when there is work, and keeps one warm."""

    def __init__(self, settings: WorkerSettings | None = None) -> None:
        self.settings = settings or WorkerSettings()
        self._process: WorkerProcess | None = None
        self._ready = False
        self._waiting: deque[Job] = deque()
        self._current: Job | None = None
        self._tasks: dict[int, Task] = {}
        self._events: list[Event] = []
        self._numbers = itertools.count(1)
        self._silence = 0.0
        self._last_poll = time.monotonic()
        self._kill_at: float | None = None

    @property
    def busy(self) -> bool:
        """Whether any job or task isn't finished."""
        return self._current is not None or bool(self._waiting) or bool(self._tasks)

    @property
    def pid(self) -> int | None:
        """Process id of the worker, None while there is none."""
        return self._process.pid if self._process else None

    def start(self, load: str | None = None) -> None:
        """Start a worker ahead of the first job, if there is none.

        Args:
            load: a model to load as well ("" = the default one); None = just the process.
        Raises:
            WorkerError: the interpreter can't be run.
        """
        if self._process is None:
            try:
                self._process = WorkerProcess(self.settings)
            except OSError as error:
                python = self.settings.python or "Python"
                raise WorkerError(f"The generator can't be started: {python} doesn't run ({error}).") from error
            self._ready, self._silence, self._last_poll = False, 0.0, time.monotonic()
            if load is not None:
                self._process.send(Message("load", {"model": load}))

    def submit(self, request: GenerationRequest) -> Job:
        """Queue a request. Work begins at once if nothing is before it."""
        job = Job(next(self._numbers), request)
        self._waiting.append(job)
        self._send_next()
        return job

    def ask(self, name: str, **arguments: Any) -> Task:
        """Have a task of `tasks.TASKS` done, beside any job. Returns at once; `poll` finishes it.

        Raises:
            WorkerError: the interpreter can't be run.
        """
        self.start()
        assert self._process is not None
        number = next(self._numbers)
        task = self._tasks[number] = Task(pack_task(number, name, arguments))
        self._process.send(task.message)
        return task

    def poll(self) -> list[Event]:
        """Take in what happened since the last call, mind the deadlines, hand out the next job. Returns at once."""
        if self._process is not None:
            with contextlib.suppress(queue.Empty):
                while self._process is not None:
                    self._take(self._process.inbox.get_nowait())
        self._mind_deadlines()
        self._send_next()
        events, self._events = self._events, []
        return events

    def cancel(self, job: Job) -> None:
        """Give a job up. A waiting one is cancelled now; a running one between two network calls, or by force."""
        if job in self._waiting:
            self._waiting.remove(job)
            self._finish(job, "cancelled")
        elif job is self._current and self._process is not None and self._kill_at is None:
            self._process.send(Message("cancel", {"job": job.number}))
            self._kill_at = time.monotonic() + self.settings.cancel_seconds

    def wait(
        self, job: Job, on_event: Callable[[Event], None] | None = None, timeout: float | None = None
    ) -> GenerationResult:
        """Block until a job is finished.

        Args:
            job: one of this client's.
            on_event: told of every event meanwhile, other jobs' too. It may call `cancel`.
            timeout: seconds after which the job is cancelled and WorkerError raised; None = no limit.
        Raises:
            Cancelled: it was cancelled. MotionMixError: it failed; the message says why.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        timed_out = False
        while True:
            for event in self.poll():
                if on_event is not None:
                    on_event(event)
            if job.finished:
                break
            if deadline is not None and time.monotonic() > deadline and not timed_out:
                timed_out = True
                self.cancel(job)
            self._await_message()
        if timed_out and job.state == "cancelled":
            raise WorkerError(f"The generator took longer than {timeout:g} s and was stopped.")
        if job.state == "cancelled":
            raise Cancelled("Cancelled.")
        if job.error is not None:
            raise job.error
        assert job.result is not None
        return job.result

    def stop(self, seconds: float = 1.0) -> None:
        """End the worker and cancel all jobs; blocks for `seconds` at most. The client can be used again afterwards."""
        for job in [*([self._current] if self._current else []), *self._waiting]:
            self._finish(job, "cancelled")
        self._waiting.clear()
        self._fail_tasks(Cancelled("Cancelled."))
        process = self._process
        self._forget_process()
        if process is not None:
            process.stop(seconds)

    def _await_message(self) -> None:
        if self._process is None:
            return
        try:
            message = self._process.inbox.get(timeout=_WAIT_SECONDS)
        except queue.Empty:
            return
        self._take(message)

    def _send_next(self) -> None:
        if self._current is not None or not self._waiting:
            return
        job = self._waiting.popleft()
        self._current = job
        try:
            self.start()
        except WorkerError as error:
            self._fail(job, error)
            return
        assert self._process is not None
        self._silence = 0.0
        self._process.send(pack_request(job.number, job.request))

    def _take(self, item: Message | Ended) -> None:
        self._silence = 0.0
        if isinstance(item, Ended):
            self._worker_ended(item)
            return
        if item.type == "ready":
            self._ready = True
        if item.type in ("returned", "task_failed"):
            self._finish_task(item)
            return
        job = self._current
        if job is None or item.fields.get("job") != job.number:
            return
        try:
            self._update(job, item)
        except (KeyError, TypeError, ValueError, DataError) as error:
            self._give_up_process()
            self._fail(job, WorkerError(self._with_log(f"The generator's answer can't be understood ({error}).")))

    def _update(self, job: Job, message: Message) -> None:
        fields = message.fields
        if message.type == "started":
            job.state = "running"
            self._events.append(Event("started", job))
        elif message.type == "progress":
            job.progress = Progress(int(fields["done"]), int(fields["total"]), str(fields["stage"]))
            self._events.append(Event("progress", job, job.progress))
        elif message.type == "result":
            job.result = message.value
            self._finish(job, "done")
        elif message.type == "cancelled":
            self._finish(job, "cancelled")
        elif message.type == "failed":
            if fields.get("ends"):  # nothing may be sent to it any more
                self._give_up_process()
            self._fail(job, self._error(fields))

    def _finish_task(self, message: Message) -> None:
        task = self._tasks.pop(int(message.fields.get("task", 0)), None)
        if task is None:
            return
        task.finished, task.value = True, message.value
        if message.type == "task_failed":
            task.error = self._error(message.fields)

    def _resend_tasks(self) -> None:
        for task in list(self._tasks.values()):
            try:
                self.start()
            except WorkerError as error:
                self._fail_tasks(error)
                return
            assert self._process is not None
            self._process.send(task.message)

    def _fail_tasks(self, error: MotionMixError) -> None:
        for task in self._tasks.values():
            task.finished, task.error = True, error
        self._tasks.clear()

    def _error(self, fields: Mapping[str, Any]) -> MotionMixError:
        kind = getattr(errors, str(fields["kind"]), WorkerError)
        text = str(fields["message"])
        return kind(self._with_log(text) if fields.get("bug") else text)

    def _worker_ended(self, ended: Ended) -> None:
        job, was_ready = self._current, self._ready
        cancelling = self._kill_at is not None
        self._forget_process()
        if ended.code == 0 and was_ready:
            self._resend_tasks()  # it ended for want of work just as these were sent
        else:
            self._fail_tasks(WorkerError(self._with_log(_death(ended))))
        if job is None:
            return
        if cancelling:
            self._finish(job, "cancelled")
        elif ended.code == 0 and was_ready and job.state == "queued":
            # It ended for want of work just as this job was sent.
            self._current = None
            self._waiting.appendleft(job)
        elif was_ready:
            self._fail(job, WorkerError(self._with_log(_death(ended))))
        else:
            error = self._with_log(f"The generator can't be started. {_death(ended)}")
            for stranded in [job, *self._waiting]:
                self._fail(stranded, WorkerError(error))
            self._waiting.clear()

    def _mind_deadlines(self) -> None:
        now = time.monotonic()
        # Only time in which we looked counts: after a laptop's sleep or a long render the worker isn't to blame.
        self._silence += min(now - self._last_poll, _LONGEST_POLL_GAP)
        self._last_poll = now
        job = self._current
        if self._process is None or (job is None and not self._tasks):
            return
        if job is not None and self._kill_at is not None and now > self._kill_at:
            self._give_up_process()
            self._finish(job, "cancelled")
            return
        limit = self.settings.silence_seconds if self._ready else self.settings.start_seconds
        if self._silence > limit:
            what = "hasn't answered" if self._ready else "didn't start"
            self._give_up_process()
            error = WorkerError(self._with_log(f"The generator {what} for {limit:g} s and was stopped."))
            self._fail_tasks(error)
            if job is not None:
                self._fail(job, error)

    def _give_up_process(self) -> None:
        if self._process is not None:
            self._process.kill()
        self._fail_tasks(WorkerError("The generator was stopped."))
        self._forget_process()

    def _forget_process(self) -> None:
        self._process, self._ready, self._kill_at = None, False, None

    def _fail(self, job: Job, error: MotionMixError) -> None:
        job.error = error
        self._finish(job, "failed")

    def _finish(self, job: Job, state: Literal["done", "failed", "cancelled"]) -> None:
        job.state = state
        if job is self._current:
            self._current, self._kill_at = None, None
        self._events.append(Event(state, job))

    def _with_log(self, text: str) -> str:
        return f"{text} Details: {self.settings.log_file}" if self.settings.log_file else text


def _death(ended: Ended) -> str:
    if ended.reason:
        return f"It answered with something that can't be understood ({ended.reason})."
    if ended.code is None:
        return "It stopped answering."
    if ended.code < 0:
        try:
            name = signal.Signals(-ended.code).name
        except ValueError:
            name = str(-ended.code)
        hint = " The system may have run out of memory." if name == "SIGKILL" else ""
        return f"The generator's process was ended from outside ({name}).{hint}"
    return f"The generator's process ended unexpectedly (exit code {ended.code})."
