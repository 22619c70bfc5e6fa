"""One worker process as the client holds it: started without waiting, served by threads of its own."""

from __future__ import annotations

import importlib.util
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from ..errors import DataError
from .protocol import Message, ProtocolError, pack, read_message, understood, write_all

PACKAGE_ROOT = Path(__file__).resolve().parents[2]
LIBRARIES = ("numpy", "onnxruntime", "tokenizers")
LOG_LIMIT = 1 << 20
LOGS_KEPT = 2
_REAP_SECONDS = 2.0


@dataclass(frozen=True)
class WorkerSettings:
    """How to start a worker.

    Args:
        models_dir: folder of the models; None = the one that ships.
        python: interpreter to run; None = the one that runs this.
        search_path: folders put before that interpreter's own for imports; None = where this interpreter finds numpy,
            onnxruntime and tokenizers (Blender keeps an extension's wheels in a folder that only it knows).
        log_file: what the worker prints goes here; None = nowhere. Renamed to ``.1``, ``.2`` when it grows over 1 MB.
        threads: for one network operator; 0 = physical cores.
        idle_seconds: without work for so long, the worker ends and frees its memory; the next job starts another.
        start_seconds: a worker that says nothing for so long after its start is given up.
        silence_seconds: the same later on (it says "alive" every second).
        cancel_seconds: grace before a cancelled job's worker is killed.
        memory_mb: a worker that holds more (10^6 bytes) ends, and its job fails with a message; 0 = no limit.
        runtime: "onnxruntime", "torch", or "auto" = ONNX Runtime where the interpreter has it, else torch.
        device: for torch: "cpu", "cuda", "mps", or "auto" = the fastest there is.
        environment: variables to add or replace.
    """

    models_dir: Path | None = None
    python: Path | None = None
    search_path: Sequence[Path | str] | None = None
    log_file: Path | None = None
    threads: int = 0
    idle_seconds: float = 600.0
    start_seconds: float = 60.0
    silence_seconds: float = 30.0
    cancel_seconds: float = 0.25
    memory_mb: float = 0.0
    runtime: str = "onnxruntime"
    device: str = "auto"
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Ended:
    """The last thing a process's inbox holds: its exit code, and why its stream couldn't be read, if so."""

    code: int | None
    reason: str = ""


class WorkerProcess:
    """A running worker. `inbox` gives its messages and, at last, `Ended`."""

    def __init__(self, settings: WorkerSettings) -> None:
        """Start it; returns at once.

        Raises:
            OSError: the interpreter can't be run.
        """
        self.inbox: queue.Queue[Message | Ended] = queue.Queue()
        self.started_at = time.time()
        self._outbox: queue.Queue[bytes | None] = queue.Queue()
        log = _open_log(settings.log_file)
        try:
            self._process = subprocess.Popen(
                _command(settings),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log if log is not None else subprocess.DEVNULL,
                bufsize=0,
                env=_environment(settings),
                creationflags=_creation_flags(),
            )
        finally:
            if log is not None:
                log.close()
        threading.Thread(target=self._read, name="motionmix-reader", daemon=True).start()
        threading.Thread(target=self._write, name="motionmix-writer", daemon=True).start()

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def send(self, message: Message) -> None:
        """Send when the pipe takes it; never blocks.

        Raises:
            TypeError: a message that can't be sent, here and not in the writer's thread, where it would end in silence.
        """
        self._outbox.put(pack(message))

    def kill(self) -> None:
        """End it now. The inbox still gets its `Ended`."""
        self._process.kill()

    def stop(self, seconds: float) -> None:
        """Close its stdin, on which it ends by itself; kill it if that takes longer than `seconds`."""
        self._outbox.put(None)
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _read(self) -> None:
        stdout = self._process.stdout
        assert stdout is not None
        reason = ""
        try:
            while (message := read_message(stdout)) is not None:
                if message.type != "alive" or self.inbox.empty():
                    self.inbox.put(understood(message))  # here, where nobody waits: long motions take their time
        except (ProtocolError, DataError, OSError) as error:
            reason = str(error)
        try:
            code = self._process.wait(0.0 if reason else _REAP_SECONDS)
        except subprocess.TimeoutExpired:
            # It speaks nonsense or closed its end: either way nothing more is to be had from it.
            self._process.kill()
            self._process.wait()
            code = None
        self.inbox.put(Ended(code, reason))

    def _write(self) -> None:
        stdin = self._process.stdin
        assert stdin is not None
        try:
            while (packed := self._outbox.get()) is not None:
                write_all(stdin, packed)
            stdin.close()
        except OSError:
            pass  # it is gone, which the reader reports


def probe_process(settings: WorkerSettings) -> subprocess.Popen[str]:
    """Starts the interpreter to say what it has (see `probe`): one line of JSON on stdout, complaints on stderr.

    Raises:
        OSError: it can't be run.
    """
    return subprocess.Popen(
        [*_command(settings), "--probe"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_environment(settings),
        creationflags=_creation_flags(),
        encoding="utf-8",
        errors="replace",
    )


def default_search_path() -> list[str]:
    """The folders in which this interpreter finds the libraries that the worker needs."""
    folders: list[str] = []
    for name in LIBRARIES:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin is not None:
            folder = str(Path(spec.origin).resolve().parent.parent)
            if folder not in folders:
                folders.append(folder)
    return folders


def _command(settings: WorkerSettings) -> list[str]:
    # -P: the working folder isn't searched for modules. -s, for our own interpreter: nor is the user's site-packages.
    options = ["-u", "-P"] if settings.python else ["-u", "-P", "-s"]
    command = [str(settings.python or sys.executable), *options, "-m", "motionmix_core.worker"]
    command += ["--threads", str(settings.threads), "--idle-seconds", str(settings.idle_seconds)]
    command += ["--memory-mb", str(settings.memory_mb), "--runtime", settings.runtime, "--device", settings.device]
    if settings.python:  # what needs no certain version (tokenizers) is lent to an interpreter that lacks it
        for folder in default_search_path():
            command += ["--fallback-path", folder]
    if settings.models_dir is not None:
        command += ["--models-dir", str(Path(settings.models_dir).resolve())]
    return command


def _environment(settings: WorkerSettings) -> dict[str, str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    search_path = settings.search_path
    if search_path is None:
        # Another interpreter has libraries of its own; ours would be of the wrong version for it.
        search_path = [] if settings.python else default_search_path()
    environment["PYTHONPATH"] = os.pathsep.join(str(folder) for folder in (PACKAGE_ROOT, *search_path))
    environment["PYTHONUTF8"] = "1"
    environment.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # torch's threads must not spin on the animator's cores
    environment.update(settings.environment)
    return environment


def _creation_flags() -> int:
    """On Windows no console window pops up, and the animator's programs go first."""
    names = ("CREATE_NO_WINDOW", "BELOW_NORMAL_PRIORITY_CLASS")
    return sum(int(getattr(subprocess, name, 0)) for name in names)


def _open_log(path: Path | None) -> IO[Any] | None:
    """Open the log for appending, older ones moved aside; None if it can't be written, which must not stop the work."""
    if path is None:
        return None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > LOG_LIMIT:
            for number in range(LOGS_KEPT, 0, -1):
                older = path if number == 1 else path.with_name(f"{path.name}.{number - 1}")
                if older.exists():
                    older.replace(path.with_name(f"{path.name}.{number}"))
        log = path.open("ab")
        log.write(f"--- worker started {time.strftime('%Y-%m-%d %H:%M:%S')}\n".encode())
        log.flush()
        return log
    except OSError:
        return None
