"""The add-on's one worker process: started when it's first needed, ended with the add-on.

The operators' timers look in on it. The process is shared by all scenes and windows, so there is one `Bridge`. It
never touches Blender's data; what is done with a motion is for `jobs`. The panel reads from it what is being made.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol

import bpy
from bpy.app.handlers import persistent

from . import log, preferences
from .core import (
    Event,
    GenerationRequest,
    GenerationResult,
    Progress,
    WorkerClient,
    WorkerJob,
    WorkerTask,
)
from .rigs import status
from .translations import interface

_SETTLE_SECONDS = 0.1
_SAID_IN_SECONDS = 100


class Cancellable(Protocol):
    """Something that can be given up: see `runs.Run`."""

    def cancel(self) -> None:
        """Give it up."""
        ...


class Bridge:
    """Hands requests to the worker process, one after the other, and knows which of them aren't finished."""

    def __init__(self) -> None:
        """Nothing is started yet."""
        self._client: WorkerClient | None = None
        self._jobs: list[WorkerJob] = []
        self._writing: list[Cancellable] = []
        self._reading: list[tuple[Cancellable, float]] = []
        self._running_since: tuple[int, float] = (0, 0.0)

    @property
    def busy(self) -> bool:
        """Whether a rig is being read, or a motion made or written."""
        return self.current is not None or bool(self._writing or self._reading)

    @property
    def current(self) -> WorkerJob | None:
        """The job that the worker is on, or that is next."""
        self._jobs = [job for job in self._jobs if not job.finished]
        return self._jobs[0] if self._jobs else None

    @property
    def waiting(self) -> int:
        """How many jobs wait behind the current one."""
        return max(0, len([job for job in self._jobs if not job.finished]) - 1)

    @property
    def pid(self) -> int | None:
        """Process id of the worker, None while there is none."""
        return self._client.pid if self._client is not None else None

    def submit(self, request: GenerationRequest) -> WorkerJob:
        """Queue a request; returns at once. Watch it with `poll` until the job is finished."""
        job = self._ready_client().submit(request)
        self._jobs.append(job)
        log.logger().info("job %d: %s", job.number, request.to_plain()[0])
        return job

    def ask(self, name: str, **arguments: Any) -> WorkerTask:
        """Have the worker compute something beside its jobs; returns at once. `poll` finishes it."""
        return self._ready_client().ask(name, **arguments)

    def begin_writing(self, run: Cancellable) -> None:
        """Takes of a finished job are being written: there is still something to be cancelled."""
        self._writing.append(run)

    def end_writing(self, run: Cancellable) -> None:
        """They are written, or won't be."""
        if run in self._writing:
            self._writing.remove(run)

    def reading(self, run: Cancellable, share: float | None) -> None:
        """A rig is being read, and so much of it is done, 0 to 1; None: it is read, or won't be."""
        self._reading = [pair for pair in self._reading if pair[0] is not run]
        if share is not None:
            self._reading.append((run, share))

    def poll(self) -> None:
        """Take in what the worker said. Returns at once; what became of a job stands in the job."""
        if self._client is not None:
            for event in self._client.poll():
                self._note(event)

    def run(self, request: GenerationRequest, on_progress: Callable[[Progress], None]) -> GenerationResult:
        """Make a motion and wait for it: for scripts. Raises MotionMixError."""
        job = self.submit(request)
        assert self._client is not None

        def note(event: Event) -> None:
            self._note(event)
            if event.job is job and event.progress is not None:
                on_progress(event.progress)

        try:
            return self._client.wait(job, note)
        except BaseException:
            self._client.cancel(job)
            raise

    def cancel(self, job: WorkerJob) -> None:
        """Give a job up. The work ends within moments; the job's state says when."""
        if self._client is not None and not job.finished:
            self._client.cancel(job)

    def cancel_all(self) -> None:
        """Give all jobs up, those first that only wait."""
        for job in reversed(self._jobs):
            self.cancel(job)
        for run in [*self._writing, *(run for run, _ in self._reading)]:
            run.cancel()

    def stop(self) -> None:
        """End the worker process, if there is one. All its jobs count as cancelled."""
        for run in [*self._writing, *(run for run, _ in self._reading)]:
            run.cancel()
        if self._client is not None:
            self._client.stop()
            self._client = None

    def progress(self) -> tuple[float, str]:
        """How far the current job is, 0 to 1, and a line that says so."""
        job = self.current
        if self._writing:
            return 1.0, interface("Writing keys")
        if self._reading:
            return self._reading[0][1], interface("Reading the rig")
        if job is None:
            return 0.0, ""
        behind = f" (+{self.waiting})" if self.waiting else ""
        if job.progress is None:
            return 0.0, interface("Starting") + behind
        done, total = job.progress.done, job.progress.total
        if not total:
            return 0.0, interface(job.progress.stage) + behind
        line = interface("step {done} of {total}").format(done=done, total=total)
        if job.request.count > 1:
            take = min(done * job.request.count // total + 1, job.request.count)
            line = interface("Take {take} of {takes}").format(take=take, takes=job.request.count) + ", " + line
        number, since = self._running_since
        if number == job.number and done >= 2:
            line += ", " + time_left((time.monotonic() - since) / done * (total - done))
        return job.progress.fraction, line[:1].upper() + line[1:] + behind

    def _note(self, event: Event) -> None:
        if event.kind == "progress" and event.job.number != self._running_since[0]:
            self._running_since = (event.job.number, time.monotonic())
        if event.kind in ("failed", "cancelled", "done"):
            log.logger().info("job %d: %s %s", event.job.number, event.kind, event.job.error or "")

    def _ready_client(self) -> WorkerClient:
        """The client, made anew when the preferences have changed and nothing is being made."""
        settings = preferences.worker_settings()
        if self._client is not None and self._client.settings != settings and not self._client.busy:
            self.stop()
        if self._client is None:
            self._client = WorkerClient(settings)
        return self._client


def time_left(seconds: float) -> str:
    """How long it will take yet, in words: seconds, or minutes where there are several."""
    if seconds < _SAID_IN_SECONDS:
        return interface("{seconds} s left").format(seconds=max(1, round(seconds)))
    return interface("{minutes} min left").format(minutes=round(seconds / 60))


_bridge = Bridge()


def bridge() -> Bridge:
    """The add-on's bridge."""
    return _bridge


def settle() -> None:
    """Look in on the worker until the cancelled jobs have ended: the operators that watched them are gone.

    Without a window there are no such operators, and no timers.
    """
    if _bridge.busy and not bpy.app.background and not bpy.app.timers.is_registered(_settle):
        bpy.app.timers.register(_settle, first_interval=_SETTLE_SECONDS, persistent=True)


def _settle() -> float | None:
    _bridge.poll()
    return _SETTLE_SECONDS if _bridge.busy else None


@persistent
def _leave_file(*_arguments: Any) -> None:
    """Another file is opened: the work for this one ends, and what was known of its rigs is dropped."""
    _bridge.cancel_all()
    settle()
    status.forget()


def register() -> None:
    """Watch for other files being opened."""
    bpy.app.handlers.load_pre.append(_leave_file)


def unregister() -> None:
    """End the worker and stop watching."""
    stop_worker()
    if bpy.app.timers.is_registered(_settle):
        bpy.app.timers.unregister(_settle)
    if _leave_file in bpy.app.handlers.load_pre:
        bpy.app.handlers.load_pre.remove(_leave_file)


def stop_worker() -> None:
    """End the worker process, if there is one."""
    _bridge.stop()
