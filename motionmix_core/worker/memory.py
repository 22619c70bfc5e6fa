"""How much memory a process holds, and a watch that ends it when that is more than it may."""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

WATCH_SECONDS = 0.05
MB = 1e6


def resident_mb() -> float | None:
    """Memory of this process that is really in use, in MB (10^6 bytes); None where the system doesn't say."""
    try:
        if sys.platform.startswith("linux"):
            pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
            return pages * os.sysconf("SC_PAGE_SIZE") / MB
        if sys.platform == "darwin":
            return _resident_mac() / MB
        if sys.platform == "win32":
            return _resident_windows() / MB
    except (OSError, ValueError, AttributeError):
        pass
    return None


def watch(limit_mb: float, on_excess: Callable[[float], None]) -> None:
    """Look at the memory twenty times a second; when it's above the limit call `on_excess` (with the MB), once."""

    def look() -> None:
        pause = threading.Event()
        while not pause.wait(WATCH_SECONDS):
            held = resident_mb()
            if held is None:
                return
            if held > limit_mb:
                on_excess(held)
                return

    threading.Thread(target=look, name="memory", daemon=True).start()


def _resident_mac() -> int:
    """From proc_pidinfo(PROC_PIDTASKINFO): the second 64-bit number of proc_taskinfo is the resident size."""
    library = ctypes.CDLL("/usr/lib/libproc.dylib")
    numbers = (ctypes.c_uint64 * 32)()
    got = library.proc_pidinfo(os.getpid(), 4, ctypes.c_uint64(0), ctypes.byref(numbers), ctypes.sizeof(numbers))
    if got <= 0:
        raise OSError("proc_pidinfo")
    return int(numbers[1])


def _resident_windows() -> int:
    class Counters(ctypes.Structure):
        _fields_ = (
            ("size", ctypes.c_uint32),
            ("faults", ctypes.c_uint32),
            *((name, ctypes.c_size_t) for name in ("peak", "working_set", "a", "b", "c", "d", "pagefile", "peak_file")),
        )

    counters = Counters()
    counters.size = ctypes.sizeof(counters)
    kernel = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined,unused-ignore]  # on Windows alone
    kernel.GetCurrentProcess.restype = ctypes.c_void_p
    query = kernel.K32GetProcessMemoryInfo
    query.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32)
    if not query(kernel.GetCurrentProcess(), ctypes.byref(counters), counters.size):
        raise OSError("GetProcessMemoryInfo")
    return int(counters.working_set)
