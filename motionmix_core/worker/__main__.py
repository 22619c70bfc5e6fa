"""``python -m motionmix_core.worker``: the process that the client starts.

It talks over stdin and stdout, and logs to stderr.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import os
import signal
import sys
from pathlib import Path
from typing import BinaryIO

from ..onnx_session import Runtime

NICENESS = 5
"""Blender's window and the animator's other programs go first. (Windows: the client sets the priority class.)"""


def main(arguments: list[str] | None = None) -> None:
    """Serve one client, then end the process."""
    parser = argparse.ArgumentParser(prog="motionmix_core.worker", description=__doc__)
    parser.add_argument("--models-dir", type=Path, default=None)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--idle-seconds", type=float, default=600.0)
    parser.add_argument("--memory-mb", type=float, default=0.0)
    parser.add_argument("--runtime", default="onnxruntime")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--fallback-path", action="append", default=[], help="searched for libraries after all others")
    parser.add_argument("--probe", action="store_true", help="say what this interpreter has, make one step, and end")
    options = parser.parse_args(arguments)
    sys.path += options.fallback_path
    runtime = Runtime(options.runtime, options.device)
    if options.probe:
        from .probe import probe

        print(json.dumps(probe(options.models_dir, runtime)), flush=True)
        return
    stdin, stdout = take_pipes()
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in Blender's terminal is Blender's; a closed pipe ends us
    # Everything heavy is imported before the reader thread starts: on Windows loading a DLL while another thread waits
    # on a pipe can hang. What is missing is said later, by the job that needs it.
    for library in ("onnxruntime", "tokenizers"):
        with contextlib.suppress(ImportError):
            importlib.import_module(library)
    if options.runtime == "torch" or (options.runtime == "auto" and "onnxruntime" not in sys.modules):
        with contextlib.suppress(ImportError):
            importlib.import_module("torch")
    from ..generation.generator import Generator
    from .server import Server

    generator = Generator(options.models_dir, options.threads, runtime)
    Server(stdin, stdout, generator, options.idle_seconds, options.memory_mb).run()
    sys.stderr.flush()
    os._exit(0)  # the reader is blocked in a read, and nothing is left to tidy up


def take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Keep the pipes for the protocol alone: whatever any library prints to stdout goes to the log instead."""
    stdin = os.fdopen(os.dup(0), "rb", buffering=0)
    stdout = os.fdopen(os.dup(1), "wb", buffering=0)
    if sys.platform == "win32":
        import msvcrt

        for stream in (stdin, stdout):
            msvcrt.setmode(stream.fileno(), os.O_BINARY)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return stdin, stdout


if __name__ == "__main__":
    main()
