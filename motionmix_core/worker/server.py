"""The worker's inside: takes jobs from a pipe one by one, streams progress, can be cancelled, dies with its parent.

Threads: the main one generates; a reader takes messages at once, so that a cancel ends the network call that is being
made and a closed pipe (the parent is gone) ends the process at once; a third does the tasks that need no network; a
fourth says "alive" every second, so that the client can tell a long job from a hung process; a last one minds the
memory.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
import traceback

from ..errors import Cancelled, MotionMixError
from ..generation.generator import Generator
from ..generation.result import Progress
from . import memory
from .protocol import (
    Message,
    ProtocolError,
    Stream,
    pack,
    pack_result,
    pack_returned,
    read_message,
    unpack_request,
    unpack_task,
    write_all,
)
from .tasks import TASKS

ALIVE_SECONDS = 1.0
EXIT_BAD_INPUT = 3
EXIT_MEMORY = 4


class Server:
    """Serves one client until it is told to stop, has nothing to do for long, or the client is gone."""

    def __init__(
        self,
        stdin: Stream,
        stdout: Stream,
        generator: Generator,
        idle_seconds: float,
        memory_mb: float = 0.0,
    ) -> None:
        self._stdin, self._stdout = stdin, stdout
        self._idle_seconds, self._memory_mb = idle_seconds, memory_mb
        self._generator = generator
        self._current_job: int | None = None
        self._tasks: queue.Queue[Message] = queue.Queue()
        self._inbox: queue.Queue[Message] = queue.Queue()
        self._cancelled: set[int] = set()
        self._write_lock = threading.Lock()

    def run(self) -> None:
        """Serve. Returns when told to stop or idle for long; where the parent is gone the process ends right here."""
        threading.Thread(target=self._read, name="reader", daemon=True).start()
        self._send(Message("ready", {"pid": os.getpid(), "python": sys.version.split()[0]}))
        threading.Thread(target=self._keep_alive, name="alive", daemon=True).start()
        threading.Thread(target=self._do_tasks, name="tasks", daemon=True).start()
        if self._memory_mb > 0:
            memory.watch(self._memory_mb, self._end_for_memory)
        while True:
            try:
                message = self._inbox.get(timeout=self._idle_seconds)
            except queue.Empty:
                if self._tasks.unfinished_tasks:
                    continue
                self._send(Message("bye"))
                return
            if message.type == "stop":
                return
            if message.type == "load":
                self._load(str(message.fields.get("model", "")))
            elif message.type == "generate":
                self._generate(message)

    def _read(self) -> None:
        try:
            while (message := read_message(self._stdin)) is not None:
                if message.type == "cancel":
                    self._cancelled.add(int(message.fields["job"]))
                    if self._current_job == int(message.fields["job"]):
                        self._generator.interrupt()
                elif message.type == "task":
                    self._tasks.put(message)
                else:
                    self._inbox.put(message)
        except (ProtocolError, OSError, KeyError, ValueError) as error:
            _end(EXIT_BAD_INPUT, f"can't understand what the client says: {error!r}")
        _end(0, "the client is gone")

    def _keep_alive(self) -> None:
        pause = threading.Event()
        while not pause.wait(ALIVE_SECONDS):
            self._send(Message("alive"))

    def _send(self, message: Message) -> None:
        data = pack(message)
        try:
            with self._write_lock:
                write_all(self._stdout, data)
        except OSError:
            _end(0, "the client is gone")

    def _do_tasks(self) -> None:
        while True:
            message = self._tasks.get()
            number = int(message.fields["task"])
            try:
                name, arguments = unpack_task(message)
                answer = pack_returned(number, TASKS[name](**arguments))
            except MotionMixError as error:
                fields = {"task": number, "kind": type(error).__name__, "message": str(error)}
                answer = Message("task_failed", fields)
            except Exception as error:  # as for jobs
                traceback.print_exc()
                text = f"The worker failed on this ({type(error).__name__}: {error})."
                answer = Message("task_failed", {"task": number, "kind": "WorkerError", "message": text, "bug": True})
            self._send(answer)
            self._tasks.task_done()

    def _end_for_memory(self, held: float) -> None:
        """Say why, and end: what holds too much memory can't be trusted to give it back."""
        text = (
            f"The generator needs {held:,.0f} MB of memory, and the preferences allow it {self._memory_mb:,.0f} MB. "
            "Ask for a shorter motion or fewer variations, or raise the limit."
        )
        if self._current_job is not None:
            fields = {"job": self._current_job, "kind": "WorkerError", "message": text, "ends": True}
            self._send(Message("failed", fields))
        _end(EXIT_MEMORY, text)

    def _load(self, model: str) -> None:
        try:
            self._generator.load(model)
        except MotionMixError as error:
            print(
                f"loading ahead failed: {error}", file=sys.stderr
            )  # the job that needs it will say so to the animator

    def _generate(self, message: Message) -> None:
        job = int(message.fields["job"])

        def report(progress: Progress) -> None:
            fields = {"job": job, "done": progress.done, "total": progress.total, "stage": progress.stage}
            self._send(Message("progress", fields))

        self._current_job = job
        if job not in self._cancelled:
            self._send(Message("started", {"job": job}))
        try:
            request = unpack_request(message)
            answer = pack_result(job, self._generator.generate(request, report, lambda: job in self._cancelled))
        except Cancelled:
            answer = Message("cancelled", {"job": job})
        except MotionMixError as error:
            print(f"job {job}: {type(error).__name__}: {error}", file=sys.stderr)
            answer = Message("failed", {"job": job, "kind": type(error).__name__, "message": str(error)})
        except MemoryError:
            text = (
                "There isn't enough memory for this. Ask for a shorter motion or fewer takes, or close other programs."
            )
            answer = Message("failed", {"job": job, "kind": "WorkerError", "message": text})
        except Exception as error:  # a bug must become a message; the worker itself is still sound
            traceback.print_exc()
            text = f"The generator failed on this request ({type(error).__name__}: {error})."
            answer = Message("failed", {"job": job, "kind": "WorkerError", "message": text, "bug": True})
        self._current_job = None
        self._send(answer)
        self._cancelled.discard(job)


def _end(code: int, reason: str) -> None:
    """End the whole process now, whatever the other threads are doing."""
    print(f"worker ends: {reason}", file=sys.stderr, flush=True)
    os._exit(code)
